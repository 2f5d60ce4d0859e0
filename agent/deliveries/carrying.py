"""Carries deliveries out: claim in one transaction, call, settle in another. The unclear is not repeated blindly."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import structlog

from agent.deliveries.rules import MOST_IN_ONE, Elsewhere, Ended, Later, opens_at, wait_before, way_of
from agent.outreach.windows import Window
from connectors.ports.channels import OpenChannel, Picture, Push, Pusher
from memory.domain.channels import ChannelKind, SecretBox, owner_of_secrets
from memory.domain.deliveries import Delivery, DeliveryService, DeliveryState, DeliveryWork, Parcel, PushKind, Route
from memory.domain.dispatch import Queue
from memory.domain.errors import Misconfigured, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId, DeliveryId
from memory.domain.outreach import Flag

log = structlog.get_logger(__name__)

# As in the send ledger: a claim of a process that went away is given up after the lease, and no call outlives it.
LEASE = timedelta(seconds=120)
PATIENCE_SECONDS = 45.0
UNCLEAR_REST = timedelta(seconds=20)
_MINUTE = timedelta(minutes=1)
_LOOK = 50

Say = Callable[[Parcel], Push]
Draw = Callable[[Parcel], Awaitable[Picture | None]]


async def no_picture(parcel: Parcel) -> Picture | None:
    """Where nothing can be drawn, what a picture shows is said in words."""
    del parcel
    return None


@dataclass(frozen=True, slots=True)
class Post:
    """What carrying out needs. `say` words a parcel, `picture` draws what it shows; `hours`: when the team may be
    disturbed.
    """

    service: DeliveryService
    pushers: Mapping[ChannelKind, Pusher]
    box: SecretBox
    say: Say
    hours: Window
    picture: Draw = no_picture


@dataclass(slots=True)
class DeliveryReport:
    """What one round did, by how deliveries ended. `abandoned`: tries of processes that went away."""

    ends: Counter[DeliveryState] = field(default_factory=Counter)
    calls: int = 0
    abandoned: int = 0


async def deliver_due(post: Post, *, lease: timedelta = LEASE, rounds: int = 1_000) -> DeliveryReport:
    """Push everything that is due and that this process may. Any number may run at once.

    Raises:
        Unavailable: the database does not answer; what was claimed becomes unknown (retryable).
    """
    report = DeliveryReport()
    async with post.service.across_tenants("give up tries of dead processes") as work:
        report.abandoned = await work.deliveries.abandon_expired()
    async with post.service.across_tenants("find due deliveries") as work:
        queues = await work.deliveries.queues(now=work.now)
    for queue in queues:
        for _ in range(rounds):
            if not await _round(post, queue, report, lease=lease):
                break
    await _repeat(post, report, lease=lease)
    if report.calls:
        log.info("deliveries.done", calls=report.calls, **{str(state): count for state, count in report.ends.items()})
    return report


async def _round(post: Post, queue: Queue, report: DeliveryReport, *, lease: timedelta) -> bool:
    """Claim and send one parcel of a brand; whether there may be more to do at once."""
    began = monotonic()
    async with post.service.across_tenants("claim due deliveries") as work:
        parcel, looked = await _claim(post, work, queue, report, lease=lease)
    if parcel is not None:
        await _carry_out(post, parcel, report, began=began, lease=lease)
    return parcel is not None or looked


async def _claim(
    post: Post, work: DeliveryWork, queue: Queue, report: DeliveryReport, *, lease: timedelta
) -> tuple[Parcel | None, bool]:
    """Decide about what waits and claim the first parcel: (it, whether something else was settled on the way)."""
    audience = await work.deliveries.audience(queue)
    routes = await work.deliveries.routes(queue)
    held = _held(post, routes)
    chosen: list[Delivery] = []
    lines: set[object] = set()
    later: defaultdict[datetime, list[DeliveryId]] = defaultdict(list)
    over: Route | None = None
    settled = False
    for delivery in await work.deliveries.waiting(queue, now=work.now, limit=_LOOK):
        way = way_of(delivery, routes, held=held, now=work.now, zone=ZoneInfo(audience.zone), hours=post.hours)
        if isinstance(way, Route):
            if not _may_call(post, way):
                later[work.now + _MINUTE].append(delivery.id)
                settled = True
            elif over is None or (way is over and _goes_with(chosen[0], delivery)):
                over, line = way, delivery.reason or delivery.id  # however much of one reason there is, it is a line
                if line in lines or len(lines) < MOST_IN_ONE:
                    lines.add(line)
                    chosen.append(delivery)
            continue
        settled = settled or not isinstance(way, Elsewhere)
        if isinstance(way, Later):
            later[way.at].append(delivery.id)
        elif isinstance(way, Ended):
            report.ends[way.state] += 1
            await work.deliveries.end(delivery.id, way.state, reason=way.reason)
    for look_at, ids in later.items():
        await work.deliveries.later(ids, look_at=look_at)
    if over is None:
        return None, settled
    chosen.sort(key=lambda one: one.id)  # a repeat is worded in the same order
    return await work.deliveries.claim(queue, over, chosen, audience, lease=lease), True


def _held(post: Post, routes: Sequence[Route]) -> set[ChannelId]:
    return {
        route.channel.id
        for route in routes
        if (pusher := post.pushers.get(route.channel.kind)) is not None and pusher.holds(route.channel.id)
    }


def _may_call(post: Post, route: Route) -> bool:
    return not route.paused and route.last_minute < post.pushers[route.channel.kind].per_minute


def _goes_with(first: Delivery, other: Delivery) -> bool:
    """Whether two deliveries may go out as one message; a test goes alone, and so do a digest and its picture."""
    if first.kind in (PushKind.DIGEST, PushKind.PICTURE):
        return False
    return first.kind is other.kind and first.urgent is other.urgent and first.only is None and other.only is None


async def _repeat(post: Post, report: DeliveryReport, *, lease: timedelta) -> None:
    """Hand over again what ended unclear, as long as its channel will know the repeat by its key when it arrives."""
    known = {one.kind: one.knows_repeats_for - lease for one in post.pushers.values() if one.knows_repeats_for > lease}
    if not known:
        return
    for _ in range(_LOOK):
        began = monotonic()
        async with post.service.across_tenants("take up unclear deliveries") as work:
            parcel = await work.deliveries.unclear(known, lease=lease)
            if parcel is None:
                return
            if (closed_for := _closed_for(post, parcel, now=work.now)) > timedelta(0):
                await work.deliveries.settle(
                    parcel.tries,
                    DeliveryState.UNKNOWN,
                    reason=parcel.doubt,
                    over=False,
                    look_at=work.now,
                    rest=closed_for,
                )
                continue
        await _carry_out(post, parcel, report, began=began, lease=lease)


def _closed_for(post: Post, parcel: Parcel, *, now: datetime) -> timedelta:
    """How long the team is not to be disturbed by what is in the parcel."""
    zone = ZoneInfo(parcel.audience.zone)
    return max(opens_at(one, now=now, zone=zone, hours=post.hours) for one in parcel.deliveries) - now


@dataclass(frozen=True, slots=True)
class _End:
    state: DeliveryState
    outside_id: str | None = None
    reason: Flag | None = None
    over: bool = True
    pause: timedelta | None = None


async def _carry_out(post: Post, parcel: Parcel, report: DeliveryReport, *, began: float, lease: timedelta) -> None:
    report.calls += 1
    end = await _call(post, parcel, began=began, lease=lease)
    if parcel.doubt is not None and end.state is not DeliveryState.DELIVERED:
        # It may have arrived the first time: to wait again, under another key or for another channel, may say it twice.
        end = replace(end, state=DeliveryState.UNKNOWN, reason=parcel.doubt)
    async with post.service.across_tenants("settle deliveries") as work:
        if end.pause is not None:
            await work.deliveries.pause(parcel.channel.id, for_=end.pause)
        count = await work.deliveries.settle(
            parcel.tries,
            end.state,
            outside_id=end.outside_id,
            reason=end.reason,
            over=end.over,
            look_at=_look_at(parcel, end, now=work.now),
            rest=_rest(parcel, end),
        )
        if count and end.state is DeliveryState.DELIVERED:
            await _let_picture_follow(work, parcel)
    report.ends[end.state] += count
    log.info("delivery.settled", channel=parcel.channel.id, parcel=parcel.key, state=str(end.state))


async def _let_picture_follow(work: DeliveryWork, parcel: Parcel) -> None:
    """A chart goes where its text went, once it did, with tries of its own: no end of it sends the text again."""
    of, brand = parcel.deliveries[0], parcel.audience.brand_id
    if of.kind is PushKind.PICTURE or "chart" not in of.subject or brand is None:
        return
    await work.deliveries.make(
        Queue(parcel.channel.tenant, brand),
        PushKind.PICTURE,
        occasion=f"picture:{of.id}",
        subject={name: value for name, value in of.subject.items() if name != "text"},
        valid_until=of.valid_until,
        only=parcel.channel.id,
        urgent=True,
    )


def _look_at(parcel: Parcel, end: _End, *, now: datetime) -> datetime:
    if end.over:
        return now
    return now + max(end.pause or timedelta(0), wait_before(max(one.attempt for one in parcel.tries)))


def _rest(parcel: Parcel, end: _End) -> timedelta:
    """How long what is unclear is left alone: moments at first, then longer with each repeat."""
    repeats = max(one.claims for one in parcel.tries) - 1
    return max(end.pause or timedelta(0), wait_before(repeats) if repeats else UNCLEAR_REST)


async def _call(post: Post, parcel: Parcel, *, began: float, lease: timedelta) -> _End:
    if monotonic() - began + PATIENCE_SECONDS > lease.total_seconds():
        return _End(DeliveryState.REFUSED, reason=Flag("not_called", {}), over=False)
    channel = parcel.channel
    try:
        secrets = post.box.unseal(channel.sealed, of=owner_of_secrets(channel.tenant, channel.kind))
        async with asyncio.timeout(PATIENCE_SECONDS):
            push = replace(post.say(parcel), picture=await post.picture(parcel))
            outside = await post.pushers[channel.kind].push(OpenChannel(channel, secrets), push, key=parcel.key)
    except (Unavailable, Misconfigured) as busy:
        seconds = busy.facts.get("pause_seconds")
        pause = timedelta(seconds=float(seconds)) if seconds is not None else None
        return _End(DeliveryState.REFUSED, reason=_flag(busy), over=False, pause=pause)
    except Refused as refused:
        return _End(DeliveryState.REFUSED, reason=_flag(refused))
    except (Unclear, TimeoutError) as lost:
        reason = _flag(lost) if isinstance(lost, Unclear) else Flag("unclear", {})
        return _End(DeliveryState.UNKNOWN, reason=reason, over=False)
    return _End(DeliveryState.DELIVERED, outside_id=outside)


def _flag(failure: Unavailable | Misconfigured | Refused | Unclear) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
