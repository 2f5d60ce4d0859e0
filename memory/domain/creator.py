"""Creators as a seller knows them, the question a search asks, and the answer with its reasons.

Unknown is None, never zero. Rates are basis points (10,000 = 100 %). Times are UTC.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from memory.domain.ids import BrandId, CreatorId, MemberId, ShortlistId, TenantId
from memory.domain.money import MoneySpan, Span
from memory.domain.zones import HomeZone, LikelyZone, home_zone

Fact = str | int | float


class Stage(StrEnum):
    """Where a brand stands with a creator."""

    NEW = "new"
    CONTACTED = "contacted"
    REPLIED = "replied"
    NEGOTIATING = "negotiating"
    AGREED = "agreed"
    SAMPLE_SENT = "sample_sent"
    DELIVERED = "delivered"
    POSTED = "posted"
    SELLING = "selling"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True)
class Source:
    """Who said a creator's facts, and when: a file, the playground shop, a platform."""

    name: str
    as_of: datetime


@dataclass(frozen=True, slots=True)
class CreatorFacts:
    """What a source says of one creator, before it has a row. None = the source does not say."""

    handle: str
    platform: str = "tiktok"
    name: str = ""
    bio: str = ""
    market: str | None = None
    zone: str | None = None
    languages: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    captions: tuple[str, ...] = ()
    hashtags: tuple[str, ...] = ()
    followers: Span | None = None
    gmv_30d: MoneySpan | None = None
    avg_price: MoneySpan | None = None
    avg_views: Span | None = None
    engagement_bp: Span | None = None
    commission_bp: Span | None = None
    fulfilment_bp: Span | None = None
    content: str | None = None
    audience_gender: str | None = None
    audience_age: str | None = None
    email: str | None = None
    last_active_at: datetime | None = None
    profile_url: str | None = None


@dataclass(frozen=True, slots=True)
class Creator:
    """A creator's row: facts with their source. `tenant` None means a shared, public one.

    `likely`: where they seem to live by the hours of their posts.
    """

    id: CreatorId
    tenant: TenantId | None
    facts: CreatorFacts
    source: Source
    likely: LikelyZone | None = None

    @property
    def handle(self) -> str:
        """The handle without @."""
        return self.facts.handle

    @property
    def home(self) -> HomeZone:
        """The zone they live in, and how it is known."""
        return home_zone(self.facts.zone, self.facts.market, self.likely.zone if self.likely else None)


@dataclass(frozen=True, slots=True)
class Relation:
    """A brand's own view of a creator. `version` grows with every change (undo, edits on two screens)."""

    creator: CreatorId
    brand: BrandId
    stage: Stage = Stage.NEW
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    owner: MemberId | None = None
    blocked: bool = False
    opted_out_at: datetime | None = None
    last_contacted_at: datetime | None = None
    samples_received: int = 0
    samples_posted: int = 0


class Sort(StrEnum):
    """What a shortlist is ordered by."""

    RELEVANCE = "relevance"
    GMV = "gmv"
    FOLLOWERS = "followers"
    ENGAGEMENT = "engagement"
    FULFILMENT = "fulfilment"
    VIEWS = "views"


@dataclass(frozen=True, slots=True)
class Bounds:
    """Inclusive bounds; money bounds are US cents at the day's rate, rates are basis points."""

    low: int | None = None
    high: int | None = None


NUMERIC_FIELDS: tuple[str, ...] = (
    "followers", "gmv_30d", "avg_price", "avg_views", "engagement_bp", "commission_bp", "fulfilment_bp",
)  # fmt: skip


NEAR_TOPIC = 200
"""How many creators a topic brings up when they are to be ordered by a number."""


@dataclass(frozen=True, slots=True)
class CreatorQuery:
    """One search as the index understands it. Empty means no restriction.

    `bounds` is keyed by NUMERIC_FIELDS. `strict` asks for creators whose whole range satisfies the bounds;
    otherwise ranges that straddle a bound count too ('possible'). `unknown` names numeric fields that must be
    unknown instead of bounded (for counting 「另有 312 位 GMV 未知」).
    """

    topic: str = ""
    names: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    markets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    bounds: dict[str, Bounds] = field(default_factory=dict)
    content: str | None = None
    audience_gender: str | None = None
    audience_age: str | None = None
    has_email: bool | None = None
    active_since: datetime | None = None
    only_ids: tuple[CreatorId, ...] | None = None
    exclude_ids: tuple[CreatorId, ...] = ()
    strict: bool = True
    unknown: tuple[str, ...] = ()
    sort: Sort = Sort.RELEVANCE
    ascending: bool = False

    def without(self, filter_name: str) -> "CreatorQuery":
        """The same question without one filter (a NUMERIC_FIELDS key or an attribute name)."""
        if filter_name in self.bounds:
            return replace(self, bounds={name: b for name, b in self.bounds.items() if name != filter_name})
        blank = CreatorQuery()
        return replace(self, **{filter_name: getattr(blank, filter_name)})


@dataclass(frozen=True, slots=True)
class IndexEntry:
    """What the index stores of one creator: searchable text and exact payload. Money in US cents."""

    id: CreatorId
    tenant: TenantId | None
    handle: str
    name: str
    text: str
    hashtags: tuple[str, ...]
    market: str | None
    languages: tuple[str, ...]
    categories: tuple[str, ...]
    numbers: dict[str, Span]
    content: str | None
    audience_gender: str | None
    audience_age: str | None
    has_email: bool
    last_active_at: datetime | None
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """One creator the index found. `relevance` is a cosine (-1..1), None without a topic; `score` orders."""

    id: CreatorId
    score: float
    relevance: float | None


@dataclass(frozen=True, slots=True)
class Reason:
    """One fact that ranked or qualified a creator: a text key and what fills it."""

    key: str
    facts: dict[str, Fact]


@dataclass(frozen=True, slots=True)
class ShortlistItem:
    """One row of a shortlist; ranks are 1-based and never move. `possible`: a range straddles a bound."""

    rank: int
    creator: Creator
    reasons: tuple[Reason, ...]
    possible: bool = False
    relation: Relation | None = None


@dataclass(frozen=True, slots=True)
class Relaxation:
    """A filter that cost matches, and how many creators a nearest looser value would find."""

    filter: str
    found: int
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class Shortlist:
    """A ranked answer with what was asked. `criteria` are the tool arguments it was made from (JSON)."""

    id: ShortlistId
    items: tuple[ShortlistItem, ...]
    total: int
    criteria: dict[str, object]
    name: str | None = None
    unknown: dict[str, int] = field(default_factory=dict)
    relaxations: tuple[Relaxation, ...] = ()
    dropped: tuple[str, ...] = ()
    hidden: int = 0
