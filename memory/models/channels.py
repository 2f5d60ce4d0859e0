"""Tables of channels: how each is set up."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.channels import ChannelKind
from memory.models.base import Base, JsonObject, RowId, TenantRow

_KINDS = ", ".join(repr(kind.value) for kind in ChannelKind)


class ChannelSettingRow(TenantRow, Base):
    """One channel. `serves_id` None: all brands (which brand, not whose row). `sealed`: its secrets, encrypted."""

    __tablename__ = "channel_setting"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), CheckConstraint(f"kind in ({_KINDS})", name="kind"))

    id: Mapped[RowId]
    kind: Mapped[str]
    name: Mapped[str]
    serves_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    options: Mapped[JsonObject]
    sealed: Mapped[bytes]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    changed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
