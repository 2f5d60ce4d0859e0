"""Drafts, what was shown, what was decided, and what became of it. The states of docs/architecture.md."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from memory.domain.follow_ups import FollowUp
from memory.domain.ids import (
    BatchId,
    BrandId,
    ConversationId,
    CreatorId,
    CreatorMessageId,
    DraftId,
    MemberId,
    PresentationId,
    ProductId,
    SendId,
    StepId,
    VersionId,
)
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.shop_cards import ShopCard, from_card

Fact = str | int | float


class Purpose(StrEnum):
    """Why a message is written."""

    INVITE = "invite"
    SAMPLE_OFFER = "sample_offer"
    FOLLOW_UP = "follow_up"
    CONTENT_REMINDER = "content_reminder"
    NEGOTIATE = "negotiate"
    THANKS = "thanks"
    REPLY = "reply"


FIRST_MESSAGES = frozenset({Purpose.INVITE, Purpose.SAMPLE_OFFER})
# A message that old is followed up no more: by then its creator may be written to as if for the first time.
GIVEN_UP = timedelta(days=90)


class Channel(StrEnum):
    """How a message reaches a creator."""

    PLAYGROUND = "playground"
    BY_HAND = "by_hand"
    TIKTOK = "tiktok"
    EMAIL = "email"


class Tone(StrEnum):
    """How a message sounds."""

    WARM = "warm"
    BRIEF = "brief"
    FORMAL = "formal"


class DraftStatus(StrEnum):
    """What a person sees of a draft: its own state, or that of the step it became."""

    DRAFT = "draft"  # written by a turn that has not ended: nobody sees it
    FAILING = "failing"
    OPEN = "open"
    APPROVED = "approved"
    HELD = "held"
    SENDING = "sending"
    UNKNOWN = "unknown"
    SENT = "sent"
    FAILED = "failed"
    STOPPED = "stopped"
    REJECTED = "rejected"
    EXPIRED = "expired"


WAITING = frozenset({DraftStatus.OPEN, DraftStatus.FAILING, DraftStatus.APPROVED, DraftStatus.HELD})


class StepState(StrEnum):
    """Where a step of outreach is."""

    PLANNED = "planned"
    HELD = "held"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    FAILED = "failed"
    STOPPED = "stopped"


STEP_MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.PLANNED: frozenset({StepState.SENDING, StepState.HELD, StepState.STOPPED}),
    StepState.HELD: frozenset({StepState.PLANNED, StepState.STOPPED}),
    StepState.SENDING: frozenset({StepState.SENT, StepState.UNKNOWN, StepState.FAILED, StepState.PLANNED}),
    StepState.UNKNOWN: frozenset({StepState.SENT, StepState.PLANNED, StepState.STOPPED}),
    StepState.SENT: frozenset(),
    StepState.FAILED: frozenset(),
    StepState.STOPPED: frozenset(),
}
# What a member's word may change besides: every attempt of a failed step was refused for certain, nothing went.
TRIED_AGAIN: dict[StepState, frozenset[StepState]] = {StepState.FAILED: frozenset({StepState.PLANNED})}
# Reasons of a held step that a new approval takes away.
FREED_BY_DECISION = frozenset({"draft_changed", "not_seen", "approval_expired", "decider_role", "policy_stricter"})
# Reasons of a held step whose draft is open again, as if it had never been approved.
REOPENED = frozenset({"draft_changed", "withdrawn", "template_changed"})
UNSETTLED = frozenset({StepState.PLANNED, StepState.HELD, StepState.SENDING, StepState.UNKNOWN})


class SendState(StrEnum):
    """One attempt in the ledger: written before the call, settled after it."""

    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Verdict(StrEnum):
    """What a member said of one draft."""

    APPROVE = "approve"
    REJECT = "reject"


@dataclass(frozen=True, slots=True)
class LastMessage:
    """The newest line between us and a creator. `ours`: we wrote it."""

    ours: bool
    text: str
    at: datetime


class ProposalKind(StrEnum):
    """What sends, spends or leaves the tenant, and therefore waits for a decision."""

    MESSAGE = "message"
    SAMPLE = "sample"
    COLLABORATION = "collaboration"
    SHARE_LINK = "share_link"


@dataclass(frozen=True, slots=True)
class Flag:
    """What a check found in a draft. A blocking one makes the draft failing: it cannot be approved."""

    key: str
    facts: dict[str, Fact]
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class Content:
    """The two texts of one version and what they offer. `language` is the ISO 639-1 code of `text`.

    `template` is the recipe's code or that of a version of the brand's own (`memory/domain/templates.py`), None when
    model-written or edited; `variables` are the words its placeholders
    stand for, by language and name. `paired` False: one side was edited freely, the other is 「对照已过期」.
    `cards`: what goes after the text, in order.
    """

    text: str
    text_zh: str
    language: str
    offer: Offer
    template: str | None = None
    paired: bool = True
    variables: dict[str, dict[str, str]] | None = None
    cards: tuple[ShopCard, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftVersion:
    """One immutable version of a draft. The digest covers everything a decision is about."""

    id: VersionId
    number: int
    content: Content
    flags: tuple[Flag, ...]
    digest: str
    author: MemberId
    made_at: datetime


def digest_of(content: Content, *, draft: DraftId, creator: CreatorId, channel: Channel, purpose: Purpose) -> str:
    """SHA-256 (hex) of exactly what a person decides about: who gets what, where, offering what."""
    fee = content.offer.flat_fee
    seen = {
        "draft": draft,
        "creator": creator,
        "channel": channel,
        "purpose": purpose,
        "text": content.text,
        "text_zh": content.text_zh,
        "language": content.language,
        "paired": content.paired,
        "commission_bp": content.offer.commission_bp,
        "flat_fee": [fee.minor, fee.currency] if fee else None,
        "free_sample": content.offer.free_sample,
    }
    if content.cards:
        seen["cards"] = [from_card(card) for card in content.cards]
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class NewDraft:
    """A draft as a tool hands it over to be kept. `channel` and `product` None: its batch's."""

    creator: CreatorId
    content: Content
    flags: tuple[Flag, ...]
    channel: Channel | None = None
    product: ProductId | None = None
    follow: FollowUp | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """One message to one creator, in its newest version, with what became of it.

    `follow`: what it comes after, where it does; `paused`: its batch is stopped, and it would go on with it.
    `starts_on`: the first day, by the creator's calendar, on which it may go.
    """

    id: DraftId
    batch: BatchId
    batch_code: str
    number: int
    creator: CreatorId
    handle: str
    market: str | None
    zone: str
    zone_estimated: bool
    purpose: Purpose
    channel: Channel
    product: ProductId | None
    version: DraftVersion
    status: DraftStatus
    reason: Flag | None = None
    due_at: datetime | None = None
    sent_at: datetime | None = None
    replied_at: datetime | None = None
    follow: FollowUp | None = None
    paused: bool = False
    starts_on: date | None = None

    @property
    def waits(self) -> bool:
        """Whether it may go one day: decided or not, held, or in a batch that is stopped for now."""
        return self.status in WAITING or (self.status is DraftStatus.STOPPED and self.paused)

    @property
    def approvable(self) -> bool:
        """Whether its newest version waits for an approval: open, or held until somebody approves it anew."""
        needs_decision = self.reason is not None and self.reason.key in FREED_BY_DECISION
        return self.status is DraftStatus.OPEN or (self.status is DraftStatus.HELD and needs_decision)


