"""Campaigns: which messages go to an audience and in what order, and how far they have come. Pure."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from memory.domain.follow_ups import Condition
from memory.domain.ids import BatchId, BrandId, CampaignId, CreatorId, MemberId, ProductId, TemplateId
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose
from memory.domain.workspace import Brand

LONGEST_NAME = 60
MOST_PRODUCTS = 5
FURTHEST_START = 180  # days ahead
# What may be written in the first round, and in later ones.
FIRST_PURPOSES = (Purpose.INVITE, Purpose.SAMPLE_OFFER, Purpose.THANKS)
LATER_PURPOSES = (Purpose.FOLLOW_UP, Purpose.CONTENT_REMINDER, Purpose.THANKS)


class Scenario(StrEnum):
    """What a campaign is for; its usual figures are in `tools/campaigns/presets.toml`."""

    LAUNCH = "launch"
    DAILY = "daily"
    PROMOTION = "promotion"
    CLEARANCE = "clearance"
    COMMUNITY = "community"


class SamplesPer(StrEnum):
    """What a scenario's number of samples is for."""

    CAMPAIGN = "campaign"
    WEEK = "week"


@dataclass(frozen=True, slots=True)
class Figures:
    """Usual figures of a scenario, bounds included; commission in basis points, days between two rounds.

    `purposes`: what is written in the first round, and in later ones.
    """

    creators: tuple[int, int]
    samples: tuple[int, int]
    samples_per: SamplesPer
    commission_bp: tuple[int, int]
    days: int
    purposes: tuple[Purpose, Purpose]


@dataclass(frozen=True, slots=True)
class CampaignStep:
    """One round: what is written, so many days after the round before, on which condition; the first has neither.

    `templates`: of the brand's own, in the version in force when it is written; none: a built-in one. Two, in the first
    round alone, are split by chance.
    """

    purpose: Purpose
    delay_days: int | None = None
    condition: Condition | None = None
    templates: tuple[TemplateId, ...] = ()


@dataclass(frozen=True, slots=True)
class NewCampaign:
    """A campaign as it is to be kept. `key`: the name as it is told apart from others of the brand.

    The window begins on `starts_on` (a day to come: nothing goes before it, by each creator's calendar) and ends with
    `ends_on`, in the team's days; None: nobody said when. Each creator is offered the one of `products` that fits them.
    """

    name: str
    key: str
    scenario: Scenario
    steps: tuple[CampaignStep, ...]
    starts_on: date
    ends_on: date | None = None
    promotion_on: date | None = None
    products: tuple[ProductId, ...] = ()
    offer: Offer = field(default_factory=Offer)


@dataclass(frozen=True, slots=True)
class Campaign:
    """A campaign of one brand. Its audience are the creators of its first round."""

    id: CampaignId
    brand: BrandId
    plan: NewCampaign
    made_by: MemberId
    made_at: datetime
    cancelled_at: datetime | None = None

    @property
    def name(self) -> str:
        """Its name as a person gave it."""
        return self.plan.name


def waits_until(starts_on: date, *, said_on: date) -> date | None:
    """The day before which nothing goes; None where it was to start on the day that was said, whatever the clock."""
    return starts_on if starts_on > said_on else None


def occasion_of(campaign: CampaignId, creator: CreatorId) -> str:
    """What happens once: the first message of a campaign to a creator, however often it is planned.

    The rounds behind it are follow-ups of that message, and happen once by its occasion.
    """
    return f"campaign:{campaign}:creator:{creator}:1"


