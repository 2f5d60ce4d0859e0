"""Turns: stored once, attempted under a fence, ended once; their events, and what they called."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import JsonValue
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError

from memory.domain.chat import Reply, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Author, Fence, Superseded, Turn, TurnState
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, ConversationId, MemberId, MessageId, TenantId, TurnId
from memory.domain.workspace import Role, Scope
from memory.models.chat import ConversationRow, MessageRow, ModelCallRow, ToolCallRow, TurnEventRow, TurnRow
from memory.models.outreach import BatchRow
from memory.models.workspace import MemberRow
from memory.tenancy import ScopedSession, reach_of
from memory.turn_notice import to_notice, topic_of

_OPEN = (TurnState.QUEUED, TurnState.RUNNING)
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
        """See `TurnStore.add`."""
        thread = await self._session.scalar(
            select(ConversationRow).where(ConversationRow.id == conversation).with_for_update(key_share=True)
        )
        if thread is None:
            raise NotFound("conversation_not_found", conversation=conversation)
        known = await self._known(connector, outside_id)
        if known is not None:
            return known, False
        try:
            async with self._session.begin_nested():
                turn = await self._store(thread, text, connector, outside_id, now)
        except IntegrityError:
            known = await self._known(connector, outside_id)
            if known is None:
                raise
            return known, False
        thread.updated_at = now
        thread.title = thread.title or (text.strip().splitlines() or [""])[0][:_TITLE_LENGTH]
        return turn, True

    async def _known(self, connector: str, outside_id: str) -> TurnId | None:
        found = await self._session.scalar(
            select(TurnRow.id).where(TurnRow.connector == connector, TurnRow.outside_id == outside_id)
        )
        return TurnId(found) if found is not None else None

    async def _store(
        self, thread: ConversationRow, text: str, connector: str, outside_id: str, now: datetime
    ) -> TurnId:
        said = MessageRow(
            conversation_id=thread.id,
            brand_id=thread.brand_id,
            author=Author.MEMBER,
            reply=Reply(text=text).model_dump(mode="json"),
            at=now,
        )
        self._session.add(said)
        await self._session.flush()
        turn = TurnRow(
            conversation_id=thread.id,
            brand_id=thread.brand_id,
            message_id=said.id,
            member_id=self._scope.member,
            lang=self._scope.lang,
            connector=connector,
            outside_id=outside_id,
            state=TurnState.QUEUED,
            queued_at=now,
        )
        self._session.add(turn)
        await self._session.flush()
        said.turn_id = turn.id
        await self._session.flush()
        return TurnId(turn.id)

    async def begin(self, turn: TurnId) -> Turn | None:
        """See `TurnStore.begin`. The first event of an attempt is `started`."""
        row = await self._session.scalar(select(TurnRow).where(TurnRow.id == turn).with_for_update(key_share=True))
        if row is None or row.state not in _OPEN:
            return None
        row.attempt += 1
        row.state = TurnState.RUNNING
        row.began_at = self._now
        await self._session.execute(
            delete(BatchRow)
            .where(BatchRow.turn_id == turn, BatchRow.published_at.is_(None))
            .execution_options(synchronize_session=False)
        )
        self._append(row, [(TurnEventKind.STARTED, {"attempt": row.attempt})])
        await self._session.flush()
        return await self.by_id(turn)

    async def by_id(self, turn: TurnId) -> Turn | None:
        """See `TurnStore.by_id`."""
        found = (
            await self._session.execute(
                select(TurnRow, MessageRow.reply, MemberRow.role, MemberRow.active)
                .join(MessageRow, MessageRow.id == TurnRow.message_id)
                .join(MemberRow, MemberRow.id == TurnRow.member_id)
                .where(TurnRow.id == turn)
            )
        ).one_or_none()
        if found is None:
            return None
        row, said, role, active = found
        scope = Scope(
            tenant=TenantId(row.tenant_id),
            brand=BrandId(row.brand_id) if row.brand_id is not None else None,
            member=MemberId(row.member_id),
            role=Role(role) if active else Role.VIEWER,
            lang="en" if row.lang == "en" else "zh",
        )
        return Turn(
            id=turn,
            conversation=ConversationId(row.conversation_id),
            message=MessageId(row.message_id),
            text=Reply.model_validate(said).text,
            state=TurnState(row.state),
            attempt=row.attempt,
            scope=scope,
        )

    async def running(self, conversation: ConversationId) -> TurnId | None:
        """See `TurnStore.running`."""
        found = await self._session.scalar(
            select(TurnRow.id)
            .where(TurnRow.conversation_id == conversation, TurnRow.state.in_(_OPEN))
            .order_by(TurnRow.id.desc())
            .limit(1)
        )
        return TurnId(found) if found is not None else None

    async def events(self, turn: TurnId, *, after: int) -> list[TurnEvent]:
        """Events with seq > `after`, in order."""
        rows = await self._session.scalars(
            select(TurnEventRow)
            .where(TurnEventRow.turn_id == turn, TurnEventRow.seq > after)
            .order_by(TurnEventRow.seq)
        )
        return [_to_event(row) for row in rows]

    async def add_events(
        self, fence: Fence, events: Sequence[tuple[TurnEventKind, dict[str, JsonValue]]]
    ) -> list[TurnEvent]:
        """See `TurnStore.add_events`."""
        row = await self._held(fence)
        added = self._append(row, events)
        await self._session.flush()
        return added

    async def end(self, fence: Fence, *, reply: Reply, failed: bool, now: datetime) -> MessageId:
        """See `TurnStore.end`."""
        row = await self._held(fence)
        whole = reply.model_dump(mode="json")
        answer = MessageRow(
            conversation_id=row.conversation_id,
            brand_id=row.brand_id,
            author=Author.DAREN,
            reply=whole,
            at=now,
            turn_id=row.id,
        )
        self._session.add(answer)
        await self._session.execute(
            update(BatchRow)
            .where(
                BatchRow.turn_id == fence.turn,
                BatchRow.turn_attempt == fence.attempt,
                BatchRow.published_at.is_(None),
            )
            .values(published_at=now)
            .execution_options(synchronize_session=False)
        )
        await self._session.execute(
            update(ConversationRow)
            .where(ConversationRow.id == row.conversation_id)
            .values(updated_at=now)
            .execution_options(synchronize_session=False)
        )
        if failed:
            self._append(row, [(TurnEventKind.FAILED, {"text": reply.text})])
        else:
            self._append(row, [(TurnEventKind.ANSWER, {"reply": whole})])
        row.state = TurnState.FAILED if failed else TurnState.DONE
        row.ended_at = now
        await self._session.flush()
        return MessageId(answer.id)

    async def _held(self, fence: Fence) -> TurnRow:
        row = await self._session.scalar(
            select(TurnRow).where(TurnRow.id == fence.turn).with_for_update(key_share=True)
        )
        if row is None or row.attempt != fence.attempt or row.state not in _OPEN:
            raise Superseded(turn=fence.turn, attempt=fence.attempt)
        return row

    def _append(self, row: TurnRow, events: Sequence[tuple[TurnEventKind, dict[str, JsonValue]]]) -> list[TurnEvent]:
        reach = reach_of(self._session)
        turn = TurnId(row.id)
        added = []
        for kind, data in events:
            row.last_seq += 1
            event = TurnEvent(turn=turn, seq=row.last_seq, kind=kind, data=data)
            self._session.add(
                TurnEventRow(
                    turn_id=turn, seq=event.seq, kind=kind, data=dict(data), brand_id=row.brand_id, at=self._now
                )
            )
            reach.announce(topic_of(turn), to_notice(event))
            added.append(event)
        return added

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

    async def record_tool_call(self, fence: Fence, call: dict[str, JsonValue]) -> None:
        """See `TurnStore.record_tool_call`."""
        self._session.add(
            ToolCallRow(
                turn_id=fence.turn,
                attempt=fence.attempt,
                brand_id=self._scope.brand,
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


def _to_event(row: TurnEventRow) -> TurnEvent:
    return TurnEvent(turn=TurnId(row.turn_id), seq=row.seq, kind=TurnEventKind(row.kind), data=row.data)
