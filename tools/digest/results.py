"""What digests and subscriptions are answered with."""

from dataclasses import dataclass, field
from datetime import date, datetime

from memory.domain.digests import News, Subscription
from tools.digest.figures import DigestFigures
from tools.digest.needs import Needs


@dataclass(frozen=True, slots=True)
class Digest:
    """One digest in numbers. `day`: the local day it is of; `zone`: the team's clock; `now`: when it was read.

    `due_at`: when it was to be sent, where that was a while ago.
    """

    brands: tuple[str, ...]
    day: date
    zone: str
    now: datetime
    figures: DigestFigures
    needs: Needs
    due_at: datetime | None = None
    news: News = field(default_factory=News)


@dataclass(frozen=True, slots=True)
class DigestShown:
    """A digest that was asked for, `full` or as it is sent."""

    digest: Digest
    full: bool


@dataclass(frozen=True, slots=True)
class DigestTimes:
    """When a conversation gets its digest; None: it gets none.

    `in_chat`: it is a chat outside, `speaks_there`: one in which we may speak first; `pushed`: a channel carries it.
    """

    subscription: Subscription | None
    in_chat: bool
    speaks_there: bool
    pushed: bool


@dataclass(frozen=True, slots=True)
class DigestSet:
    """What a conversation's digests are from now on. `was_on`: whether it got any before."""

    times: DigestTimes
    was_on: bool
