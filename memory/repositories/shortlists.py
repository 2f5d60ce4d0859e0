"""Shortlists: what was found, in its order, with its reasons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.creator import Reason, Shortlist, ShortlistItem
from memory.domain.errors import NotFound
from memory.domain.ids import ConversationId, CreatorId, ShortlistId
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.workspace import Scope
from memory.models.chat import ConversationRow
from memory.models.creators import CreatorRow
from memory.models.shop import ShortlistItemRow, ShortlistRow
from memory.repositories.creator_facts import to_creator
from memory.repositories.relations import RelationRepository
from memory.standing import as_row, columns_of, part_of, standing, the_part
from memory.tenancy import ScopedSession

_CURRENT = standing(
    select(*columns_of(ShortlistRow))
    .join(ConversationRow, ConversationRow.shortlist_id == ShortlistRow.id)
    .where(ConversationRow.id == bindparam("conversation"))
)
_ITEMS = standing(
    select(*part_of(ShortlistItemRow, "item"), *part_of(CreatorRow, "creator"))
    .join(CreatorRow, CreatorRow.id == ShortlistItemRow.creator_id)
    .where(ShortlistItemRow.shortlist_id == bindparam("shortlist"))
    .order_by(ShortlistItemRow.rank)
)
_ADD = standing(insert(ShortlistRow).returning(ShortlistRow.id))
_ADD_ITEMS = standing(insert(ShortlistItemRow).execution_options(render_nulls=True))
_MAKE_CURRENT = standing(
    update(ConversationRow)
    .where(ConversationRow.id == bindparam("conversation"))
    .values(shortlist_id=bindparam("shortlist"))
    .returning(ConversationRow.id)
    .execution_options(synchronize_session=False)
)


class ShortlistRepository:
    """Satisfies `memory.domain.stores.ShortlistStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[NewShortlistItem],
        *,
        total: int,
        criteria: Mapping[str, object],
        name: str | None = None,
    ) -> ShortlistId:
        """See `ShortlistStore.add`. Ranks follow the order given, from 1."""
        made = await self._session.scalar(
            _ADD,
            {
                "conversation_id": conversation,
                "brand_id": self._scope.brand,
                "made_by": self._scope.member,
                "name": name.strip() if name else None,
                "name_key": _name_key(name) if name else None,
                "total": total,
                "criteria": dict(criteria),
                "made_at": self._now,
            },
        )
        if items:
            await self._session.execute(
                _ADD_ITEMS,
                [
                    {
                        "shortlist_id": made,
                        "brand_id": self._scope.brand,
                        "rank": rank,
                        "creator_id": item.creator,
                        "reasons": [{"key": reason.key, "facts": dict(reason.facts)} for reason in item.reasons],
                        "possible": item.possible,
                    }
                    for rank, item in enumerate(items, start=1)
                ],
            )
        kept = ShortlistId(made or 0)
        await self._make_current(conversation, kept)
        return kept

    async def current(self, conversation: ConversationId) -> Shortlist | None:
        """See `ShortlistStore.current`."""
        row = as_row(ShortlistRow, await self._session.execute(_CURRENT, {"conversation": conversation}))
        return await self._whole(row) if row is not None else None

    async def by_id(self, shortlist: ShortlistId) -> Shortlist | None:
        """See `ShortlistStore.by_id`."""
        return await self._first(ShortlistRow.id == shortlist)

    async def by_name(self, name: str) -> Shortlist | None:
        """See `ShortlistStore.by_name`."""
        return await self._first(ShortlistRow.name_key == _name_key(name))

    async def named(self) -> list[Shortlist]:
        """See `ShortlistStore.named`."""
        rows = await self._session.scalars(
            select(ShortlistRow).where(ShortlistRow.name_key.is_not(None)).order_by(ShortlistRow.id.desc())
        )
        return [_to_shortlist(row, ()) for row in rows]

    async def open(self, conversation: ConversationId, shortlist: ShortlistId) -> None:
        """See `ShortlistStore.open`. Raises NotFound."""
        if not await self._session.scalar(select(func.count()).where(ShortlistRow.id == shortlist)):
            raise NotFound("shortlist_not_found", shortlist=shortlist)
        await self._make_current(conversation, shortlist)

    async def _make_current(self, conversation: ConversationId, shortlist: ShortlistId) -> None:
        found = await self._session.scalar(_MAKE_CURRENT, {"conversation": conversation, "shortlist": shortlist})
        if found is None:
            raise NotFound("conversation_not_found", conversation=conversation)

    async def _first(self, condition: Any) -> Shortlist | None:  # noqa: ANN401 -- any SQL condition
        row = await self._session.scalar(
            select(ShortlistRow).where(condition).order_by(ShortlistRow.id.desc()).limit(1)
        )
        return await self._whole(row) if row is not None else None

    async def _whole(self, row: ShortlistRow) -> Shortlist:
        """A list with its rows."""
        rows = (await self._session.execute(_ITEMS, {"shortlist": row.id})).all()
        kept = [(the_part(ShortlistItemRow, row, "item"), the_part(CreatorRow, row, "creator")) for row in rows]
        relations = await RelationRepository(self._session, self._scope, self._now).of(
            [CreatorId(creator.id) for _, creator in kept]
        )
        return _to_shortlist(
            row,
            tuple(
                ShortlistItem(
                    rank=item.rank,
                    creator=to_creator(creator),
                    reasons=tuple(Reason(reason["key"], reason["facts"]) for reason in item.reasons),
                    possible=item.possible,
                    relation=relations.get(CreatorId(creator.id)),
                )
                for item, creator in kept
            ),
        )


def _to_shortlist(row: ShortlistRow, items: tuple[ShortlistItem, ...]) -> Shortlist:
    return Shortlist(id=ShortlistId(row.id), items=items, total=row.total, criteria=dict(row.criteria), name=row.name)


def _name_key(name: str) -> str:
    return " ".join(name.split()).casefold()
