"""Read-only links to a brand's figures, for people outside: what each shows, until when, and who made it. Pure."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from memory.domain.errors import BadRequest
from memory.domain.figures_views import PARTS, FiguresView
from memory.domain.ids import BrandId, MemberId, ReportLinkId, TenantId
from memory.domain.periods import PeriodName, period_of
from memory.domain.workspace import Member, Role

SHORTEST_DAYS, USUAL_DAYS, LONGEST_DAYS = 1, 7, 90
# Periods that move on with the days; every other one is fixed to its days when a link is made.
ROLLING: Final = (PeriodName.LAST_7_DAYS, PeriodName.LAST_30_DAYS, PeriodName.LAST_90_DAYS)
USUAL_PERIOD: Final = PeriodName.LAST_30_DAYS
# What a link shows when nobody says otherwise: nothing of how the team works.
USUAL_PARTS: Final = ("shop", "creators", "products", "videos")


@dataclass(frozen=True, slots=True)
class ReportWish:
    """What a link shows and for how long: a period that rolls, or days; parts by the names of `PARTS`, in their order.

    `days`: how long it can be opened, from when it is made.
    """

    period: PeriodName | None
    first: date | None
    last: date | None
    parts: tuple[str, ...]
    days: int

    def __post_init__(self) -> None:
        """Raises BadRequest for what no link can be made of."""
        if not SHORTEST_DAYS <= self.days <= LONGEST_DAYS:
            raise BadRequest("report_link_days", low=SHORTEST_DAYS, high=LONGEST_DAYS, field="days")
        if not self.parts or not set(PARTS).issuperset(self.parts):
            raise BadRequest("report_link_no_parts", field="parts")
        rolls = self.period in ROLLING and self.first is None and self.last is None
        fixed = self.first is not None and self.last is not None and self.first <= self.last
        if not rolls and not (fixed and self.period is None):
            raise BadRequest("figures_days_unreadable", field="first")


@dataclass(frozen=True, slots=True)
class ReportLink:
    """A link as it is kept. `key` is drawn at random and tells nothing without our signature of it."""

    id: ReportLinkId
    key: str
    tenant: TenantId
    brand: BrandId
    wish: ReportWish
    made_by: MemberId
    made_at: datetime
    revoked_at: datetime | None = None
    opened: int = 0
    opened_at: datetime | None = None

    @property
    def expires_at(self) -> datetime:
        """From then on nobody opens it."""
        return self.made_at + timedelta(days=self.wish.days)

    def is_open(self, now: datetime) -> bool:
        """Whether it shows anything still."""
        return self.revoked_at is None and now < self.expires_at


class LinkState(StrEnum):
    """How a link stands. `unbacked`: who made it is no lead of the brand any more."""

    OPEN = "open"
    EXPIRED = "expired"
    REVOKED = "revoked"
    UNBACKED = "unbacked"


@dataclass(frozen=True, slots=True)
class ReportLinkSheet:
    """A link as the page lists it. `path`: where it opens, None for who may not give it away and where it is over."""

    link: ReportLink
    state: LinkState
    made_by: str
    brand: str
    path: str | None = None


@dataclass(frozen=True, slots=True)
class SharedReport:
    """What somebody outside is shown: the parts of one brand, and nothing that leads on."""

    brand: str
    zone: str
    now: datetime
    expires_at: datetime
    view: FiguresView


class Closed(StrEnum):
    """Why a link shows nothing."""

    UNKNOWN = "unknown"
    OVER = "over"


class ReportLinkStore(Protocol):
    """Links of the scope's brands."""

    async def add(self, key: str, wish: ReportWish, *, brand: BrandId) -> ReportLink:
        """Keep one under a key drawn for it."""
        ...

    async def recent(self, *, limit: int) -> list[ReportLink]:
        """The newest first."""
        ...

    async def revoke(self, link: ReportLinkId) -> ReportLink | None:
        """From now on it shows nothing; None where the scope has no such link. Twice is once."""
        ...


class AnyReportLinkStore(Protocol):
    """Links of all tenants, found by their key alone."""

    async def by_key(self, key: str) -> ReportLink | None:
        """The link of a key."""
        ...

    async def count(self, link: ReportLinkId, *, at: datetime) -> None:
        """Somebody opened it."""
        ...


class ReportLinkWork(Protocol):
    """A transaction across tenants that reaches links to figures."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def report_links(self) -> AnyReportLinkStore:
        """Links that are opened."""
        ...


class ReportLinkServices(Protocol):
    """The door to such work."""

    def across_tenants(self, reason: str) -> AbstractAsyncContextManager[ReportLinkWork]:
        """Open a transaction; the reason is logged."""
        ...


def state_of(link: ReportLink, members: Sequence[Member], *, now: datetime) -> LinkState:
    """How a link stands: it lives no longer than its maker's right to make it."""
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if not link.is_open(now):
        return LinkState.EXPIRED
    maker = next((member for member in members if member.id == link.made_by and member.active), None)
    backed = maker is not None and maker.role.covers(Role.LEAD) and maker.brand in (None, link.brand)
    return LinkState.OPEN if backed else LinkState.UNBACKED


def wish_of(
    period: PeriodName | None, first: date | None, last: date | None, *, parts: Sequence[str], days: int, today: date
) -> ReportWish:
    """A wish as it was said on a day of the shop: 上月 means that month whenever the link is opened.

    Raises BadRequest where no link can be made of it.
    """
    named = PeriodName.CUSTOM if first or last else period or USUAL_PERIOD
    if named in ROLLING:
        return ReportWish(named, None, None, parts_of(parts), days)
    meant = period_of(named, today=today, first=first, last=last)
    return ReportWish(None, meant.first, meant.last, parts_of(parts), days)


def parts_of(names: Sequence[str]) -> tuple[str, ...]:
    """Parts in the order of the page, each once; a name there is not stays, to be refused."""
    unknown = [name for name in names if name not in PARTS]
    return (*(part for part in PARTS if part in names), *unknown)
