"""Judges every message that arrived by arithmetic of its own: `zoneinfo`, the calendar, and what people did.

It imports none of the rules it judges.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

import holidays

from evals.suites.schedule.life import Diary, Span
from evals.suites.schedule.people import PLACES, Person, Shop
from evals.suites.schedule.platform import Arrived
from memory.domain.ids import BrandId, CreatorId

_MAIN: Final = dict(reversed(PLACES))  # the first of a market is its main one
EARLIEST, LATEST = 9, 20
SATURDAY, SUNDAY = 5, 6


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong, each as a sentence, by promise; and what the messages met."""

    outside: tuple[str, ...]
    after_a_stop: tuple[str, ...]
    over_quota: tuple[str, ...]
    twice: tuple[str, ...]
    zones: int
    clock_changes: tuple[date, ...]

    @property
    def count(self) -> int:
        """How many."""
        return len(self.outside) + len(self.after_a_stop) + len(self.over_quota) + len(self.twice)


def judge(arrived: Sequence[Arrived], people: Sequence[Person], shops: Sequence[Shop], diary: Diary) -> Findings:
    """Hold every message against every promise."""
    of = {person.creator.id: person for person in people}
    rules = {shop.brand: shop for shop in shops}
    zones = {_zone(of[one.creator]) for one in arrived}
    return Findings(
        tuple(_outside(arrived, of, rules)),
        tuple(_after_a_stop(arrived, diary)),
        tuple(_over_quota(arrived, rules, diary)),
        tuple(_twice(arrived, rules)),
        len(zones),
        _clock_changes(zones, arrived),
    )


@cache
def _named(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def _zone(person: Person) -> str:
    facts = person.creator.facts
    return facts.zone or _MAIN[str(facts.market)]


@cache
def _calendar(market: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(market, years=year).keys())


def _outside(
    arrived: Sequence[Arrived], of: Mapping[CreatorId, Person], rules: Mapping[BrandId, Shop]
) -> Iterator[str]:
    for one in arrived:
        person, policy = of[one.creator], rules[one.brand].policy
        local = one.at.astimezone(_named(_zone(person)))
        opens, closes = max(policy.window_start.hour, EARLIEST), min(policy.window_end.hour, LATEST)
        if not opens <= local.hour < closes:
            yield f"{one.key} at {local}"
        elif one.round == 0:
            market = str(person.creator.facts.market)
            rests = (
                (policy.rest_on_saturdays and local.weekday() == SATURDAY)
                or (policy.rest_on_sundays and local.weekday() == SUNDAY)
                or (policy.rest_on_holidays and local.date() in _calendar(market, local.year))
            )
            if rests:
                yield f"{one.key} on {local:%a %F} in {market}"


def _after_a_stop(arrived: Sequence[Arrived], diary: Diary) -> Iterator[str]:
    blocks, stops = _by_what(diary.blocks), _by_what(diary.stops)
    sent: dict[tuple[BrandId, CreatorId], datetime] = {}
    for one in arrived:
        last = sent.get((one.brand, one.creator))
        sent[one.brand, one.creator] = one.at
        opted = diary.opt_outs.get(one.creator)
        if opted is not None and opted <= one.at:
            yield f"{one.key} after an opt-out at {opted}"
        if one.round and any((last or one.at) < at <= one.at for at in diary.answers.get(one.creator, ())):
            yield f"{one.key}, round {one.round}, after an answer"
        if _within(one.at, blocks.get(one.creator, ())) or _within(one.at, stops.get(one.batch, ())):
            yield f"{one.key} while it was stopped or blocked"


def _by_what(spans: Sequence[Span]) -> dict[object, list[Span]]:
    found: defaultdict[object, list[Span]] = defaultdict(list)
    for span in spans:
        found[span.what].append(span)
    return found


def _within(at: datetime, spans: Sequence[Span]) -> bool:
    return any(span.since <= at and (span.until is None or at < span.until) for span in spans)


def _over_quota(arrived: Sequence[Arrived], rules: Mapping[BrandId, Shop], diary: Diary) -> Iterator[str]:
    for brand, shop in rules.items():
        mine = [one for one in arrived if one.brand == brand]
        days: defaultdict[date, int] = defaultdict(int)
        weeks: defaultdict[date, set[CreatorId]] = defaultdict(set)
        for one in mine:
            day = one.at.astimezone(shop.zone).date()
            days[day] += 1
            if not any(at <= one.at for at in diary.answers.get(one.creator, ())):
                weeks[day - timedelta(days=day.isoweekday() % 7)].add(one.creator)
        yield from (f"brand {brand}: {n} on {day}" for day, n in days.items() if n > shop.policy.sends_per_day)
        most = shop.policy.contacts_per_week
        yield from (
            f"brand {brand}: {len(who)} new in the week of {day}"
            for day, who in weeks.items()
            if most is not None and len(who) > most
        )
        at = sorted(one.at for one in mine)
        for place, moment in enumerate(at):
            within = bisect_right(at, moment) - bisect_right(at, moment - timedelta(seconds=60))
            if within > shop.policy.sends_per_minute and (place + 1 == len(at) or at[place + 1] > moment):
                yield f"brand {brand}: {within} in the minute before {moment}"


def _twice(arrived: Sequence[Arrived], rules: Mapping[BrandId, Shop]) -> Iterator[str]:
    keys: set[str] = set()
    firsts: dict[tuple[BrandId, CreatorId], datetime] = {}
    for one in arrived:
        if one.key in keys:
            yield f"{one.key} again at {one.at}"
        keys.add(one.key)
        if one.round == 0:
            before = firsts.get((one.brand, one.creator))
            if before is not None and one.at - before < timedelta(days=rules[one.brand].policy.cool_down_days):
                yield f"{one.key}: a first message {one.at - before} after another one"
            firsts[one.brand, one.creator] = one.at


def _clock_changes(zones: set[str], arrived: Sequence[Arrived]) -> tuple[date, ...]:
    """Days between the first message and the last on which a clock of theirs changed."""
    if not arrived:
        return ()
    first, last = arrived[0].at.date(), arrived[-1].at.date()
    found = set()
    for zone in zones:
        before = None
        for ahead in range((last - first).days + 2):
            day = first + timedelta(days=ahead)
            offset = datetime(day.year, day.month, day.day, 12, tzinfo=UTC).astimezone(_named(zone)).utcoffset()
            if before is not None and offset != before:
                found.add(day)
            before = offset
    return tuple(sorted(found))
