"""The table of read-only links to figures."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, JsonList, RowId


class ReportLinkRow(BrandRow, Base):
    """A link somebody outside may open. `key` is half of what its address holds; the other half is our signature.

    Either `period` rolls on, or `first` to `last` are its days.
    """

    __tablename__ = "report_link"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("days between 1 and 90", name="days"),
        CheckConstraint('("period" is null) = ("first" is not null and "last" is not null)', name="period"),
        Index(None, "brand_id", "id"),
    )

    id: Mapped[RowId]
    key: Mapped[str]
    period: Mapped[str | None]
    first: Mapped[date | None]
    last: Mapped[date | None]
    parts: Mapped[JsonList]
    days: Mapped[int]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    revoked_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    opened: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime | None]
