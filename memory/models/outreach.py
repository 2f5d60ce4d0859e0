"""Tables of outreach: batches, drafts, what was shown, what was decided, steps, the ledger and creators' answers."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from memory.domain.follow_ups import Condition
from memory.domain.outreach import UNSETTLED, ProposalKind, SendState, StepState, Verdict
from memory.models.base import Base, BrandRow, JsonList, JsonObject, RowId, TenantRow


def _one_of(
    column: str, values: type[StepState] | type[SendState] | type[Verdict] | type[ProposalKind] | type[Condition]
) -> str:
    return f"{column} in ({', '.join(repr(value.value) for value in values)})"


_NO_CARDS = text("'[]'::jsonb")
_UNSETTLED = ", ".join(repr(state.value) for state in StepState if state in UNSETTLED)


class BatchSerialRow(TenantRow, Base):
    """How many batches a tenant has made: their codes are unique across its brands."""

    __tablename__ = "batch_serial"
    __table_args__ = (UniqueConstraint("tenant_id"),)

    id: Mapped[RowId]
    last: Mapped[int]


class BatchRow(BrandRow, Base):
    """Drafts made together. `published_at` None: written by a turn that has not ended.

    `starts_on`: the first day, by each creator's calendar, on which its messages may go.
    """

    __tablename__ = "batch"
    __table_args__ = (
        UniqueConstraint("tenant_id", "code"),
        Index(None, "conversation_id"),
        Index(None, "turn_id"),
        Index(None, "brand_id", "made_at"),
        Index(None, "campaign_id", "campaign_round"),
        CheckConstraint("(campaign_id is null) = (campaign_round is null)", name="campaign"),
    )

    id: Mapped[RowId]
    code: Mapped[str]
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    purpose: Mapped[str]
    channel: Mapped[str]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    made_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]
    decide_by: Mapped[datetime]
    stopped_at: Mapped[datetime | None]
    stopped_by: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    published_at: Mapped[datetime | None]
    turn_id: Mapped[int | None] = mapped_column(ForeignKey("turn.id"))
    turn_attempt: Mapped[int | None]
    campaign_id: Mapped[int | None] = mapped_column(ForeignKey("campaign.id"))
    campaign_round: Mapped[int | None]
    starts_on: Mapped[date | None]


class DraftRow(BrandRow, Base):
    """One message to one creator; `newest` is its newest version. Every transition, its step's too, locks it first."""

    __tablename__ = "draft"
    __table_args__ = (UniqueConstraint("batch_id", "number"), Index(None, "creator_id"), Index(None, "answers_id"))

    id: Mapped[RowId]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    number: Mapped[int]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    purpose: Mapped[str]
    channel: Mapped[str]
    product_id: Mapped[int | None] = mapped_column(ForeignKey("product.id"))
    answers_id: Mapped[int | None] = mapped_column(ForeignKey("creator_message.id", use_alter=True))
    occasion: Mapped[str]
    newest: Mapped[int]


class DraftVersionRow(BrandRow, Base):
    """What a draft said at one time; never changed."""

    __tablename__ = "draft_version"
    __table_args__ = (
        UniqueConstraint("draft_id", "number"),
        Index(
            "ix_draft_version_template",
            "template_version_id",
            postgresql_where=text("template_version_id is not null"),
        ),
    )

    id: Mapped[RowId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    number: Mapped[int]
    digest: Mapped[str]
    text: Mapped[str]
    text_zh: Mapped[str]
    language: Mapped[str]
    template: Mapped[str | None]
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("message_template_version.id"))
    variables: Mapped[JsonObject | None]
    paired: Mapped[bool]
    commission_bp: Mapped[int | None]
    fee_minor: Mapped[int | None]
    fee_currency: Mapped[str | None]
    free_sample: Mapped[bool]
    cards: Mapped[JsonList] = mapped_column(server_default=_NO_CARDS)
    flags: Mapped[JsonList]
    author_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    made_at: Mapped[datetime]


