"""When and over which channel something is pushed: pure rules."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.outreach.windows import Window, next_open
from memory.domain.channels import PUSHING, ChannelKind
from memory.domain.deliveries import AN_HOUR, Delivery, DeliveryState, Past, PushKind, Route
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag

# The first that is there is tried, the next one only after a refusal. A bot cannot call anybody by name, an app writes
# to each alone: a reminder goes there first.
ORDER = PUSHING
NUDGES = tuple(sorted(PUSHING, key=lambda kind: kind is not ChannelKind.WECOM_APP))
MOST_ATTEMPTS = 6
# What goes out as one message: more would not be read, and fits no channel's limit.
MOST_IN_ONE = 8
NO_ROUTE_REST = timedelta(minutes=10)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(minutes=1), timedelta(minutes=30)
_SHORTEST_REMINDER = timedelta(hours=1)
_NOTHING = Past()


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery that is tried no more."""

    state: DeliveryState
    reason: Flag


@dataclass(frozen=True, slots=True)
class Later:
    """A delivery that is looked at again."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Its next channel is held by another process: this one leaves it alone."""


Way = Route | Ended | Later | Elsewhere


def way_of(
    delivery: Delivery,
    routes: Sequence[Route],
    *,
    held: Collection[ChannelId],
    now: datetime,
    zone: ZoneInfo,
    hours: Window,
) -> Way:
    """What is done about a delivery now."""
    if not delivery.needed:
        return Ended(DeliveryState.DROPPED, Flag("push_not_needed", {}))
    if delivery.valid_until <= now:
        return Ended(DeliveryState.REFUSED, Flag("push_too_late", {}))
    opens = opens_at(delivery, now=now, zone=zone, hours=hours)
    if delivery.told_at is not None:
        opens = max(opens, delivery.told_at + AN_HOUR)
    if opens > now:
        return Later(opens)
    open_ones = [route for route in in_order(routes, delivery.kind) if delivery.only in (None, route.channel.id)]
    if not open_ones:
        return Later(now + NO_ROUTE_REST)
    next_one = next((route for route in open_ones if not is_over(delivery.past.get(route.channel.id, _NOTHING))), None)
    if next_one is None:
        return Ended(DeliveryState.REFUSED, Flag("push_refused_everywhere", {}))
    if next_one.channel.id not in held:
        return Elsewhere()
    return next_one


def opens_at(delivery: Delivery, *, now: datetime, zone: ZoneInfo, hours: Window) -> datetime:
    """When the team may be disturbed by it."""
    return now if delivery.urgent else next_open(now, zone, hours)


def is_over(past: Past) -> bool:
    """Whether a channel is not asked again: it refused, or was too busy too often."""
    return past.over or past.attempts >= MOST_ATTEMPTS


def in_order(routes: Sequence[Route], kind: PushKind) -> list[Route]:
    """Channels that can push, the preferred first, the older before the younger."""
    order = NUDGES if kind is PushKind.NUDGE else ORDER
    able = [route for route in routes if route.channel.kind in order]
    return sorted(able, key=lambda route: (order.index(route.channel.kind), route.channel.id))


def wait_before(attempt: int) -> timedelta:
    """How long to wait after an attempt that a channel was too busy for: 1, 2, 4 … minutes, thirty at most."""
    doublings: int = 2 ** min(attempt - 1, 10)
    return min(_LONGEST_WAIT, _FIRST_WAIT * doublings)


def reminds_at(made_at: datetime, decide_by: datetime) -> datetime:
    """When somebody is reminded of a decision that waits: a quarter of its time has passed, and at least an hour."""
    return made_at + max(_SHORTEST_REMINDER, (decide_by - made_at) / 4)


def team_window(hours: tuple[time, time]) -> Window:
    """The team's waking hours as a window. Raises ValueError when they never begin."""
    return Window(*hours)
