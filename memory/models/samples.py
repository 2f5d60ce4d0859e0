"""The table of samples."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, RowId


class SampleRow(BrandRow, Base):
    """A sample of one creator as it is recorded; what comes with time alone is not. Cost in minor units.

    `approved_by` null with a time: the seller signed it on the platform.
    """

    __tablename__ = "sample"
    __table_args__ = (
        Index("ix_sample_creator", "tenant_id", "creator_id"),
        Index("ix_sample_status", "tenant_id", "brand_id", "status"),
        Index("ix_sample_due", "tenant_id", "brand_id", "due_at", postgresql_where=text("status = 'delivered'")),
        CheckConstraint(
            "status in ('asked', 'agreed', 'approved', 'shipped', 'delivered', 'posted', 'excused', 'lost')",
            name="status",
        ),
        CheckConstraint("(cost_minor is null) = (cost_currency is null)", name="cost_currency"),
        CheckConstraint("(delivered_at is null) = (due_at is null)", name="due"),
        CheckConstraint("approved_by is null or approved_at is not null", name="approved"),
        CheckConstraint("status in ('asked', 'agreed') or approved_at is not null", name="signed"),
    )

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    status: Mapped[str]
    since: Mapped[datetime]
    cost_minor: Mapped[int | None]
    cost_currency: Mapped[str | None]
    tracking_number: Mapped[str | None]
    content_link: Mapped[str | None]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    approved_at: Mapped[datetime | None]
    shipped_at: Mapped[datetime | None]
    delivered_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    posted_at: Mapped[datetime | None]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