class Standing(StrEnum):
    """Where a message of a campaign is: undecided, approved, gone, answered, held up, or never going."""

    WAITING = "waiting"
    PLANNED = "planned"
    SENT = "sent"
    REPLIED = "replied"
    HELD = "held"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class Tally:
    """So many messages of a round stand so. `reason`: why they are held or over, as the key of a text."""

    round: int
    standing: Standing
    count: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RoundProgress:
    """One round as it is now; what was answered was sent besides. `reasons`: of those held or over, most first."""

    round: int
    total: int
    waiting: int = 0
    planned: int = 0
    sent: int = 0
    replied: int = 0
    held: int = 0
    over: int = 0
    reasons: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class CampaignBatch:
    """A batch of a campaign's round. `stopped`: nothing of it goes until that is lifted."""

    id: BatchId
    code: str
    round: int
    drafts: int
    stopped: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """So many messages did not go for one reason, with some of whose they were.

    `retryable`: every attempt was refused for certain. Otherwise nobody knows whether it went: it is asked about, and
    never sent again.
    """

    reason: str
    count: int
    handles: tuple[str, ...]
    retryable: bool


class WritingState(StrEnum):
    """Where a creator of a campaign made on a page stands: to be written to, written to, or left out."""

    WAITING = "waiting"
    WRITTEN = "written"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class Writing:
    """How far the drafts of a campaign made on a page are. `reasons`: why creators were left out, most first."""

    waiting: int = 0
    written: int = 0
    reasons: tuple[tuple[str, int], ...] = ()

    @property
    def left_out(self) -> int:
        """How many get no message."""
        return sum(count for _, count in self.reasons)

    @property
    def total(self) -> int:
        """How many were chosen."""
        return self.waiting + self.written + self.left_out


class CampaignState(StrEnum):
    """What a campaign is doing."""

    EMPTY = "empty"
    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class CampaignView:
    """A campaign with where its rounds are and the batches they were made in."""

    campaign: Campaign
    rounds: tuple[RoundProgress, ...]
    batches: tuple[CampaignBatch, ...]
    writing: Writing | None = None

    @property
    def audience(self) -> int:
        """How many first messages there are."""
        return next((one.total for one in self.rounds if one.round == 1), 0)

    @property
    def state(self) -> CampaignState:
        """Paused while any of its batches is: what a person stopped is not called running."""
        if self.campaign.cancelled_at is not None:
            return CampaignState.CANCELLED
        if not self.batches:
            return CampaignState.RUNNING if self.writing and self.writing.waiting else CampaignState.EMPTY
        return CampaignState.PAUSED if any(batch.stopped for batch in self.batches) else CampaignState.RUNNING


def progress_of(tallies: Collection[Tally]) -> tuple[RoundProgress, ...]:
    """Rounds in order, of what was counted of them."""
    found = []
    for number in sorted({tally.round for tally in tallies}):
        counts: Counter[Standing] = Counter()
        reasons: Counter[str] = Counter()
        for tally in tallies:
            if tally.round == number:
                counts[tally.standing] += tally.count
                if tally.reason:
                    reasons[tally.reason] += tally.count
        found.append(
            RoundProgress(
                round=number,
                total=counts.total(),
                waiting=counts[Standing.WAITING],
                planned=counts[Standing.PLANNED],
                sent=counts[Standing.SENT] + counts[Standing.REPLIED],
                replied=counts[Standing.REPLIED],
                held=counts[Standing.HELD],
                over=counts[Standing.OVER],
                reasons=tuple(sorted(reasons.items(), key=lambda one: (-one[1], one[0]))),
            )
        )
    return tuple(found)


@dataclass(frozen=True, slots=True)
class CampaignSheet:
    """A campaign as its page shows it, words in the reader's language.

    `left_out`: why creators were left out, with how many. `reasons`: of each round, why messages are held or never go.
    `failures`: what was refused or is unclear, with its reason in words. `steps`: what is written in each round.
    `usual`: what such campaigns usually have. `brands`: others of the tenant it may be copied to by this reader.
    """

    view: CampaignView
    scenario: str
    products: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    usual: str = ""
    may_resume: tuple[str, ...] = ()
    brands: tuple[Brand, ...] = ()
    failures: tuple[tuple[Failure, str], ...] = ()
    left_out: tuple[str, ...] = ()
