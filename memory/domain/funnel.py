"""What came of the messages sent: counts by group, how sure a rate is, when one group may be called better. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt
from typing import Final

from memory.domain.outreach import Intent

ENOUGH: Final = 50
"""Fewer creators than this say nothing about a rate (「样本不足」)."""
INTERESTED: Final = frozenset({Intent.INTERESTED, Intent.PRICE, Intent.SAMPLE, Intent.ADDRESS})
"""Answers that go on: yes, what is paid, the sample, where to send it."""
_Z95: Final = 1.959963984540054  # the normal quantile of a two-sided 95 % interval


class Grouping(StrEnum):
    """What the messages of one group have in common: all of it is kept with the send."""

    TEMPLATE = "template"
    LANGUAGE = "language"
    HOUR = "hour"
    ROUND = "round"


class Outcome(StrEnum):
    """How far a creator came, each counted among those written to."""

    REPLIED = "replied"
    INTERESTED = "interested"
    POSTED = "posted"


@dataclass(frozen=True, slots=True)
class Interval:
    """Where a share may truly lie, fractions of 0-1, bounds inclusive."""

    low: float
    high: float

    def is_above(self, other: "Interval") -> bool:
        """Whether all of it lies above all of the other."""
        return self.low > other.high


@dataclass(frozen=True, slots=True)
class Counts:
    """Creators written to, and how many of them came so far."""

    contacted: int
    replied: int = 0
    interested: int = 0
    posted: int = 0

    def of(self, outcome: Outcome) -> int:
        """How many had this outcome."""
        return {
            Outcome.REPLIED: self.replied,
            Outcome.INTERESTED: self.interested,
            Outcome.POSTED: self.posted,
        }[outcome]

    def rate(self, outcome: Outcome) -> float | None:
        """Its share of those written to; None when nobody was."""
        return self.of(outcome) / self.contacted if self.contacted else None

    def interval(self, outcome: Outcome) -> Interval:
        """The Wilson 95 % interval of the share."""
        return wilson(self.of(outcome), self.contacted)

    @property
    def enough(self) -> bool:
        """Whether a rate of it may be spoken of at all."""
        return self.contacted >= ENOUGH


@dataclass(frozen=True, slots=True)
class Group:
    """Messages alike in one thing. `name` is a template's name or the thing itself, None where it was not kept.

    `version`: of a brand's own template; `built_in`: the purpose and tone of a built-in one.
    """

    counts: Counts
    name: str | None = None
    version: int | None = None
    built_in: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be said of groups side by side: `best` lies above every one of `beaten`, and above none of `unclear`.

    `best` None: fewer than two groups are large enough, or nobody lies above anybody. `small`: too few to judge.
    """

    best: Group | None
    beaten: tuple[Group, ...] = ()
    unclear: tuple[Group, ...] = ()
    small: tuple[Group, ...] = ()

    @property
    def compares(self) -> bool:
        """Whether at least two groups could be compared."""
        return len(self.beaten) + len(self.unclear) + (self.best is not None) > 1


def wilson(successes: int, total: int) -> Interval:
    """The Wilson score interval at 95 %; all of 0-1 when there was nothing to count.

    Source: https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
    """
    if total <= 0:
        return Interval(0.0, 1.0)
    share, squared = successes / total, _Z95 * _Z95
    middle = (share + squared / (2 * total)) / (1 + squared / total)
    reach = _Z95 / (1 + squared / total) * sqrt(share * (1 - share) / total + squared / (4 * total * total))
    # Rounding must not push a bound past 0, 1 or the share itself.
    return Interval(max(0.0, min(middle - reach, share)), min(1.0, max(middle + reach, share)))


def judge(groups: Sequence[Group], outcome: Outcome) -> Verdict:
    """Whether one group is better: only where its interval lies above another's, and both are large enough."""
    small = tuple(group for group in groups if not group.counts.enough)
    large = [group for group in groups if group.counts.enough]
    if len(large) < 2:
        return Verdict(None, unclear=tuple(large), small=small)
    best = max(large, key=lambda group: (group.counts.rate(outcome) or 0.0, group.counts.contacted))
    others = [group for group in large if group is not best]
    above = best.counts.interval(outcome)
    beaten = tuple(group for group in others if above.is_above(group.counts.interval(outcome)))
    if not beaten:
        return Verdict(None, unclear=tuple(large), small=small)
    return Verdict(best, beaten, tuple(group for group in others if group not in beaten), small)
