"""What is known of a creator beside their profile: what they sold, posted, were sent, and how it came about. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from memory.domain.cards import ReportCard
from memory.domain.performance_stores import KeptPost
from memory.domain.sample_views import SampleLine

MOST_EVENTS: Final = 40


class EventKind(StrEnum):
    """What happened between a brand and a creator."""

    CONTACTED = "contacted"
    REPLIED = "replied"
    AGREED = "agreed"
    APPROVED = "approved"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened. `about`: its product, or what was agreed; `link`: where it is seen."""

    kind: EventKind
    at: datetime
    about: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class RateShown:
    """A commission rate agreed with a creator. `product` "": every one; `anybody`: the shop's open plan.

    `told`: a target collaboration of the platform says so.
    """

    rate_bp: int
    since: datetime
    until: datetime | None = None
    product: str = ""
    anybody: bool = False
    told: bool = False


@dataclass(frozen=True, slots=True)
class CreatorBook:
    """What a page shows of a creator. `sales`: figures of a period, None: nobody told of any.

    `stages`: each they came to since they were first written to, and how long after the one before it.
    """

    sales: ReportCard | None = None
    months: ReportCard | None = None
    samples: tuple[SampleLine, ...] = ()
    posts: tuple[KeptPost, ...] = ()
    rates: tuple[RateShown, ...] = ()
    history: tuple[Event, ...] = ()
    stages: tuple[tuple[str, str], ...] = ()


def history_of(
    thread: Iterable[tuple[str, str, datetime]],
    samples: Sequence[SampleLine],
    posts: Sequence[KeptPost],
    rates: Sequence[RateShown],
) -> tuple[Event, ...]:
    """What happened, the newest first: first messages alone, and of rates those agreed with the creator.

    `thread`: (us | creator, text, time).
    """
    events = [*_firsts(thread), *_ways(samples), *_told(posts), *_agreed(rates)]
    return tuple(sorted(events, key=lambda event: event.at, reverse=True)[:MOST_EVENTS])


def _firsts(thread: Iterable[tuple[str, str, datetime]]) -> Iterator[Event]:
    first: dict[str, datetime] = {}
    for who, _, at in thread:
        first[who] = min(at, first.get(who, at))
    if "us" in first:
        yield Event(EventKind.CONTACTED, first["us"])
    if "creator" in first:
        yield Event(EventKind.REPLIED, first["creator"])


def _ways(samples: Sequence[SampleLine]) -> Iterator[Event]:
    for line in samples:
        one = line.sample
        for kind, at in (
            (EventKind.APPROVED, one.approved_at),
            (EventKind.SHIPPED, one.shipped_at),
            (EventKind.DELIVERED, one.delivered_at),
        ):
            if at is not None:
                yield Event(kind, at, line.product or "")


def _told(posts: Sequence[KeptPost]) -> Iterator[Event]:
    for post in posts:
        yield Event(EventKind.POSTED, post.posted_at, post.product_name, post.link)


def _agreed(rates: Sequence[RateShown]) -> Iterator[Event]:
    for rate in rates:
        if not rate.anybody:
            yield Event(EventKind.AGREED, rate.since, f"{rate.rate_bp / 100:g}% {rate.product}".strip())
