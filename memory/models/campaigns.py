"""Tables of campaigns: what each plans, and for whom it is still to be written. Their batches are in `outreach.py`."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.campaign import SamplesPer, Scenario, WritingState
from memory.models.base import Base, BrandRow, JsonList, RowId

_WRITING = ", ".join(repr(state.value) for state in WritingState)
_PER = ", ".join(repr(per.value) for per in SamplesPer)
_SCENARIOS = ", ".join(repr(scenario.value) for scenario in Scenario)


class CampaignRow(BrandRow, Base):
    """A campaign; of one key a brand has at most one that is not cancelled.

    `steps`: purpose, days, condition, templates; `product_ids` in the order they were named.
    """

    __tablename__ = "campaign"
    __table_args__ = (
        CheckConstraint(f"scenario in ({_SCENARIOS})", name="scenario"),
        CheckConstraint("ends_on is null or ends_on >= starts_on", name="window"),
        CheckConstraint("(cancelled_at is null) = (cancelled_by is null)", name="cancelled"),
        Index("uq_campaign_key", "brand_id", "key", unique=True, postgresql_where=text("cancelled_at is null")),
        Index(None, "brand_id", "made_at"),
    )

    id: Mapped[RowId]
    name: Mapped[str]
    key: Mapped[str]
    scenario: Mapped[str]
    product_ids: Mapped[JsonList]
    commission_bp: Mapped[int | None]
    free_sample: Mapped[bool]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    promotion_on: Mapped[date | None]
    steps: Mapped[JsonList]
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]
    cancelled_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))


class CampaignCreatorRow(BrandRow, Base):
    """Whom a campaign made on a page is written for, in the order of `place`; `reason_key`: why one is left out."""

    __tablename__ = "campaign_creator"
    __table_args__ = (
        CheckConstraint(f"state in ({_WRITING})", name="state"),
        UniqueConstraint("campaign_id", "creator_id"),
        Index(None, "campaign_id", "state", "place"),
        Index(None, "creator_id"),
    )

    id: Mapped[RowId]
    campaign_id: Mapped[int] = mapped_column(ForeignKey("campaign.id"))
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    place: Mapped[int]
    state: Mapped[str]
    reason_key: Mapped[str | None]


class CampaignPresetRow(BrandRow, Base):
    """A brand's own usual figures of a scenario, in place of `tools/campaigns/presets.toml`."""

    __tablename__ = "campaign_preset"
    __table_args__ = (
        CheckConstraint(f"scenario in ({_SCENARIOS})", name="scenario"),
        CheckConstraint(f"samples_per in ({_PER})", name="samples_per"),
        UniqueConstraint("brand_id", "scenario"),
    )

    id: Mapped[RowId]
    scenario: Mapped[str]
    creators_from: Mapped[int]
    creators_to: Mapped[int]
    samples_from: Mapped[int]
    samples_to: Mapped[int]
    samples_per: Mapped[str]
    commission_from_bp: Mapped[int]
    commission_to_bp: Mapped[int]
    days: Mapped[int]
    first_purpose: Mapped[str]
    later_purpose: Mapped[str]
    changed_at: Mapped[datetime]
