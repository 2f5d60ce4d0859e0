"""Turns: stored once, attempted under a fence, ended once; their events, and what they called."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import delete, func, select

from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Author, Ending, Fence, NewEvent, Superseded, Turn, TurnState
from memory.domain.deputies import highest
from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, ConversationId, MemberId, MessageId, TenantId, TurnId
from memory.domain.workspace import Role, Scope
from memory.models.chat import MessageRow, ModelCallRow, TurnRow
from memory.models.outreach import BatchRow
from memory.repositories.deputies import principals_of_asker
from memory.repositories.people import brand_or_none
from memory.repositories.turn_statements import (
    ADD_CALLS,
    ADD_EVENTS,
    BEGIN,
    CLOSE,
    KNOWN,
    ONE,
    ONE_HELD,
    OPEN,
    PUBLISH,
    QUEUE,
    SAY,
    SINCE,
    TITLED,
    TOLD,
    TOLD_AND_SUMMED_UP,
    WRITE,
    Change,
)
from memory.tenancy import ScopedSession, reach_of
from memory.turn_notice import to_notice, topic_of

_TITLE_LENGTH = 40


class TurnRepository:
    """Satisfies `memory.domain.chat_stores.TurnStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(
        self, conversation: ConversationId, *, text: str, connector: str, outside_id: str, now: datetime
    ) -> tuple[TurnId, bool]:
        """See `TurnStore.add`. Holds the conversation, so that messages of one conversation are stored in order."""
        title = (text.strip().splitlines() or [""])[0][:_TITLE_LENGTH]
        told = {"conversation": conversation, "member": self._scope.member, "now": now, "first_line": title}
        threads, known = await asyncio.gather(self._session.execute(TITLED, told), self._known(connector, outside_id))
        thread = threads.one_or_none()
        if thread is None:
            raise NotFound("conversation_not_found", conversation=conversation)
        if known is not None:
            return known, False
        place = {"conversation_id": conversation, "brand_id": thread.brand_id}
        reply = Reply(text=text).model_dump(mode="json")
        said = await self._session.scalar(SAY, place | {"author": Author.MEMBER.value, "reply": reply, "at": now})
        asked = {
            "message_id": said,
            "member_id": self._scope.member,
            "lang": self._scope.lang,
            "connector": connector,
            "outside_id": outside_id,
            "state": TurnState.QUEUED.value,
            "queued_at": now,
        }
        turn = await self._session.scalar(QUEUE, place | asked)
        if turn is not None:
            return TurnId(turn), True
        # The same message came twice at once, into two conversations: the other one keeps it.
        await self._session.execute(delete(MessageRow).where(MessageRow.id == said))
        known = await self._known(connector, outside_id)
        if known is None:
            raise Conflict("conflict")
        return known, False

    async def _known(self, connector: str, outside_id: str) -> TurnId | None:
        found = await self._session.scalar(KNOWN, {"connector": connector, "outside_id": outside_id})
        return TurnId(found) if found is not None else None

    async def begin(self, turn: TurnId) -> Turn | None:
        """See `TurnStore.begin`. The first event of an attempt is `started`."""
        found = await self._read(turn, hold=True)
        if found is None or found.state not in OPEN:
            return None
        fence = Fence(turn, found.attempt)
        if not found.may_work:
            await self._close(fence, TurnState.FAILED, [(TurnEventKind.FAILED, {"text": ""})])
            return None
        attempt = found.attempt + 1
        if found.attempt:
            await self._session.execute(
                delete(BatchRow)
                .where(BatchRow.turn_id == turn, BatchRow.published_at.is_(None))
                .execution_options(synchronize_session=False)
            )
        started: NewEvent = (TurnEventKind.STARTED, {"attempt": attempt})
        # The row is held: the fence is ours, and the numbers of its events are known.
        given = {"turn": turn, "held": found.attempt, "more": 1, "attempt_now": attempt, "now": self._now}
        await self._session.post(BEGIN, given)
        await self._tell(turn, [started], after=found.last_seq, brand=found.turn.scope.brand)
        return replace(found.turn, attempt=attempt, state=TurnState.RUNNING)

    async def by_id(self, turn: TurnId) -> Turn | None:
        """See `TurnStore.by_id`."""
        found = await self._read(turn, hold=False)
        return found.turn if found else None

    async def _read(self, turn: TurnId, *, hold: bool) -> "_Found | None":
        rows, principals = await asyncio.gather(
            self._session.execute(ONE_HELD if hold else ONE, {"turn": turn}),
            principals_of_asker(self._session, turn, at=self._now),
        )
        row = rows.one_or_none()
        if row is None:
            return None
        brand = brand_or_none(row.brand_id)
        scope = Scope(
            tenant=TenantId(row.tenant_id),
            brand=brand,
            member=MemberId(row.member_id),
            role=highest(Role(row.role), principals, brand=brand) if row.active else Role.VIEWER,
            lang="en" if row.lang == "en" else "zh",
        )
        state = TurnState(row.state)
        told = Turn(
            id=turn,
            conversation=ConversationId(row.conversation_id),
            message=MessageId(row.message_id),
            text=Reply.model_validate(row.reply).text,
            state=state,
            attempt=row.attempt,
            scope=scope,
            summary=row.summary,
        )
        return _Found(
            told, state, row.attempt, row.last_seq, may_work=row.active and row.works_for in (None, row.brand_id)
        )

    async def running(self, conversation: ConversationId) -> TurnId | None:
        """See `TurnStore.running`."""
        found = await self._session.scalar(
            select(TurnRow.id)
            .where(TurnRow.conversation_id == conversation, TurnRow.state.in_(OPEN))
            .order_by(TurnRow.id.desc())
            .limit(1)
        )
        return TurnId(found) if found is not None else None

    async def since(self, turn: TurnId, *, after: int) -> tuple[list[TurnEvent], bool] | None:
        """Events with seq > `after` in order, and whether the turn has ended; None where there is no such turn."""
        rows = (await self._session.execute(SINCE, {"turn": turn, "after": after})).all()
        if not rows:
            return None
        events = [
            TurnEvent(turn=turn, seq=row.seq, kind=TurnEventKind(row.kind), data=row.data)
            for row in rows
            if row.seq is not None
        ]
        return events, TurnState(rows[0].state) not in OPEN

    async def add_events(self, fence: Fence, events: Sequence[NewEvent]) -> None:
        """See `TurnStore.add_events`."""
        await self._append(WRITE, fence, events, {})

    async def end(self, fence: Fence, ending: Ending, *, now: datetime) -> None:
        """See `TurnStore.end`."""
        whole = ending.reply.model_dump(mode="json")
        last: NewEvent = (TurnEventKind.ANSWER, {"reply": whole})
        if ending.failed:
            last = (TurnEventKind.FAILED, {"text": ending.reply.text})
        state = TurnState.FAILED if ending.failed else TurnState.DONE
        row = await self._close(fence, state, [*ending.events, last])
        said = {"author": Author.DAREN.value, "reply": whole, "at": now, "turn_id": fence.turn}
        place = {"conversation_id": row.conversation, "brand_id": row.brand}
        await self._session.post(SAY, place | said)
        await self._session.post(PUBLISH, {"turn": fence.turn, "attempt": fence.attempt, "now": now})
        if ending.summary is None:
            await self._session.post(TOLD, {"conversation": row.conversation, "now": now})
        else:
            told = {"conversation": row.conversation, "now": now, "summed_up": ending.summary}
            await self._session.post(TOLD_AND_SUMMED_UP, told)
        if ending.tool_calls:
            shared = {"turn_id": fence.turn, "attempt": fence.attempt, "brand_id": row.brand, "at": self._now}
            await self._session.post(ADD_CALLS, [{**shared, "details": dict(call)} for call in ending.tool_calls])

    async def _close(self, fence: Fence, state: TurnState, events: Sequence[NewEvent]) -> "_Held":
        return await self._append(CLOSE, fence, events, {"ended": state.value, "now": self._now})

    async def _append(
        self, change: Change, fence: Fence, events: Sequence[NewEvent], values: Mapping[str, object]
    ) -> "_Held":
        """Lock the fence's turn, change it, and number events on from its last one.

        Raises:
            Superseded: another attempt owns the turn, or it has ended (not retryable).
        """
        given = {"turn": fence.turn, "held": fence.attempt, "more": len(events), **values}
        held = (await self._session.execute(change, given)).one_or_none()
        if held is None:
            raise Superseded(turn=fence.turn, attempt=fence.attempt)
        await self._tell(fence.turn, events, after=held.last_seq - len(events), brand=brand_or_none(held.brand_id))
        return _Held(held.conversation_id, held.brand_id)

    async def _tell(self, turn: TurnId, events: Sequence[NewEvent], *, after: int, brand: BrandId | None) -> None:
        """Number events on from `after`, and ring for them."""
        reach = reach_of(self._session)
        rows = []
        for seq, (kind, data) in enumerate(events, start=after + 1):
            rows.append(
                {
                    "turn_id": turn, "seq": seq, "kind": kind.value, "data": dict(data), "brand_id": brand,
                    "at": self._now,
                }
            )  # fmt: skip
            reach.announce(topic_of(turn), to_notice(TurnEvent(turn=turn, seq=seq, kind=kind, data=data)))
        await self._session.post(ADD_EVENTS, rows)

    async def record_model_call(self, turn: TurnId | None, call: dict[str, JsonValue]) -> None:
        """See `TurnStore.record_model_call`. Its cost is `call["cost_micro_usd"]`, zero when absent."""
        cost = call.get("cost_micro_usd")
        self._session.add(
            ModelCallRow(
                turn_id=turn,
                cost_micro_usd=int(cost) if isinstance(cost, int | float) else 0,
                details=dict(call),
                at=self._now,
            )
        )
        await self._session.flush()

    async def month_cost_micro_usd(self) -> int:
        """See `TurnStore.month_cost_micro_usd`."""
        first = self._now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        spent = await self._session.scalar(
            select(func.coalesce(func.sum(ModelCallRow.cost_micro_usd), 0)).where(ModelCallRow.at >= first)
        )
        return int(spent or 0)


@dataclass(frozen=True, slots=True)
class _Found:
    """A turn as it lies there. `may_work`: its member is active and still works for its brand."""

    turn: Turn
    state: TurnState
    attempt: int
    last_seq: int
    may_work: bool


@dataclass(frozen=True, slots=True)
class _Held:
    """Where a turn belongs."""

    conversation: int
    brand: int | None
