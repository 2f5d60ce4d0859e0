"""Tables of shops that brands let us into, of what is kept for each, and of what a platform told of them."""

from datetime import datetime

from sqlalchemy import ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, JsonList, JsonObject, RowId, TenantRow


class ShopLinkRow(BrandRow, Base):
    """One brand's shop. Times are the workspace's."""

    __tablename__ = "shop_link"
    __table_args__ = (UniqueConstraint("brand_id"),)

    id: Mapped[RowId]
    active: Mapped[bool] = mapped_column(server_default=text("false"))
    shop: Mapped[str] = mapped_column(server_default="")
    shops: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    authorised_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    sync_state: Mapped[str] = mapped_column(server_default="never")
    sync_found: Mapped[int] = mapped_column(server_default=text("0"))
    sync_bare: Mapped[int] = mapped_column(server_default=text("0"))
    sync_started_at: Mapped[datetime | None]
    sync_ended_at: Mapped[datetime | None]
    sync_due_at: Mapped[datetime | None]
    sync_position: Mapped[str] = mapped_column(server_default="")
    sync_trouble: Mapped[JsonObject | None]
    told_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    read_trouble: Mapped[JsonObject | None]
    changed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ShopKeptRow(TenantRow, Base):
    """What is kept for a shop between calls, encrypted; times are the machine's."""

    __tablename__ = "shop_kept"

    owner_id: Mapped[int] = mapped_column("link_id", ForeignKey("shop_link.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    good_until: Mapped[datetime]


class ShopEventRow(TenantRow, Base):
    """What a platform told of a shop and is not handled yet, encrypted."""

    __tablename__ = "shop_event"

    link_id: Mapped[int] = mapped_column(ForeignKey("shop_link.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    told_at: Mapped[datetime]
    sealed: Mapped[bytes]
