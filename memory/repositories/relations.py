"""A brand's own view of creators: stage, tags, notes, owner, blocks."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import any_, bindparam, or_, select, union
from sqlalchemy.dialects.postgresql import insert

from memory.domain.creator import Relation, Stage
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, CreatorId, MemberId
from memory.domain.undo_stores import Change
from memory.domain.workspace import Scope
from memory.models.base import Ids
from memory.models.books import AuditEventRow
from memory.models.creators import CreatorRow, RelationRow, SuppressionRow
from memory.models.workspace import MemberRow
from memory.repositories.people import login_key
from memory.standing import as_rows, columns_of, standing
from memory.tenancy import ScopedSession

_OF = standing(
    select(*columns_of(RelationRow))
    .where(RelationRow.creator_id == any_(bindparam("creators", type_=Ids)))
    .order_by(RelationRow.changed_at, RelationRow.id)
)
_CLOSED = or_(RelationRow.blocked, RelationRow.opted_out_at.is_not(None))
_SUPPRESSED = (SuppressionRow.platform == CreatorRow.platform) & (SuppressionRow.handle_key == CreatorRow.handle_key)
_HIDDEN_PARTS = (
    select(RelationRow.creator_id.label("id")).where(_CLOSED),
    select(CreatorRow.id.label("id")).join(SuppressionRow, _SUPPRESSED),
)
_HIDDEN = standing(union(*_HIDDEN_PARTS))
_HIDDEN_FROM_BRAND = standing(
    union(*_HIDDEN_PARTS, select(CreatorRow.id.label("id")).where(CreatorRow.exclusive_to != bindparam("brand")))
)


class RelationRepository:
    """Satisfies `memory.domain.stores.RelationStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def of(self, creators: Sequence[CreatorId]) -> dict[CreatorId, Relation]:
        """See `RelationStore.of`."""
        if not creators:
            return {}
        rows = as_rows(RelationRow, await self._session.execute(_OF, {"creators": list(creators)}))
        return {CreatorId(row.creator_id): to_relation(row) for row in rows}

    async def ids_with(
        self,
        *,
        stages: Sequence[str] = (),
        tags: Sequence[str] = (),
        owner: str | None = None,
        contacted_since: datetime | None = None,
    ) -> list[CreatorId]:
        """See `RelationStore.ids_with`. Every tag must be there; `owner` is a login or a name, any case."""
        wanted = select(RelationRow.creator_id).distinct().order_by(RelationRow.creator_id)
        if stages:
            wanted = wanted.where(RelationRow.stage.in_(stages))
        if tags:
            wanted = wanted.where(RelationRow.tags.contains(list(tags)))
        if owner is not None:
            named = or_(MemberRow.login_key == login_key(owner), MemberRow.name == owner.strip())
            wanted = wanted.join(MemberRow, MemberRow.id == RelationRow.owner_id).where(named)
        if contacted_since is not None:
            wanted = wanted.where(RelationRow.last_contacted_at >= contacted_since)
        return [CreatorId(found) for found in await self._session.scalars(wanted)]

    async def hidden(self) -> list[CreatorId]:
        """See `RelationStore.hidden`.

        Blocks and opt-outs count as far as the scope sees; suppressions and exclusives in the whole tenant.
        """
        brand = self._scope.brand
        found = await (
            self._session.scalars(_HIDDEN)
            if brand is None
            else self._session.scalars(_HIDDEN_FROM_BRAND, {"brand": brand})
        )
        return sorted(CreatorId(each) for each in found)

    async def update(
        self,
        creators: Sequence[CreatorId],
        *,
        stage: str | None = None,
        add_tags: Sequence[str] = (),
        remove_tags: Sequence[str] = (),
        note: str | None = None,
        owner: MemberId | None = None,
        blocked: bool | None = None,
    ) -> int:
        """See `RelationStore.update`. Raises BadRequest where the scope is of no single brand or names no stage."""
        brand = self._scope.brand
        if brand is None:
            raise BadRequest("choose_a_brand")
        if stage is not None and stage not in set(Stage):
            raise BadRequest("unknown_stage", stage=stage)
        changed = 0
        for row in await locked_relations(self._session, creators, brand=brand, now=self._now):
            before = _snapshot(row)
            row.stage = stage or row.stage
            dropped = set(remove_tags)
            row.tags = [tag for tag in dict.fromkeys([*row.tags, *add_tags]) if tag not in dropped]
            row.notes = [*row.notes, note] if note else row.notes
            row.owner_id = owner if owner is not None else row.owner_id
            row.blocked = blocked if blocked is not None else row.blocked
            after = _snapshot(row)
            if after == before:
                continue
            changed += 1
            row.version += 1
            row.changed_at = self._now
            self._session.add(
                AuditEventRow(
                    member_id=self._scope.member,
                    brand_id=brand,
                    event="relation.updated",
                    subject=f"creator:{row.creator_id}",
                    before=before,
                    after=after,
                    at=self._now,
                )
            )
        await self._session.flush()
        return changed

    async def restore(self, changes: Sequence[Change]) -> list[CreatorId]:
        """See `RelationHistory.restore`. Raises BadRequest where the scope is of no single brand."""
        brand = self._scope.brand
        if brand is None:
            raise BadRequest("choose_a_brand")
        of = {change.row: change for change in changes}
        rows = await locked_relations(self._session, [CreatorId(row) for row in of], brand=brand, now=self._now)
        since = [CreatorId(row.creator_id) for row in rows if _snapshot(row) != of[row.creator_id].after]
        if since:
            return since
        for row in rows:
            before = of[row.creator_id].before or {}
            row.stage, row.tags, row.notes = before["stage"], before["tags"], before["notes"]
            row.owner_id, row.blocked = before["owner"], before["blocked"]
            row.version += 1
            row.changed_at = self._now
        await self._session.flush()
        return []


async def locked_relations(
    session: ScopedSession, creators: Sequence[CreatorId], *, brand: BrandId, now: datetime
) -> list[RelationRow]:
    """The brand's relations of visible creators, made where absent, locked in creator order."""
    visible = sorted(await session.scalars(select(CreatorRow.id).where(CreatorRow.id.in_(creators))))
    if not visible:
        return []
    await session.execute(
        insert(RelationRow).on_conflict_do_nothing(),
        [{"creator_id": creator, "brand_id": brand, "tags": [], "notes": [], "changed_at": now} for creator in visible],
    )
    rows = await session.scalars(
        select(RelationRow)
        .where(RelationRow.creator_id.in_(visible), RelationRow.brand_id == brand)
        .order_by(RelationRow.creator_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )
    return list(rows)


def _snapshot(row: RelationRow) -> dict[str, object]:
    return {
        "stage": row.stage,
        "tags": list(row.tags),
        "notes": list(row.notes),
        "owner": row.owner_id,
        "blocked": row.blocked,
    }


def to_relation(row: RelationRow) -> Relation:
    """A row as a noun."""
    return Relation(
        creator=CreatorId(row.creator_id),
        brand=BrandId(row.brand_id),
        stage=Stage(row.stage),
        tags=tuple(row.tags),
        notes=tuple(row.notes),
        owner=MemberId(row.owner_id) if row.owner_id is not None else None,
        blocked=row.blocked,
        opted_out_at=row.opted_out_at,
        last_contacted_at=row.last_contacted_at,
        samples_received=row.samples_received,
        samples_posted=row.samples_posted,
    )
