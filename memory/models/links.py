"""Tables of promo codes, tracking links and their clicks: whose a sale is where the platform does not say."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, UniqueConstraint
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
    """A short code that leads to `target`; one in the whole installation, for it stands alone in an address."""

    __tablename__ = "tracking_link"
    __table_args__ = (UniqueConstraint("code"), Index(None, "creator_id"))

    id: Mapped[RowId]
    code: Mapped[str]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    target: Mapped[str]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class LinkClickRow(BrandRow, Base):
    """Somebody followed a link. Who is not kept."""

    __tablename__ = "link_click"
    __table_args__ = (Index(None, "link_id", "at"),)

    id: Mapped[RowId]
    link_id: Mapped[int] = mapped_column(ForeignKey("tracking_link.id", ondelete="CASCADE"))
    at: Mapped[datetime]
