"""Tables of conversations: transcripts, turns with their events, and what each turn called."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import AnyBrandRow, Base, JsonObject, RowId, TenantRow


class ConversationRow(AnyBrandRow, Base):
    """A thread of one member in one chat. `read_up_to` is the last message the member was shown."""

    __tablename__ = "conversation"
    __table_args__ = (
        Index("ix_conversation_newest", "tenant_id", "member_id", "connector", "chat", "updated_at"),
        Index("ix_conversation_mine", "tenant_id", "member_id", "updated_at"),
    )

    id: Mapped[RowId]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    connector: Mapped[str]
    chat: Mapped[str]
    title: Mapped[str]
    summary: Mapped[str] = mapped_column(server_default="")
    shortlist_id: Mapped[int | None] = mapped_column(ForeignKey("shortlist.id", use_alter=True))
    read_up_to: Mapped[int] = mapped_column(server_default=text("0"))
    made_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class MessageRow(AnyBrandRow, Base):
    """One line of a transcript."""

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("author in ('member', 'daren', 'notice')", name="author"),
        Index("ix_message_transcript", "conversation_id", "id"),
        Index("ix_message_notices", "conversation_id", "id", postgresql_where=text("author = 'notice'")),
    )

    id: Mapped[RowId]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    author: Mapped[str]
    reply: Mapped[JsonObject]
    at: Mapped[datetime]
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id", use_alter=True))


class TurnRow(AnyBrandRow, Base):
    """One message being answered. `attempt` is the fencing token; `last_seq` numbers the events."""

    __tablename__ = "turn"
    __table_args__ = (
        UniqueConstraint("tenant_id", "connector", "outside_id"),
        CheckConstraint("state in ('queued', 'running', 'done', 'failed')", name="state"),
        Index(
            "ix_turn_unended",
            "conversation_id",
            "id",
            postgresql_where=text("state in ('queued', 'running')"),
        ),
        Index("ix_turn_waiting", "queued_at", postgresql_where=text("state in ('queued', 'running')")),
    )

    id: Mapped[RowId]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    lang: Mapped[str]
    connector: Mapped[str]
    outside_id: Mapped[str]
    state: Mapped[str]
    attempt: Mapped[int] = mapped_column(server_default=text("0"))
    last_seq: Mapped[int] = mapped_column(server_default=text("0"))
    queued_at: Mapped[datetime]
    began_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class TurnEventRow(AnyBrandRow, Base):
    """One event of a turn, as its followers see it."""

    __tablename__ = "turn_event"

    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    data: Mapped[JsonObject]
    at: Mapped[datetime]


class ModelCallRow(TenantRow, Base):
    """Tokens, cost and latency of one call of a model; `details` holds what else the caller recorded."""

    __tablename__ = "model_call"
    __table_args__ = (Index("ix_model_call_month", "tenant_id", "at"), Index(None, "turn_id"))

    id: Mapped[RowId]
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"))
    cost_micro_usd: Mapped[int]
    details: Mapped[JsonObject]
    at: Mapped[datetime]


class ToolCallRow(AnyBrandRow, Base):
    """Name, arguments, outcome and milliseconds of one call of a tool."""

    __tablename__ = "tool_call"
    __table_args__ = (Index(None, "turn_id"),)

    id: Mapped[RowId]
    turn_id: Mapped[int] = mapped_column(ForeignKey("turn.id"))
    attempt: Mapped[int]
    details: Mapped[JsonObject]
    at: Mapped[datetime]
