"""Tables of what is read of a shop besides its creators: how each source stands, and its target collaborations."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.models.base import Base, BrandRow, JsonList, JsonObject, RowId, TenantRow


class ShopSourceRow(TenantRow, Base):
    """How reading one list of one shop stands. `shop`: which one it is about; times are the workspace's."""

    __tablename__ = "shop_source"

    link_id: Mapped[int] = mapped_column(ForeignKey("shop_link.id"), primary_key=True)
    source: Mapped[str] = mapped_column(primary_key=True)
    shop: Mapped[str]
    state: Mapped[str]
    found: Mapped[int]
    started_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    due_at: Mapped[datetime | None]
    position: Mapped[str] = mapped_column(server_default="")
    trouble: Mapped[JsonObject | None]


class CollaborationRow(BrandRow, Base):
    """One target collaboration of one shop, as last read. `number` is the platform's; rates in basis points."""

    __tablename__ = "collaboration"
    __table_args__ = (
        UniqueConstraint("link_id", "shop", "number"),
        Index("ix_collaboration_brand", "tenant_id", "brand_id", "status"),
        CheckConstraint("status in ('live', 'canceling', 'ended')", name="status"),
    )

    id: Mapped[RowId]
    link_id: Mapped[int] = mapped_column(ForeignKey("shop_link.id"))
    shop: Mapped[str]
    number: Mapped[str]
    name: Mapped[str]
    status: Mapped[str]
    ends_at: Mapped[datetime]
    gives_sample: Mapped[bool]
    unreviewed: Mapped[bool]
    products: Mapped[JsonList] = mapped_column(server_default=text("'[]'::jsonb"))
    read_at: Mapped[datetime]


class CollaborationCreatorRow(BrandRow, Base):
    """A creator invited to one. `number`: the platform's id of them; `leaving`: they are being taken out."""

    __tablename__ = "collaboration_creator"
    __table_args__ = (Index("ix_collaboration_creator_creator", "creator_id"),)

    collaboration_id: Mapped[int] = mapped_column(ForeignKey("collaboration.id", ondelete="CASCADE"), primary_key=True)
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"), primary_key=True)
    number: Mapped[str]
    leaving: Mapped[bool]


class OpenPlanRow(BrandRow, Base):
    """A product of one shop that any creator may sell, as last read. `product` is the shop's number of it."""

    __tablename__ = "open_plan"
    __table_args__ = (UniqueConstraint("link_id", "shop", "product"), Index(None, "brand_id"))

    id: Mapped[RowId]
    link_id: Mapped[int] = mapped_column(ForeignKey("shop_link.id"))
    shop: Mapped[str]
    product: Mapped[str]
    title: Mapped[str]
    rate_bp: Mapped[int]
    ending: Mapped[bool]
    read_at: Mapped[datetime]


class ShopProposalRow(BrandRow, Base):
    """What is to be done in a shop and waits for a decision. `look_at`: when who carries it out next looks.

    `way`: which of the ways it offers was chosen by who decided it.
    """

    __tablename__ = "shop_proposal"
    __table_args__ = (
        UniqueConstraint("tenant_id", "serial"),
        UniqueConstraint("tenant_id", "occasion"),
        CheckConstraint("kind in ('message', 'sample', 'collaboration', 'share_link')", name="kind"),
        CheckConstraint(
            "state in ('open', 'approved', 'rejected', 'doing', 'unknown', 'done', 'failed')", name="state"
        ),
        CheckConstraint("(decided_at is null) = (decided_by is null)", name="decided"),
        CheckConstraint("way in ('leave', 'move')", name="way"),
        CheckConstraint("state = 'open' or decided_at is not null", name="signed"),
        Index("ix_shop_proposal_due", "look_at", postgresql_where=text("state in ('approved', 'doing', 'unknown')")),
    )

    id: Mapped[RowId]
    serial: Mapped[int]
    occasion: Mapped[str]
    kind: Mapped[str]
    deed: Mapped[str]
    content: Mapped[JsonObject]
    digest: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    state: Mapped[str]
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    decided_at: Mapped[datetime | None]
    attempts: Mapped[int]
    begun_at: Mapped[datetime | None]
    look_at: Mapped[datetime]
    reason: Mapped[JsonObject | None]
    outcome: Mapped[str] = mapped_column(server_default="")
    way: Mapped[str | None]


class ShopProposalShownRow(BrandRow, Base):
    """Which member was shown which proposal, as it was."""

    __tablename__ = "shop_proposal_shown"

    proposal_id: Mapped[int] = mapped_column(ForeignKey("shop_proposal.id", ondelete="CASCADE"), primary_key=True)
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"), primary_key=True)
    digest: Mapped[str]
    shown_at: Mapped[datetime]


class SampleApplicationRow(BrandRow, Base):
    """A sample that a creator asks for on the platform, as last read. `sample_id`: what it is among ours."""

    __tablename__ = "sample_application"
    __table_args__ = (
        UniqueConstraint("link_id", "shop", "number"),
        Index("ix_sample_application_creator", "creator_id"),
        Index("ix_sample_application_status", "tenant_id", "brand_id", "status"),
    )

    id: Mapped[RowId]
    link_id: Mapped[int] = mapped_column(ForeignKey("shop_link.id"))
    shop: Mapped[str]
    number: Mapped[str]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    sample_id: Mapped[int | None] = mapped_column(ForeignKey("sample.id", ondelete="SET NULL"))
    status: Mapped[str]
    product: Mapped[str]
    title: Mapped[str]
    tracking: Mapped[str]
    review_by: Mapped[datetime | None]
    read_at: Mapped[datetime]
