"""Waiting changes: kept under a code, taken once by the member who asked."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import Conflict
from memory.domain.ids import CreatorId
from memory.domain.waiting_stores import WaitingChange
from memory.domain.workspace import Scope
from memory.models.books import WaitingChangeRow
from memory.tenancy import ScopedSession

_TRIES = 20


class WaitingChangeRepository:
    """Satisfies `memory.domain.waiting_stores.WaitingChangeStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(
        self, creators: Sequence[CreatorId], change: dict[str, JsonValue], *, decide_by: datetime
    ) -> WaitingChange:
        """See `WaitingChangeStore.add`."""
        for _ in range(_TRIES):
            last = await self._session.scalar(select(func.max(WaitingChangeRow.serial)).select_from(WaitingChangeRow))
            serial = (last or 0) + 1
            made = await self._session.scalar(
                insert(WaitingChangeRow)
                .on_conflict_do_nothing()
                .values(
                    serial=serial,
                    member_id=self._scope.member,
                    creators=list(creators),
                    change=change,
                    made_at=self._now,
                    decide_by=decide_by,
                )
                .returning(WaitingChangeRow.serial)
            )
            if made is not None:
                return WaitingChange(f"C{made}", tuple(creators), change, decide_by)
        raise Conflict

    async def take(self, code: str) -> WaitingChange | None:
        """See `WaitingChangeStore.take`."""
        number = code.strip().upper().removeprefix("C")
        if not number.isdigit():
            return None
        row = await self._session.scalar(
            update(WaitingChangeRow)
            .where(
                WaitingChangeRow.serial == int(number),
                WaitingChangeRow.member_id == self._scope.member,
                WaitingChangeRow.taken_at.is_(None),
                WaitingChangeRow.decide_by > self._now,
            )
            .values(taken_at=self._now)
            .returning(WaitingChangeRow)
            .execution_options(synchronize_session=False)
        )
        if row is None:
            return None
        creators = tuple(CreatorId(int(one)) for one in row.creators)
        return WaitingChange(f"C{row.serial}", creators, dict(row.change), row.decide_by)
