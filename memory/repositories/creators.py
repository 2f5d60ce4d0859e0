"""Creators of a tenant and the public ones: read, written from sources with their provenance, handed to the index."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import any_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.creator import Creator, CreatorFacts, IndexEntry
from memory.domain.erasing import GONE, REASON
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.stores import Change
from memory.domain.workspace import Scope
from memory.models.base import Ids
from memory.models.creators import CreatorRow, CreatorSourceRow, SuppressionRow
from memory.repositories.creator_facts import (
    PROFILE,
    from_profile,
    handle_key,
    merged,
    to_columns,
    to_creator,
    to_entry,
    to_facts,
    to_said,
)
from memory.repositories.knowledge import KnowledgeRepository
from memory.standing import standing
from memory.tenancy import ScopedSession, reach_of

# Columns instead of whole rows: half the cost where nothing is written back.
_PROFILES = standing(
    select(*(getattr(CreatorRow, name) for name in PROFILE)).where(CreatorRow.id == any_(bindparam("ids", type_=Ids)))
)
_STALE = or_(CreatorRow.indexed_at.is_(None), CreatorRow.changed_at > CreatorRow.indexed_at)
_THERE = CreatorRow.platform != GONE  # the empty row of one who was erased is nobody
_CHUNK = 1_000  # rows a statement: far below the 65,535 parameters PostgreSQL takes


@dataclass(slots=True)
class _Spoken:
    """One creator of an upsert: what holds now, and what to write."""

    facts: CreatorFacts
    source: str
    as_of: datetime
    before: CreatorFacts | None
    said: CreatorFacts


class CreatorRepository:
    """Satisfies `memory.domain.stores.CreatorStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def by_ids(self, ids: Sequence[CreatorId]) -> dict[CreatorId, Creator]:
        """See `CreatorStore.by_ids`; keyed in the order asked."""
        found: dict[CreatorId, Creator] = {}
        for some in _chunks(list(dict.fromkeys(ids))):
            for row in await self._session.execute(_PROFILES, {"ids": some}):
                creator = from_profile(row)
                found[creator.id] = creator
        return {each: found[each] for each in dict.fromkeys(ids) if each in found}

    async def by_handles(self, handles: Sequence[str]) -> dict[str, Creator]:
        """See `CreatorStore.by_handles`. The tenant's own wins over a public one of the same handle."""
        found: dict[str, Creator] = {}
        for some in _chunks(sorted({handle_key(handle) for handle in handles})):
            rows = await self._session.scalars(
                select(CreatorRow)
                .where(CreatorRow.handle_key.in_(some))
                .order_by(CreatorRow.tenant_id.asc().nulls_first(), CreatorRow.id.desc())
            )
            found |= {row.handle_key: to_creator(row) for row in rows}
        return found

    async def upsert(self, facts: Sequence[CreatorFacts], *, source: str, as_of: datetime) -> list[Change]:
        """See `CreatorStore.upsert`. An older source fills gaps only. Cost: about 0.2 ms a creator.

        Raises:
            BadRequest: a handle is empty (not retryable).
        """
        # Everybody writes in the order of handles: two imports at once wait for each other and never in a ring.
        order = sorted(range(len(facts)), key=lambda place: handle_key(facts[place].handle))
        changes = [Change.SAME] * len(facts)
        for places in _chunks(order):
            some = await self._upsert_some([facts[place] for place in places], source, as_of)
            for place, change in zip(places, some, strict=True):
                changes[place] = change
        return changes

    async def _upsert_some(self, facts: Sequence[CreatorFacts], source: str, as_of: datetime) -> list[Change]:
        keys = [(each.platform, handle_key(each.handle)) for each in facts]
        if any(not handle for _, handle in keys):
            raise BadRequest("empty_handle")
        erased = await self._erased({handle for _, handle in keys})
        standing = await self._standing({handle for _, handle in keys})
        spoken: dict[tuple[str, str], _Spoken] = {}
        changes = []
        for key, said in zip(keys, facts, strict=True):
            if key in erased:
                changes.append(Change.REFUSED)
                continue
            clean = replace(said, handle=said.handle.strip().removeprefix("@"))
            entry = spoken.get(key)
            if entry is None:
                row = standing.get(key)
                if row is None:
                    spoken[key] = _Spoken(clean, source, as_of, None, clean)
                    changes.append(Change.ADDED)
                    continue
                entry = spoken[key] = _Spoken(to_facts(row), row.source, row.source_as_of, to_facts(row), clean)
            newer = as_of >= entry.as_of
            after = merged(entry.facts, clean, newer=newer)
            changes.append(Change.SAME if after == entry.facts else Change.CHANGED)
            entry.said = merged(entry.said, clean, newer=True)
            entry.facts = after
            if newer:
                entry.source, entry.as_of = source, as_of
        if not spoken:
            return changes
        await self._write(spoken, standing)
        await self._remember_source(spoken, source, as_of)
        return changes

    async def _erased(self, handles: set[str]) -> set[tuple[str, str]]:
        """(Platform, handle) of those who were erased for good."""
        found = await self._session.execute(
            select(SuppressionRow.platform, SuppressionRow.handle_key).where(
                SuppressionRow.handle_key.in_(sorted(handles)), SuppressionRow.reason == REASON
            )
        )
        return {(row.platform, row.handle_key) for row in found}

    async def _standing(self, handles: set[str]) -> dict[tuple[str, str], CreatorRow]:
        """Own rows of handles, locked in their order."""
        rows = await self._session.scalars(
            select(CreatorRow)
            .where(CreatorRow.tenant_id == self._scope.tenant, CreatorRow.handle_key.in_(sorted(handles)))
            .order_by(CreatorRow.handle_key, CreatorRow.platform)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        return {(row.platform, row.handle_key): row for row in rows}

    async def _write(self, spoken: dict[tuple[str, str], _Spoken], standing: dict[tuple[str, str], CreatorRow]) -> None:
        """New rows and changed ones in one statement; a row only confirmed keeps its time of change."""
        changed_at = reach_of(self._session).moment()
        rows: list[dict[str, Any]] = []
        for key, entry in spoken.items():
            row = standing.get(key)
            if row is not None and entry.facts == entry.before:
                row.source, row.source_as_of = entry.source, entry.as_of
                continue
            rows.append(
                {
                    **to_columns(entry.facts),
                    "tenant_id": self._scope.tenant,
                    "source": entry.source,
                    "source_as_of": entry.as_of,
                    "made_at": self._now,
                    "changed_at": changed_at,
                }
            )
        await self._session.flush()
        if not rows:
            return
        statement = insert(CreatorRow)
        kept = {"tenant_id", "platform", "made_at"}
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["tenant_id", "platform", "handle_key"],
                set_={name: statement.excluded[name] for name in rows[0] if name not in kept},
            ),
            rows,
            execution_options={"render_nulls": True},
        )
        for row in standing.values():
            self._session.expire(row)

    async def _remember_source(self, spoken: dict[tuple[str, str], _Spoken], source: str, as_of: datetime) -> None:
        ids = {
            (platform, handle): creator
            for platform, handle, creator in await self._session.execute(
                select(CreatorRow.platform, CreatorRow.handle_key, CreatorRow.id).where(
                    CreatorRow.tenant_id == self._scope.tenant,
                    CreatorRow.handle_key.in_(sorted({handle for _, handle in spoken})),
                )
            )
        }
        statement = insert(CreatorSourceRow)
        newest = statement.excluded.as_of >= CreatorSourceRow.as_of
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["creator_id", "source"],
                set_={"said": statement.excluded.said, "as_of": statement.excluded.as_of},
                where=newest,
            ),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "creator_id": ids[key],
                    "source": source,
                    "said": to_said(entry.said),
                    "first_as_of": as_of,
                    "as_of": as_of,
                }
                for key, entry in spoken.items()
            ],
        )

    async def to_index(self, *, after: CreatorId, limit: int) -> list[IndexEntry]:
        """See `CreatorStore.to_index`."""
        rows = await self._session.scalars(
            select(CreatorRow).where(CreatorRow.id > after, _THERE).order_by(CreatorRow.id).limit(limit)
        )
        return await self._entries(rows)

    async def stale(self, *, limit: int) -> list[IndexEntry]:
        """See `CreatorStore.stale`. Own creators only; one being written right now waits for the next look."""
        rows = await self._session.scalars(
            select(CreatorRow)
            .where(
                CreatorRow.tenant_id == self._scope.tenant,
                _STALE,
                _THERE,
            )
            .order_by(CreatorRow.changed_at, CreatorRow.id)
            .limit(limit)
            .with_for_update(key_share=True, skip_locked=True)
        )
        return await self._entries(rows)

    async def _entries(self, rows: Iterable[CreatorRow]) -> list[IndexEntry]:
        rates = await KnowledgeRepository(self._session, self._scope, self._now).rates()
        return [to_entry(row, rates) for row in rows]

    async def mark_indexed(self, ids: Sequence[CreatorId] | None, *, at: datetime) -> None:
        """See `CreatorStore.mark_indexed`. `at` is the `now` of the unit that read the rows."""
        own = update(CreatorRow).where(CreatorRow.tenant_id == self._scope.tenant).values(indexed_at=at)
        if ids is None:
            which = [own.where(CreatorRow.changed_at <= at, _STALE)]
        else:
            which = [own.where(CreatorRow.id.in_(some)) for some in _chunks(list(ids))]
        for statement in which:
            await self._session.execute(statement.execution_options(synchronize_session=False))

    async def count(self) -> int:
        """See `CreatorStore.count`."""
        return int(await self._session.scalar(select(func.count()).select_from(CreatorRow).where(_THERE)) or 0)


def _chunks(everything: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(everything), _CHUNK):
        yield everything[start : start + _CHUNK]
