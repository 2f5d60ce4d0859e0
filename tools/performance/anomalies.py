"""What in the figures is worth a sentence nobody asked for: a sudden day, a spike of refunds, data that stopped. Pure.

The thresholds are wide on purpose: a warning that comes every week is read by nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from statistics import median
from typing import Final

from memory.domain.money import BASIS_POINTS
from memory.domain.performance import Freshness

LOOKED_BACK: Final = 35  # days: the four weeks a day is judged by, and the week that refunds are judged of
USUAL_DAYS: Final = 28
LEAST_DAYS: Final = 14  # of these that sold anything
LEAST_ORDERS: Final = 10  # a day, usually: below it a day's sales jump by themselves
REFUND_DAYS: Final = 7
REFUND_HIGH_DAYS: Final = 4  # of them: one large order that comes back is no spike
LEAST_REFUND_ORDERS: Final = 50
LEAST_USUAL_BP: Final = 200  # a shop that hardly had refunds is judged as if it had these
STALE_AFTER: Final = timedelta(hours=48)
_SIGMAS: Final = 5  # of a share drawn by chance; refunds differ in size, so more than the usual three


class Kind(StrEnum):
    """What is out of the ordinary."""

    RISE = "rise"
    FALL = "fall"
    REFUNDS = "refunds"
    STALE = "stale"  # nothing was heard for long
    SHORT = "short"  # days of the period that no source covers


@dataclass(frozen=True, slots=True)
class DaySales:
    """A day's sales: minor units of one currency, and how many orders."""

    day: date
    gmv: int
    orders: int
    refunds: int


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One of them. Of a day: its sales beside the usual; of refunds: shares in basis points; else since when."""

    kind: Kind
    day: date
    value: int = 0
    usual: int = 0
    source: str = ""


def of_sales(days: Sequence[DaySales]) -> list[Anomaly]:
    """What is odd about the last of `days` (in order, whole ones, at most `LOOKED_BACK` of them), judged by the others.

    A day is sudden when it lies clear of all but the wildest of four weeks, and far from every such day of the week.
    """
    return [*_sudden(days), *_refunds(days)]


def of_sources(sources: Sequence[Freshness], *, last: date, today: date, now: datetime) -> list[Anomaly]:
    """What is missing at the end of a period (`last`, or yesterday if that is earlier): a file ends, a sync stopped."""
    orders = [one for one in sources if one.kind == "orders"]
    wanted = min(last, today - timedelta(days=1))
    if not orders:
        return []
    latest = max(orders, key=_covered)
    if _covered(latest) >= wanted:
        return []
    if _is_a_file(latest):
        return [Anomaly(Kind.SHORT, latest.last_day, source=latest.source)]
    return [Anomaly(Kind.STALE, latest.as_of.date(), source=latest.source)] if now - latest.as_of > STALE_AFTER else []


def _covered(source: Freshness) -> date:
    """The last day a source says anything of: a file ends with its last row, who is asked knows of days without one."""
    return source.last_day if _is_a_file(source) else max(source.last_day, source.as_of.date())


def _is_a_file(source: Freshness) -> bool:
    return source.source.startswith("file")


def _sudden(days: Sequence[DaySales]) -> list[Anomaly]:
    if not days:
        return []
    before = days[-1 - USUAL_DAYS : -1]
    sold = [one for one in before if one.orders]
    if len(sold) < LEAST_DAYS or median(one.orders for one in before) < LEAST_ORDERS:
        return []
    ordered = sorted(one.gmv for one in before)
    low, high, middle = ordered[1], ordered[-2], round(median(ordered))
    latest = days[-1]
    alike = [one.gmv for one in before if one.day.weekday() == latest.day.weekday()]
    if latest.gmv * 2 > high * 3 and latest.gmv * 2 > max(alike) * 3:
        return [Anomaly(Kind.RISE, latest.day, latest.gmv, middle)]
    if latest.gmv * 4 < low * 3 and latest.gmv * 5 < min(alike) * 3:
        return [Anomaly(Kind.FALL, latest.day, latest.gmv, middle)]
    return []


def _refunds(days: Sequence[DaySales]) -> list[Anomaly]:
    late, before = days[-REFUND_DAYS:], days[:-REFUND_DAYS]
    orders, sold, usually = (
        sum(one.orders for one in late), sum(one.gmv for one in late), sum(one.gmv for one in before),
    )  # fmt: skip
    if orders < LEAST_REFUND_ORDERS or not sold or not usually:
        return []
    rate = sum(one.refunds for one in late) * BASIS_POINTS // sold
    usual = sum(one.refunds for one in before) * BASIS_POINTS // usually
    expected = max(usual, LEAST_USUAL_BP)
    spread = expected * (BASIS_POINTS - expected)  # of one order, in square basis points
    high = [one for one in late if one.refunds * BASIS_POINTS > one.gmv * 2 * expected]
    clear = rate > 2 * expected and (rate - expected) ** 2 * orders > _SIGMAS**2 * spread
    if clear and len(high) >= REFUND_HIGH_DAYS:
        return [Anomaly(Kind.REFUNDS, late[0].day, rate, usual)]
    return []
