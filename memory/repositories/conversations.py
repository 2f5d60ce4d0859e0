"""Conversations of a member and their transcripts."""

from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, update

from memory.domain.chat import Reply
from memory.domain.chat_stores import Author, Conversation, Message
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, ConversationId, MemberId, MessageId, TurnId
from memory.domain.workspace import Scope
from memory.models.base import JsonObject
from memory.models.chat import ConversationRow, MessageRow
from memory.models.workspace import MemberRow
from memory.standing import columns_of, standing
from memory.tenancy import ScopedSession

_AFTER_ALL = 2**63 - 1
_LINES = standing(
    select(MessageRow.id, MessageRow.author, MessageRow.reply, MessageRow.at, MessageRow.turn_id)
    .where(MessageRow.conversation_id == bindparam("conversation"), MessageRow.id < bindparam("before"))
    .order_by(MessageRow.id.desc())
    .limit(bindparam("most"))
)

_UNREAD = (
    select(func.count())
    .select_from(MessageRow)
    .where(
        MessageRow.conversation_id == ConversationRow.id,
        MessageRow.author == Author.NOTICE.value,
        MessageRow.id > ConversationRow.read_up_to,
    )
    .correlate(ConversationRow)
    .scalar_subquery()
)
_NEWEST = standing(
    select(*columns_of(ConversationRow), _UNREAD.label("unread"))
    .where(
        ConversationRow.member_id == bindparam("member"),
        ConversationRow.connector == bindparam("connector"),
        ConversationRow.chat == bindparam("chat"),
        ConversationRow.brand_id.is_not_distinct_from(bindparam("brand")),
    )
    .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
    .limit(1)
)


class ConversationRepository:
    """Satisfies `memory.domain.chat_stores.ConversationStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def find_or_start(self, *, connector: str, chat: str, now: datetime) -> Conversation:
        """See `ConversationStore.find_or_start`."""
        newest = await self._newest(connector, chat)
        if newest is None:
            # Two first messages at once must not start two: the member's row makes them queue.
            await self._session.execute(
                select(MemberRow.id).where(MemberRow.id == self._scope.member).with_for_update(key_share=True)
            )
            newest = await self._newest(connector, chat)
        return newest or await self.start(connector=connector, chat=chat, now=now)

    async def _newest(self, connector: str, chat: str) -> Conversation | None:
        asked = {"member": self._scope.member, "connector": connector, "chat": chat, "brand": self._scope.brand}
        found = (await self._session.execute(_NEWEST, asked)).one_or_none()
        return _to_conversation(found, unread=found.unread) if found else None

    async def start(self, *, connector: str, chat: str, now: datetime, title: str = "") -> Conversation:
        """See `ConversationStore.start`."""
        row = ConversationRow(
            member_id=self._scope.member,
            brand_id=self._scope.brand,
            connector=connector,
            chat=chat,
            title=title,
            summary="",
            read_up_to=0,
            made_at=now,
            updated_at=now,
        )
        self._session.add(row)
        await self._session.flush()
        return _to_conversation(row, unread=0)

    async def by_id(self, conversation: ConversationId) -> Conversation | None:
        """See `ConversationStore.by_id`."""
        found = (await self._session.execute(self._own().where(ConversationRow.id == conversation))).one_or_none()
        return _to_conversation(found[0], unread=found[1]) if found else None

    async def mine(self, *, connector: str | None = None, limit: int = 50) -> list[Conversation]:
        """See `ConversationStore.mine`."""
        wanted = self._own().limit(limit)
        if connector is not None:
            wanted = wanted.where(ConversationRow.connector == connector)
        return [_to_conversation(row, unread=unread) for row, unread in await self._session.execute(wanted)]

    def _own(self) -> Select[ConversationRow, int]:
        """The member's conversations, newest first, with how many notices they have not seen."""
        return (
            select(ConversationRow, _UNREAD)
            .where(ConversationRow.member_id == self._scope.member)
            .order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc())
        )

    async def say(
        self, conversation: ConversationId, *, author: Author, reply: Reply, now: datetime, turn: TurnId | None = None
    ) -> MessageId:
        """See `ConversationStore.say`. Daren may say something in anybody's conversation of the scope."""
        thread = await self._session.scalar(select(ConversationRow).where(ConversationRow.id == conversation))
        if thread is None:
            raise NotFound("conversation_not_found", conversation=conversation)
        row = MessageRow(
            conversation_id=thread.id,
            brand_id=thread.brand_id,
            author=author,
            reply=reply.model_dump(mode="json"),
            at=now,
            turn_id=turn,
        )
        self._session.add(row)
        thread.updated_at = now
        await self._session.flush()
        return MessageId(row.id)

    async def transcript(
        self, conversation: ConversationId, *, before: MessageId | None = None, limit: int = 50
    ) -> list[Message]:
        """See `ConversationStore.transcript`."""
        if await self.by_id(conversation) is None:
            raise NotFound("conversation_not_found", conversation=conversation)
        lines = await self.lines(conversation, before=before, limit=limit)
        if before is None and lines:
            newest = lines[-1].id
            await self._session.execute(
                update(ConversationRow)
                .where(ConversationRow.id == conversation, ConversationRow.read_up_to < newest)
                .values(read_up_to=newest)
            )
        return lines

    async def lines(self, conversation: ConversationId, *, before: MessageId | None, limit: int) -> list[Message]:
        """See `ConversationStore.lines`."""
        given = {"conversation": conversation, "before": _AFTER_ALL if before is None else before, "most": limit}
        return [_to_message(row) for row in reversed((await self._session.execute(_LINES, given)).all())]

    async def rename(self, conversation: ConversationId, *, title: str) -> None:
        """See `ConversationStore.rename`."""
        (await self._mine(conversation)).title = title
        await self._session.flush()

    async def _mine(self, conversation: ConversationId) -> ConversationRow:
        row = await self._session.scalar(
            select(ConversationRow).where(
                ConversationRow.id == conversation, ConversationRow.member_id == self._scope.member
            )
        )
        if row is None:
            raise NotFound("conversation_not_found", conversation=conversation)
        return row


def _to_conversation(row: ConversationRow | Row[*tuple[Any, ...]], *, unread: int) -> Conversation:
    return Conversation(
        id=ConversationId(row.id),
        member=MemberId(row.member_id),
        brand=BrandId(row.brand_id) if row.brand_id is not None else None,
        connector=row.connector,
        title=row.title,
        summary=row.summary,
        updated_at=row.updated_at,
        unread=unread,
    )


def _to_message(row: Row[int, str, JsonObject, datetime, int | None]) -> Message:
    return Message(
        id=MessageId(row.id),
        author=Author(row.author),
        reply=Reply.model_validate(row.reply),
        at=row.at,
        turn=TurnId(row.turn_id) if row.turn_id is not None else None,
    )