class FollowUpRow(BrandRow, Base):
    """How a draft comes after an earlier message. `ended_key`: why it is needless although nobody decided it."""

    __tablename__ = "follow_up"
    __table_args__ = (
        CheckConstraint(_one_of("condition", Condition), name="condition"),
        CheckConstraint("(delay_days is null) <> (not_before is null)", name="moment"),
        UniqueConstraint("draft_id"),
        Index(None, "creator_id", "brand_id"),
        Index(None, "after_id"),
        Index(None, "root_id"),
    )

    id: Mapped[RowId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    after_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    root_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    round: Mapped[int]
    condition: Mapped[str]
    stage: Mapped[str]
    delay_days: Mapped[int | None]
    not_before: Mapped[datetime | None]
    made_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_key: Mapped[str | None]


class ProposalRow(BrandRow, Base):
    """What waits for a decision: its kind says which sign it needs."""

    __tablename__ = "proposal"
    __table_args__ = (CheckConstraint(_one_of("kind", ProposalKind), name="kind"), UniqueConstraint("draft_id"))

    id: Mapped[RowId]
    kind: Mapped[str]
    draft_id: Mapped[int | None] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    made_at: Mapped[datetime]


class PresentationRow(BrandRow, Base):
    """A card or page as it was shown to one member."""

    __tablename__ = "presentation"
    __table_args__ = (Index(None, "batch_id", "member_id"),)

    id: Mapped[RowId]
    batch_id: Mapped[int] = mapped_column(ForeignKey("batch.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    conversation_id: Mapped[int | None] = mapped_column(ForeignKey("conversation.id"))
    made_at: Mapped[datetime]
    delivered_at: Mapped[datetime | None]
    decide_by: Mapped[datetime]


class PresentedRow(BrandRow, Base):
    """One version on a presentation; `in_full` False: as its template's variant and its own variables."""

    __tablename__ = "presented"

    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id", ondelete="CASCADE"))
    digest: Mapped[str]
    in_full: Mapped[bool] = mapped_column(server_default=text("true"))


class DecisionRow(BrandRow, Base):
    """What one member decided about one version. At most one of a draft and person is live."""

    __tablename__ = "decision"
    __table_args__ = (
        CheckConstraint(_one_of("verdict", Verdict), name="verdict"),
        Index("uq_decision_live", "draft_id", "member_id", unique=True, postgresql_where=text("voided_at is null")),
        Index(None, "member_id", "decided_at"),
    )

    id: Mapped[RowId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id", ondelete="CASCADE"))
    member_id: Mapped[int] = mapped_column(ForeignKey("member.id"))
    verdict: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    digest: Mapped[str]
    presentation_id: Mapped[int] = mapped_column(ForeignKey("presentation.id"))
    decided_at: Mapped[datetime]
    valid_until: Mapped[datetime]
    voided_at: Mapped[datetime | None]


class StepRow(BrandRow, Base):
    """One planned send. `look_at`: when the dispatcher next looks; `may_have_gone`: stopped while unclear."""

    __tablename__ = "outreach_step"
    __table_args__ = (
        CheckConstraint(_one_of("state", StepState), name="state"),
        UniqueConstraint("draft_id"),
        Index(
            "uq_outreach_step_occasion",
            "tenant_id",
            "occasion",
            unique=True,
            postgresql_where=text("state not in ('stopped', 'failed') or may_have_gone"),
        ),
        Index(
            "uq_outreach_step_first_message",
            "brand_id",
            "creator_id",
            unique=True,
            postgresql_where=text(f"first_message and state in ({_UNSETTLED})"),
        ),
        Index("ix_outreach_step_due", "look_at", "id", postgresql_where=text("state in ('planned', 'held')")),
        Index("ix_outreach_step_creator", "creator_id", "brand_id"),
    )

    id: Mapped[RowId]
    draft_id: Mapped[int] = mapped_column(ForeignKey("draft.id"))
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    channel: Mapped[str]
    occasion: Mapped[str]
    idempotency_key: Mapped[str]
    first_message: Mapped[bool]
    state: Mapped[str]
    due_at: Mapped[datetime]
    look_at: Mapped[datetime]
    reason_key: Mapped[str | None]
    reason_facts: Mapped[JsonObject | None]
    attempts: Mapped[int]
    may_have_gone: Mapped[bool]
    made_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


class SendRow(BrandRow, Base):
    """The ledger: written before the call, settled after it. `lease_until` is on the machine's clock.

    `member_id`: who holds it, where a person carries it out by hand. What it was made of is kept once it is sent:
    `template` (a built-in one: purpose and tone), the version of the brand's own, how it opens, its language, the hour
    on the creator's clock, and the round.
    """

    __tablename__ = "send"
    __table_args__ = (
        CheckConstraint(_one_of("state", SendState), name="state"),
        CheckConstraint("local_hour between 0 and 23", name="local_hour"),
        UniqueConstraint("step_id", "attempt"),
        Index(
            "uq_send_open",
            "step_id",
            unique=True,
            postgresql_where=text("state in ('claimed', 'accepted', 'unknown')"),
        ),
        Index("ix_send_unsettled", "lease_until", postgresql_where=text("state in ('claimed', 'unknown')")),
        Index("ix_send_quota", "brand_id", "claimed_at"),
    )

    id: Mapped[RowId]
    step_id: Mapped[int] = mapped_column(ForeignKey("outreach_step.id"))
    attempt: Mapped[int]
    state: Mapped[str]
    version_id: Mapped[int] = mapped_column(ForeignKey("draft_version.id"))
    digest: Mapped[str]
    claimed_at: Mapped[datetime]
    lease_until: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    settled_at: Mapped[datetime | None]
    outside_id: Mapped[str | None]
    reason_key: Mapped[str | None]
    reason_facts: Mapped[JsonObject | None]
    member_id: Mapped[int | None] = mapped_column(ForeignKey("member.id"))
    template: Mapped[str | None]
    template_version_id: Mapped[int | None] = mapped_column(ForeignKey("message_template_version.id"))
    opening: Mapped[str | None]
    language: Mapped[str | None]
    local_hour: Mapped[int | None]
    round: Mapped[int | None]


class CoolDownPassRow(BrandRow, Base):
    """A lead's word that one creator may be written to first although the cool-down has not passed; used up once."""

    __tablename__ = "cool_down_pass"
    __table_args__ = (
        Index(
            "uq_cool_down_pass_open", "brand_id", "creator_id", unique=True, postgresql_where=text("used_at is null")
        ),
    )

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    reason: Mapped[str]
    given_by: Mapped[int] = mapped_column(ForeignKey("member.id"))
    given_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class OutageRow(BrandRow, Base):
    """A time in which nothing was sent because nothing ran, and what of a brand was planned anew after it."""

    __tablename__ = "outage"
    __table_args__ = (Index("ix_outage_untold", "brand_id", postgresql_where=text("told_at is null")),)

    id: Mapped[RowId]
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime]
    replanned: Mapped[int]
    first_due: Mapped[datetime | None]
    told_at: Mapped[datetime | None]


class CreatorMessageRow(BrandRow, Base):
    """What a creator wrote, stored once. Foreign text. `noticed_at`: when the conversation that asked was told."""

    __tablename__ = "creator_message"
    __table_args__ = (
        UniqueConstraint("tenant_id", "source", "outside_id"),
        Index(None, "creator_id", "brand_id"),
        Index("ix_creator_message_unanswered", "brand_id", "received_at", postgresql_where=text("answered_at is null")),
    )

    id: Mapped[RowId]
    creator_id: Mapped[int] = mapped_column(ForeignKey("creator.id"))
    source: Mapped[str]
    outside_id: Mapped[str]
    text: Mapped[str]
    received_at: Mapped[datetime]
    stored_at: Mapped[datetime]
    intent: Mapped[str]
    gist: Mapped[JsonObject]
    step_id: Mapped[int | None] = mapped_column(ForeignKey("outreach_step.id"))
    read_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]
    noticed_at: Mapped[datetime | None]
    translation: Mapped[str | None]