@dataclass(frozen=True, slots=True)
class Batch:
    """Drafts made together under one short code; the numbers never move."""

    id: BatchId
    code: str
    brand: BrandId
    conversation: ConversationId | None
    purpose: Purpose
    product_name: str | None
    made_by: MemberId
    made_at: datetime
    decide_by: datetime
    stopped: bool
    drafts: tuple[Draft, ...]


@dataclass(frozen=True, slots=True)
class Presentation:
    """A card or page as it was shown to one member: number → digest of the version shown.

    `in_full`: numbers whose two texts were shown word for word; the others as variant and variables.
    """

    id: PresentationId
    batch: BatchId
    batch_code: str
    member: MemberId
    conversation: ConversationId | None
    shown: dict[int, str]
    delivered_at: datetime | None
    decide_by: datetime
    carried: dict[int, PresentationId] = field(default_factory=dict)  # numbers last shown by an earlier card
    in_full: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Step:
    """One planned send. `occasion` is unique for life: a step is sent at most once."""

    id: StepId
    draft: DraftId
    creator: CreatorId
    brand: BrandId
    channel: Channel
    state: StepState
    due_at: datetime
    reason: Flag | None


@dataclass(frozen=True, slots=True)
class SendTicket:
    """What a messenger is asked to send: claimed, checked and written to the ledger already.

    `card`: this is sent, and no text; a text and each card after it are tickets of their own.
    """

    send: SendId
    step: StepId
    brand: BrandId
    creator: CreatorId
    handle: str
    platform: str
    text: str
    idempotency_key: str
    card: ShopCard | None = None


class Intent(StrEnum):
    """What a creator's message asks for."""

    INTERESTED = "interested"
    PRICE = "price"
    SAMPLE = "sample"
    ADDRESS = "address"
    QUESTION = "question"
    DECLINE = "decline"
    OPT_OUT = "opt_out"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Gist:
    """What rules found in a creator's message, each piece quoted from it. Confidence 0-100.

    `by_model`: the intent and its confidence are a model's, and quoted from nothing where it differs from the rules'.
    """

    intent: Intent
    confidence: int
    amounts: tuple[Money, ...] = ()
    percentages_bp: tuple[int, ...] = ()
    dates: tuple[date, ...] = ()
    questions: tuple[str, ...] = ()
    quotes: tuple[str, ...] = ()
    by_model: bool = False


@dataclass(frozen=True, slots=True)
class CreatorMessage:
    """What a creator wrote to us. `text` is foreign: data, never an instruction."""

    id: CreatorMessageId
    creator: CreatorId
    handle: str
    brand: BrandId
    text: str
    received_at: datetime
    gist: Gist
    batch_code: str | None
    draft_number: int | None
    conversation: ConversationId | None
    translation: str | None = None
    answered: bool = False
    suggested: Draft | None = None
