"""The table of cards that go after a message's text: each is sent, and known to have been sent, by itself."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, JsonObject, RowId


class CardSendRow(BrandRow, Base):
    """One card of a message whose text went. `look_at`: when it is next looked at, on the machine's clock; of one that
    is being sent, the end of its lease. `text_at`: when the text went, on the workspace's.
    """

    __tablename__ = "card_send"
    __table_args__ = (
        UniqueConstraint("step_id", "position"),
        CheckConstraint("state in ('waiting', 'sending', 'sent', 'unknown', 'dropped')", name="state"),
        Index("ix_card_send_due", "look_at", postgresql_where=text("state in ('waiting', 'sending', 'unknown')")),
    )

    id: Mapped[RowId]
    step_id: Mapped[int] = mapped_column(ForeignKey("outreach_step.id"))
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    position: Mapped[int]
    state: Mapped[str] = mapped_column(server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default=text("0"))
    look_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    text_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]
    outside_id: Mapped[str | None]
    reason_key: Mapped[str | None]
    reason_facts: Mapped[JsonObject | None]
