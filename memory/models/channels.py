"""Tables of channels: how each is set up, what its chats are about, and the codes that say so."""

from datetime import datetime

from sqlalchemy import ARRAY, CheckConstraint, Double, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.bindings import ChatKind, CodeFor
from memory.domain.channels import ChannelKind
from memory.models.base import Base, JsonObject, RowId, TenantRow


def _one_of(column: str, values: type[ChannelKind] | type[ChatKind] | type[CodeFor]) -> str:
    return f"{column} in ({', '.join(repr(value.value) for value in values)})"


class ChannelSettingRow(TenantRow, Base):
    """One channel. `serves_id` None: all brands (which brand, not whose row). `sealed`: its secrets, encrypted.

    `paused_until`, on the machine's clock: the channel asked to be left alone.
    """

    __tablename__ = "channel_setting"
    __table_args__ = (UniqueConstraint("tenant_id", "name"), CheckConstraint(_one_of("kind", ChannelKind), name="kind"))

    id: Mapped[RowId]
    kind: Mapped[str]
    name: Mapped[str]
    serves_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    options: Mapped[JsonObject]
    sealed: Mapped[bytes]
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    paused_until: Mapped[datetime | None]
    changed_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class ChatBindingRow(TenantRow, Base):
    """What a chat is about. `serves_id` None: all brands; `identity_id`: whose own chat it is."""

    __tablename__ = "chat_binding"
    __table_args__ = (
        CheckConstraint(_one_of("chat_kind", ChatKind), name="chat_kind"),
        CheckConstraint("chat_kind = 'direct' or serves_id is not null", name="group_of_one_brand"),
        Index("uq_chat_binding_live", "channel_id", "chat", unique=True, postgresql_where=text("ended_at is null")),
    )

    id: Mapped[RowId]
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"))
    chat: Mapped[str]
    chat_kind: Mapped[str]
    serves_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    identity_id: Mapped[int | None] = mapped_column(ForeignKey("identity.id", ondelete="SET NULL"))
    bound_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    bound_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class BindCodeRow(TenantRow, Base):
    """A one-use code under its keyed digest; the code itself is never stored."""

    __tablename__ = "bind_code"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint(_one_of("purpose", CodeFor), name="purpose"),
        Index(
            "uq_bind_code_claim",
            "channel_id",
            "outside_id",
            unique=True,
            postgresql_where=text("purpose = 'claim' and used_at is null and voided_at is null"),
        ),
    )

    id: Mapped[RowId]
    purpose: Mapped[str]
    digest: Mapped[str]
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel_setting.id"))
    for_member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    serves_id: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    outside_id: Mapped[str]
    outside_name: Mapped[str]
    chat: Mapped[str]
    made_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    voided_at: Mapped[datetime | None]


class ChannelLineRow(TenantRow, Base):
    """How the connection of a channel stands that one process holds; times are the machine's."""

    __tablename__ = "channel_line"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"), primary_key=True)
    connected_since: Mapped[datetime | None]
    heard_at: Mapped[datetime | None]
    error: Mapped[str]
    ended: Mapped[str | None]
    seen_at: Mapped[datetime]


class ChannelKeptRow(TenantRow, Base):
    """What an adapter keeps between calls, encrypted; times are the machine's."""

    __tablename__ = "channel_kept"

    owner_id: Mapped[int] = mapped_column("channel_id", ForeignKey("channel_setting.id"), primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    sealed: Mapped[bytes]
    made_at: Mapped[datetime]
    good_until: Mapped[datetime]


class CallbackRow(TenantRow, Base):
    """A callback that is acknowledged and not handled yet, encrypted; times are the machine's."""

    __tablename__ = "callback"

    name: Mapped[str] = mapped_column(primary_key=True)
    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"))
    heard_at: Mapped[datetime]
    sealed: Mapped[bytes]


class ChannelPaceRow(TenantRow, Base):
    """When the last messages went into a chat, or go: oldest first, seconds since the epoch on the machine's clock."""

    __tablename__ = "channel_pace"

    channel_id: Mapped[int] = mapped_column(ForeignKey("channel_setting.id"), primary_key=True)
    chat: Mapped[str] = mapped_column(primary_key=True)
    moments: Mapped[list[float]] = mapped_column(ARRAY(Double))
