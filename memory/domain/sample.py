"""Samples: where each stands, which moves are legal, and when its content is due. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from memory.domain.ids import BrandId, CreatorId, MemberId, ProductId, SampleId
from memory.domain.markets import CONTENT_DAYS, MARKETS
from memory.domain.money import Money


class SampleStatus(StrEnum):
    """Where a sample stands. `content_due` and `overdue` come with time and are never recorded."""

    ASKED = "asked"
    AGREED = "agreed"
    APPROVED = "approved"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    CONTENT_DUE = "content_due"
    POSTED = "posted"
    OVERDUE = "overdue"
    EXCUSED = "excused"
    LOST = "lost"


# The platform reminds the creator three days before the due date: from then on the content is due.
# Source: https://seller-us.tiktok.com/university/essay?knowledge_id=5694209038927617, read 2026-11-20.
DUE_SOON: Final = timedelta(days=3)
BY_TIME: Final = frozenset({SampleStatus.CONTENT_DUE, SampleStatus.OVERDUE})
# Received, nothing posted yet.
OWING: Final = frozenset({SampleStatus.DELIVERED, *BY_TIME})
WAITING: Final = frozenset({SampleStatus.ASKED, SampleStatus.AGREED})
# What "received n, posted m" counts; an excused or lost one counts for neither.
RECEIVED: Final = frozenset({SampleStatus.DELIVERED, SampleStatus.POSTED})
# Received, and a post may still come of it.
_STILL_OWED: Final = frozenset({SampleStatus.DELIVERED, SampleStatus.EXCUSED})
# From so many received samples on, with less than half of them posted, the next offer is remarked on.
SELDOM_FROM: Final = 2

# From a status (None: no sample yet) to the ones right after it. Going back is undoing, not a move.
NEXT: Final[Mapping[SampleStatus | None, tuple[SampleStatus, ...]]] = MappingProxyType(
    {
        None: (SampleStatus.ASKED,),
        SampleStatus.ASKED: (SampleStatus.AGREED, SampleStatus.APPROVED),
        SampleStatus.AGREED: (SampleStatus.APPROVED,),
        SampleStatus.APPROVED: (SampleStatus.SHIPPED,),
        SampleStatus.SHIPPED: (SampleStatus.DELIVERED, SampleStatus.LOST),
        SampleStatus.DELIVERED: (SampleStatus.POSTED, SampleStatus.EXCUSED, SampleStatus.LOST),
        SampleStatus.EXCUSED: (SampleStatus.POSTED,),
        SampleStatus.LOST: (SampleStatus.DELIVERED,),
        SampleStatus.POSTED: (),
    }
)


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample of one creator. `cost` is goods with shipping, None: unknown; `due_at`: when content is due.

    `status` is as of the moment it was read, `since` when it came to it.
    """

    id: SampleId
    brand: BrandId
    creator: CreatorId
    status: SampleStatus
    since: datetime
    made_by: MemberId
    product: ProductId | None = None
    cost: Money | None = None
    tracking_number: str | None = None
    content_link: str | None = None
    approved_by: MemberId | None = None
    approved_at: datetime | None = None
    shipped_at: datetime | None = None
    delivered_at: datetime | None = None
    due_at: datetime | None = None
    posted_at: datetime | None = None


def kept_as(status: SampleStatus) -> SampleStatus:
    """What is recorded of a sample that stands so: time alone makes delivered content due, then overdue."""
    return SampleStatus.DELIVERED if status in BY_TIME else status


def standing(kept: SampleStatus, due_at: datetime | None, *, now: datetime) -> SampleStatus:
    """Where a sample stands at a moment, from what is recorded of it."""
    if kept is not SampleStatus.DELIVERED or due_at is None:
        return kept
    if now >= due_at:
        return SampleStatus.OVERDUE
    return SampleStatus.CONTENT_DUE if now >= due_at - DUE_SOON else SampleStatus.DELIVERED


def came_to(kept: SampleStatus, at: datetime, due_at: datetime | None, *, now: datetime) -> datetime:
    """Since when a sample stands where it does; `at` is when it came to what is recorded."""
    match standing(kept, due_at, now=now):
        case SampleStatus.OVERDUE if due_at is not None:
            return due_at
        case SampleStatus.CONTENT_DUE if due_at is not None:
            return max(at, due_at - DUE_SOON)
        case _:
            return at


def way(present: SampleStatus | None, to: SampleStatus) -> tuple[SampleStatus, ...]:
    """The shortest legal way to a status, that status last; empty where there is none. None: a sample not begun."""
    start = kept_as(present) if present is not None else None
    reached: dict[SampleStatus | None, tuple[SampleStatus, ...]] = {start: ()}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for following in NEXT[here]:
            if following not in reached:
                reached[following] = (*reached[here], following)
                waiting.append(following)
    return reached.get(to, ())


def content_days(market: str | None) -> int:
    """Days from delivery until content is due, by the creator's market."""
    known = MARKETS.get(market or "")
    return known.content_days if known else CONTENT_DAYS


def moved(
    sample: Sample,
    steps: tuple[SampleStatus, ...],
    *,
    market: str | None,
    by: MemberId,
    now: datetime,
    at: datetime | None = None,
) -> Sample:
    """The sample after a legal way that ended at `at` (None: now); the times of steps passed over stay unknown.

    Where the way passes the approval, `by` signs it now.
    """
    to, ended = steps[-1], at or now
    after = replace(sample, status=to, since=ended)
    if SampleStatus.APPROVED in steps:
        after = replace(after, approved_by=by, approved_at=now)
    match to:
        case SampleStatus.SHIPPED:
            return replace(after, shipped_at=ended)
        case SampleStatus.DELIVERED:
            return replace(after, delivered_at=ended, due_at=ended + timedelta(days=content_days(market)))
        case SampleStatus.POSTED:
            return replace(after, posted_at=ended)
        case _:
            return after


def answered_by(samples: Sequence[Sample], *, product: ProductId | None, posted_at: datetime) -> Sample | None:
    """The sample of a creator that a post of theirs answers: of the product it shows, received before it, unanswered.

    Of several the one received first. A post that shows no product of ours answers none.

    Source: https://seller-us.tiktok.com/university/essay?knowledge_id=5694209038927617, read 2026-11-20.
    """
    if product is None:
        return None
    fitting = [
        (one.delivered_at, one.id, one)
        for one in samples
        if kept_as(one.status) in _STILL_OWED
        and one.product in (None, product)
        and one.delivered_at is not None
        and one.delivered_at <= posted_at
    ]
    return min(fitting, key=lambda found: found[:2])[2] if fitting else None


def seldom_posts(received: int, posted: int) -> bool:
    """Whether a creator posted less than half of what they received, from two samples on."""
    return received >= SELDOM_FROM and 2 * posted < received
