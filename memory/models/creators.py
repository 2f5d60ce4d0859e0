"""Tables of creators: their facts, who said so, and each brand's own view of them."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, JsonList, JsonObject, RowId, SharedRow


class CreatorRow(SharedRow, Base):
    """A creator of one tenant, or (tenant None) a public one. Ranges are two columns, equal when exact.

    `exclusive_to`: the one brand of the tenant that may work with them. `likely_zone`: where they seem to live by the
    hours of so many posts, with so much confidence.
    """

    __tablename__ = "creator"
    __table_args__ = (
        # handle_key and not lower(handle): under row-level security an index serves leakproof conditions only.
        UniqueConstraint("tenant_id", "platform", "handle_key", postgresql_nulls_not_distinct=True),
        Index("ix_creator_handle", "handle_key"),
        Index(
            "ix_creator_stale",
            "tenant_id",
            "changed_at",
            postgresql_where=text("indexed_at is null or changed_at > indexed_at"),
        ),
        Index("ix_creator_exclusive", "tenant_id", "exclusive_to", postgresql_where=text("exclusive_to is not null")),
        CheckConstraint("(gmv_30d_low is null) = (gmv_30d_currency is null)", name="gmv_currency"),
        CheckConstraint("(avg_price_low is null) = (avg_price_currency is null)", name="price_currency"),
        CheckConstraint(
            "(likely_zone is null) = (likely_zone_bp is null) and (likely_zone is null) = (likely_zone_posts is null)"
            " and (likely_zone_bp is null or likely_zone_bp between 1 and 10000)",
            name="likely_zone",
        ),
    )

    id: Mapped[RowId]
    platform: Mapped[str]
    handle: Mapped[str]
    handle_key: Mapped[str] = mapped_column(Computed("lower(handle)", persisted=True))
    name: Mapped[str]
    bio: Mapped[str]
    market: Mapped[str | None]
    zone: Mapped[str | None]
    languages: Mapped[JsonList]
    categories: Mapped[JsonList]
    captions: Mapped[JsonList]
    hashtags: Mapped[JsonList]
    followers_low: Mapped[int | None]
    followers_high: Mapped[int | None]
    gmv_30d_low: Mapped[int | None]
    gmv_30d_high: Mapped[int | None]
    gmv_30d_currency: Mapped[str | None]
    avg_price_low: Mapped[int | None]
    avg_price_high: Mapped[int | None]
    avg_price_currency: Mapped[str | None]
    avg_views_low: Mapped[int | None]
    avg_views_high: Mapped[int | None]
    engagement_bp_low: Mapped[int | None]
    engagement_bp_high: Mapped[int | None]
    commission_bp_low: Mapped[int | None]
    commission_bp_high: Mapped[int | None]
    fulfilment_bp_low: Mapped[int | None]
    fulfilment_bp_high: Mapped[int | None]
    content: Mapped[str | None]
    audience_gender: Mapped[str | None]
    audience_age: Mapped[str | None]
    email: Mapped[str | None]
    last_active_at: Mapped[datetime | None]
    profile_url: Mapped[str | None]
    likely_zone: Mapped[str | None]
    likely_zone_bp: Mapped[int | None]
    likely_zone_posts: Mapped[int | None]
    exclusive_to: Mapped[int | None] = mapped_column(ForeignKey("brand.id"))
    source: Mapped[str]
    source_as_of: Mapped[datetime]
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    indexed_at: Mapped[datetime | None]


HOME = (CreatorRow.zone, CreatorRow.market, CreatorRow.likely_zone)
"""What `home_zone` is asked with."""


class CreatorSourceRow(SharedRow, Base):
    """What one source said of a creator when it last spoke, and since when it speaks of them."""

    __tablename__ = "creator_source"
    __table_args__ = (UniqueConstraint("creator_id", "source"),)

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id", ondelete="CASCADE"))
    source: Mapped[str]
    said: Mapped[JsonObject]
    first_as_of: Mapped[datetime]
    as_of: Mapped[datetime]


class RelationRow(BrandRow, Base):
    """A brand's own view of a creator. `version` grows with every change."""

    __tablename__ = "relation"
    __table_args__ = (
        UniqueConstraint("brand_id", "creator_id"),
        Index(None, "tenant_id", "creator_id"),
        Index("ix_relation_stage", "brand_id", "stage"),
        Index("ix_relation_owner", "brand_id", "owner_id"),
        Index("ix_relation_contacted", "brand_id", "last_contacted_at"),
        Index(
            "ix_relation_hidden",
            "tenant_id",
            "brand_id",
            postgresql_where=text("blocked or opted_out_at is not null"),
        ),
    )

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    stage: Mapped[str] = mapped_column(server_default="new")
    tags: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    notes: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    blocked: Mapped[bool] = mapped_column(server_default=text("false"))
    opted_out_at: Mapped[datetime | None]
    last_contacted_at: Mapped[datetime | None]
    samples_received: Mapped[int] = mapped_column(server_default=text("0"))
    samples_posted: Mapped[int] = mapped_column(server_default=text("0"))
    version: Mapped[int] = mapped_column(server_default=text("1"))
    changed_at: Mapped[datetime]


class SuppressionRow(SharedRow, Base):
    """A creator nobody of the tenant may write to, known by handle so that it survives a deleted row."""

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("tenant_id", "platform", "handle_key", postgresql_nulls_not_distinct=True),)

    id: Mapped[RowId]
    platform: Mapped[str]
    handle_key: Mapped[str]
    reason: Mapped[str]
    at: Mapped[datetime]
