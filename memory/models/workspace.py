"""Tables of who works here: workspace, tenants, brands with their policies, members, identities and sessions."""

from datetime import datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, RowId, TenantRow


class WorkspaceRow(Base):
    """The one workspace of a database: real or demo for life, and only a demo's clock may differ from the world's."""

    __tablename__ = "workspace"
    __table_args__ = (
        CheckConstraint("id = 1", name="only_one"),
        CheckConstraint("kind in ('real', 'demo')", name="kind"),
        CheckConstraint("kind = 'demo' or clock_offset_seconds = 0", name="real_time"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    kind: Mapped[str]
    name: Mapped[str]
    clock_offset_seconds: Mapped[int] = mapped_column(server_default=text("0"))
    made_at: Mapped[datetime]


class TenantRecord(Base):
    """One seller or agency; everything else belongs to one."""

    __tablename__ = "tenant"

    id: Mapped[RowId]
    name: Mapped[str]
    made_at: Mapped[datetime]


class BrandRecord(TenantRow, Base):
    """One brand of a tenant."""

    __tablename__ = "brand"
    __table_args__ = (UniqueConstraint("tenant_id", "name"),)

    id: Mapped[RowId]
    name: Mapped[str]
    shop_name: Mapped[str]
    market: Mapped[str]
    team_zone: Mapped[str]
    currency: Mapped[str]
    made_at: Mapped[datetime]


class BrandPolicyRow(BrandRow, Base):
    """What a brand allows; absent: the strict defaults of `BrandPolicy`."""

    __tablename__ = "brand_policy"
    __table_args__ = (UniqueConstraint("brand_id"), CheckConstraint("window_start < window_end", name="window"))

    id: Mapped[RowId]
    own_drafts_approvable: Mapped[bool]
    commission_ceiling_bp: Mapped[int]
    batch_ceiling: Mapped[int]
    window_start: Mapped[time]
    window_end: Mapped[time]
    sends_per_minute: Mapped[int]
    sends_per_day: Mapped[int]
    fee_ceiling_minor: Mapped[int | None]
    sample_ceiling_minor: Mapped[int | None]
    cool_down_days: Mapped[int] = mapped_column(server_default=text("30"))
    night_by_hand: Mapped[bool] = mapped_column(server_default=text("false"))
    rest_on_holidays: Mapped[bool] = mapped_column(server_default=text("false"))
    rest_on_saturdays: Mapped[bool] = mapped_column(server_default=text("false"))
    rest_on_sundays: Mapped[bool] = mapped_column(server_default=text("false"))
    contacts_per_week: Mapped[int | None]
    whole_sequences: Mapped[bool] = mapped_column(server_default=text("false"))
    product_cards: Mapped[bool] = mapped_column(server_default=text("false"))
    collaboration_cards: Mapped[bool] = mapped_column(server_default=text("false"))
    sample_cards: Mapped[bool] = mapped_column(server_default=text("false"))
    changed_at: Mapped[datetime]


class MemberRow(TenantRow, Base):
    """A person of the team. `works_for` None: all brands (which brand, not whose row: every brand sees its team)."""

    __tablename__ = "member"
    __table_args__ = (
        UniqueConstraint("login_key"),
        CheckConstraint("role in ('viewer', 'operator', 'approver', 'lead')", name="role"),
        CheckConstraint("lang in ('zh', 'en')", name="lang"),
        Index(None, "tenant_id"),
    )

    id: Mapped[RowId]
    login: Mapped[str]
    login_key: Mapped[str]
    name: Mapped[str]
    role: Mapped[str]
    works_for: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    active: Mapped[bool] = mapped_column(server_default=text("true"))
    lang: Mapped[str] = mapped_column(server_default="zh")
    password_hash: Mapped[str | None]
    made_at: Mapped[datetime]


class DeputyRow(TenantRow, Base):
    """A member who may decide as another one until a date; taken back, it never counted."""

    __tablename__ = "deputy"
    __table_args__ = (CheckConstraint("member_id <> stands_for_id", name="another"), Index(None, "member_id"))

    id: Mapped[RowId]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    stands_for_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    until: Mapped[datetime]
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    given_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]


class HeartbeatRow(Base):
    """When something that should always run last did, on the machine's clock."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(primary_key=True)
    beat_at: Mapped[datetime]


class IdentityRow(TenantRow, Base):
    """Who a member is somewhere else: an operating-system user, or (with `channel_id`) a user of a channel."""

    __tablename__ = "identity"
    __table_args__ = (
        UniqueConstraint("kind", "channel_id", "outside_id", postgresql_nulls_not_distinct=True),
        Index(None, "member_id"),
    )

    id: Mapped[RowId]
    kind: Mapped[str]
    channel_id: Mapped[int | None] = mapped_column(ForeignKey("channel_setting.id"))
    outside_id: Mapped[str]
    outside_name: Mapped[str] = mapped_column(server_default="")
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class SessionRow(TenantRow, Base):
    """A signed-in browser or terminal; the token itself is never stored."""

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "member_id"), Index(None, "expires_at"))

    id: Mapped[RowId]
    token_hash: Mapped[str]
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]


class SignInFailureRow(Base):
    """A wrong login or password, kept for the rate limit; seen by the service role alone."""

    __tablename__ = "sign_in_failure"
    __table_args__ = (Index(None, "login_key", "at"), Index(None, "address", "at"))

    id: Mapped[RowId]
    login_key: Mapped[str]
    address: Mapped[str]
    at: Mapped[datetime]
