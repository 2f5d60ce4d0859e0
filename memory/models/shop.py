"""Tables of what is sold and who was picked for it: products and shortlists."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import AnyBrandRow, Base, BrandRow, JsonList, JsonObject, RowId


class ProductRow(BrandRow, Base):
    """A product of one brand. Price in minor units of its currency. `outside_id`: the platform's, where it sold."""

    __tablename__ = "product"
    __table_args__ = (
        Index("ix_product_brand", "tenant_id", "brand_id", "id"),
        Index(
            "uq_product_outside",
            "brand_id",
            "outside_id",
            unique=True,
            postgresql_where=text("outside_id is not null"),
        ),
        CheckConstraint("(price_minor is null) = (price_currency is null)", name="price_currency"),
    )

    id: Mapped[RowId]
    outside_id: Mapped[str | None]
    name: Mapped[str]
    link: Mapped[str | None]
    price_minor: Mapped[int | None]
    price_currency: Mapped[str | None]
    selling_points: Mapped[JsonList]
    commission_ceiling_bp: Mapped[int | None]
    sample: Mapped[bool | None]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ShortlistRow(AnyBrandRow, Base):
    """A ranked answer with what was asked. A named one is kept and found again by `name_key`."""

    __tablename__ = "shortlist"
    __table_args__ = (
        Index("ix_shortlist_named", "tenant_id", "name_key", "id", postgresql_where=text("name_key is not null")),
    )

    id: Mapped[RowId]
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    name: Mapped[str | None]
    name_key: Mapped[str | None]
    total: Mapped[int]
    criteria: Mapped[JsonObject]
    made_at: Mapped[datetime]


class ShortlistItemRow(AnyBrandRow, Base):
    """One row of a shortlist; ranks never move."""

    __tablename__ = "shortlist_item"

    shortlist_id: Mapped[int] = mapped_column(ForeignKey("shortlist.id", ondelete="CASCADE"), primary_key=True)
    rank: Mapped[int] = mapped_column(primary_key=True)
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    reasons: Mapped[JsonList]
    possible: Mapped[bool]
