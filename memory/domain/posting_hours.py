"""Where a creator lives, by the hours at which they post. Pure.

People sleep: by their own clock creators post rarely between one and seven, and at any hour of the day alike (what is
their favourite hour says nothing, so the curve has no peak). A clock is likely as far as the moments of the posts, read
on it, look like that. Every clock of the market is tried together with days up to three hours earlier or later than
usual, each as likely as such days are (a normal curve around none); a clock's share of the sum over all of it is how
likely it is. Two neighbouring clocks, which an early riser can imitate, so stay as unsure as they are.

What matters is not to write at night, so `confidence` is that the clock is right to the hour: the share of the zone
chosen and of those at most an hour from it. Posts of one hour count once, and each for less than one (`_INDEPENDENT`):
creators repeat themselves, and a habit is no further evidence.

Curve, spread and weight are assumptions. Tried on planted creators with habits of their own, who sometimes post at
night (`tests/memory/test_posting_hours.py`): where something is concluded, more than nine of ten are right to the hour
and about two of a hundred are wrong by more than two.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.zones import LikelyZone

LEAST_POSTS: Final = 20
"""Different hours with a post: below that nothing is concluded."""
NEWEST_POSTS: Final = 200
"""No older ones are looked at: people move."""
SURE_BP: Final = 9_000
"""Below this confidence nothing is concluded."""

# How often a creator posts in each hour of their own day, against an hour of the afternoon.
_ACTIVITY: Final = (
    0.5, 0.2, 0.07, 0.05, 0.05, 0.07, 0.15, 0.4, 0.8, 1.0, 1.0, 1.0,
    1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9, 0.75,
)  # fmt: skip
_SHIFTS: Final = (-3, -2, -1, 0, 1, 2, 3)
_SPREAD: Final = 1.5  # hours by which people's days differ
_INDEPENDENT: Final = 0.6
_HOUR: Final = timedelta(hours=1)


def likely_zone(posted: Sequence[datetime], clocks: Mapping[str, int]) -> LikelyZone | None:
    """The clock of a market (zone → share of its people) that a creator lives by; None where that is not sure enough.

    `posted`: moments of posts, in any order; the newest count.
    """
    hours = _apart(sorted(posted, reverse=True)[:NEWEST_POSTS])
    if len(hours) < LEAST_POSTS or len(clocks) < 2:
        return None
    weighed = {zone: math.log(share) + _fit(hours, ZoneInfo(zone)) for zone, share in clocks.items()}
    most = max(weighed.values())
    shares = {zone: math.exp(value - most) for zone, value in weighed.items()}
    whole, newest = sum(shares.values()), hours[0]
    near = {
        zone: sum(shares[other] for other in clocks if _between(zone, other, newest) <= _HOUR) / whole
        for zone in clocks
    }
    sure = [zone for zone in clocks if round(10_000 * near[zone]) >= SURE_BP]
    if not sure:
        return None
    chosen = max(sure, key=lambda zone: shares[zone])
    return LikelyZone(chosen, round(10_000 * near[chosen]), len(hours))


def _apart(posted: Sequence[datetime]) -> list[datetime]:
    """One moment of each hour in which something was posted, in the order given."""
    return list({moment.replace(minute=0, second=0, microsecond=0): moment for moment in posted}.values())


def _fit(hours: Sequence[datetime], zone: ZoneInfo) -> float:
    """How well the moments fit a day by a zone's clock: the logarithm of their likelihood, over all kinds of days."""
    whole = sum(_ACTIVITY)
    counts = [0] * 24
    for moment in hours:
        counts[moment.astimezone(zone).hour] += 1
    found = []
    for shift in _SHIFTS:
        usual = -((shift / _SPREAD) ** 2) / 2
        said = sum(count * math.log(_ACTIVITY[(hour - shift) % 24] / whole) for hour, count in enumerate(counts))
        found.append(usual + _INDEPENDENT * said)
    most = max(found)
    return most + math.log(sum(math.exp(each - most) for each in found))


def _between(one: str, other: str, moment: datetime) -> timedelta:
    """How far two clocks are apart at a moment."""
    offsets = [moment.astimezone(ZoneInfo(zone)).utcoffset() or timedelta() for zone in (one, other)]
    return abs(offsets[0] - offsets[1])
