"""Tables of the daily digest: which conversation gets one when, and which days were dealt with."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import AnyBrandRow, Base, JsonList, JsonObject, RowId


class DigestRow(AnyBrandRow, Base):
    """A conversation's subscription. `at` is HH:MM in `zone`; `days` weekdays, Monday 0; `place`: the chat outside."""

    __tablename__ = "digest_subscription"
    __table_args__ = (
        UniqueConstraint("conversation_id"),
        CheckConstraint("lang in ('zh', 'en')", name="lang"),
        Index("ix_digest_subscription_due", "next_at", "id", postgresql_where=text("active")),
    )

    id: Mapped[RowId]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    at: Mapped[str]
    zone: Mapped[str]
    days: Mapped[JsonList]
    lang: Mapped[str]
    active: Mapped[bool]
    place: Mapped[JsonObject | None]
    next_day: Mapped[date]
    next_at: Mapped[datetime]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class DigestRunRow(AnyBrandRow, Base):
    """One local day of a subscription, dealt with once: its digest made, or (`made` false) let go.

    `occasion`: of its delivery; None where nothing was to be pushed.
    """

    __tablename__ = "digest_run"
    __table_args__ = (UniqueConstraint("digest_id", "day"),)

    id: Mapped[RowId]
    digest_id: Mapped[int] = mapped_column(ForeignKey("digest_subscription.id", ondelete="CASCADE"))
    day: Mapped[date]
    due_at: Mapped[datetime | None]
    made: Mapped[bool]
    occasion: Mapped[str | None]
    at: Mapped[datetime]
