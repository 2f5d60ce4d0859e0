"""Tables of promo codes, tracking links and their clicks: whose a sale is where the platform does not say."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, RowId


class PromoCodeRow(BrandRow, Base):
    """A code that customers redeem for a creator; `key`: as it is compared."""

    __tablename__ = "promo_code"
    __table_args__ = (UniqueConstraint("brand_id", "key"), Index(None, "creator_id"))

    id: Mapped[RowId]
    code: Mapped[str]
    key: Mapped[str]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class TrackingLinkRow(BrandRow, Base):
    """A short code that leads to `target`; one in the whole installation, for it stands alone in an address.

    `salt` is what visitors of the day `salted_on` (UTC) are marked with; the next day's takes its place.
    """

    __tablename__ = "tracking_link"
    __table_args__ = (UniqueConstraint("code"), Index(None, "creator_id"))

    id: Mapped[RowId]
    code: Mapped[str]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    target: Mapped[str]
    salt: Mapped[str | None]
    salted_on: Mapped[date | None]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class LinkClickRow(BrandRow, Base):
    """Somebody followed a link, for the first time that day. Who is not kept: `visitor` tells them apart that day."""

    __tablename__ = "link_click"
    __table_args__ = (
        UniqueConstraint("link_id", "visitor"),
        CheckConstraint("device in ('phone', 'computer', 'other')", name="device"),
        Index(None, "link_id", "at"),
    )

    id: Mapped[RowId]
    link_id: Mapped[int] = mapped_column(ForeignKey("tracking_link.id", ondelete="CASCADE"))
    at: Mapped[datetime]
    visitor: Mapped[str]
    device: Mapped[str]
