"""A month of the virtual year, and what its judge says once a rule is taken away."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from structlog.testing import capture_logs

from agent.outreach import contacts, dispatch, guards, windows
from agent.outreach.quota import Allowance
from evals import registry
from evals.suites.schedule import life, suite
from evals.suites.schedule.judge import Findings, judge
from evals.suites.schedule.life import open_year
from memory.domain.contacts import Contacts, ContactWeek
from memory.domain.dispatch import BrandDay
from memory.domain.workspace import BrandPolicy

CREATORS, DAYS = 120, 20


@pytest.fixture(autouse=True)
def _unsaid() -> Iterator[None]:
    """A dispatcher that runs ten thousand times would fill the screen."""
    with capture_logs():
        yield


async def findings(seed: int) -> Findings:
    year = open_year(CREATORS, DAYS, seed, began=suite.MARCH)
    await year.run()
    return judge(year.platform.arrived, year.people, year.shops, year.diary)


async def test_a_month_keeps_every_promise() -> None:
    card = await suite.run(fast=True)
    assert card.ok, [line for line in card.lines if not line.ok]
    told = {line.metric: line.value for line in card.lines}
    assert told["zones written to"] == "15"
    assert told["changes of a clock"] == "2026-03-08 2026-03-29"
    happened = ("messages that arrived", "answers", "stops", "blocks", "times off", "put off", "unclear ends found out")
    assert all(int(told[what]) > 0 for what in happened)


async def test_a_number_always_means_the_same_year() -> None:
    one, two, other = [open_year(30, 14, seed, began=suite.MARCH) for seed in (5, 5, 6)]
    for year in (one, two, other):
        await year.run()
    assert one.platform.arrived == two.platform.arrived != other.platform.arrived


async def test_a_year_is_as_long_and_as_large_as_was_asked() -> None:
    card = await registry.schedule(30, 8, 2)(False)  # the one argument of every entry
    told = {line.metric: line.value for line in card.lines}
    assert card.ok
    assert int(told["batches"]) <= 8 * 5
    assert 0 < int(told["creators written to"]) <= 30


def at_any_hour(*_: object) -> bool:
    return True


def whenever(moment: datetime, zone: ZoneInfo, window: windows.Window = windows.DAYTIME) -> datetime:
    del zone, window
    return moment


def no_rest(policy: BrandPolicy, market: str | None, *, first: bool) -> windows.Window:
    del market, first
    return windows.window_of(policy)


def without_limit(day: BrandDay, *, now: datetime) -> Allowance:
    return Allowance(day.policy.sends_per_day, now)


def without_weeks(day: BrandDay, week: ContactWeek, *, now: datetime) -> Contacts:
    return Contacts(None, week.new, now)


Broken = Callable[[pytest.MonkeyPatch], None]


def nights(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(guards, "is_open", at_any_hour)
    patch.setattr(guards, "next_open", whenever)


def rests(patch: pytest.MonkeyPatch) -> None:
    for module in (guards, life):
        patch.setattr(module, "hours_of", no_rest)


def limits(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(dispatch, "allowance", without_limit)


def weeks(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(contacts, "contacts_left", without_weeks)


def guard(name: str) -> Broken:
    def broken(patch: pytest.MonkeyPatch) -> None:
        for table in (guards.STEP_GUARDS, guards.SEQUENCE_GUARDS):
            patch.delitem(table, name, raising=False)

    return broken


BROKEN: dict[str, tuple[Broken, str]] = {
    "nights": (nights, "outside"),
    "rest days": (rests, "outside"),
    "opt-outs": (guard("creator_listens"), "after_a_stop"),
    "answers": (guard("nobody_answered"), "after_a_stop"),
    "blocks": (guard("creator_is_not_blocked"), "after_a_stop"),
    "stops": (guard("batch_runs"), "after_a_stop"),
    "limits": (limits, "over_quota"),
    "weeks": (weeks, "over_quota"),
    "cool-down": (guard("cool_down_is_over"), "twice"),
}


@pytest.mark.parametrize("name", BROKEN)
async def test_the_judge_finds_what_a_broken_rule_lets_through(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    broken, promise = BROKEN[name]
    broken(monkeypatch)
    found = await findings(seed=5)
    assert getattr(found, promise), found
    others = {"outside", "after_a_stop", "over_quota", "twice"} - {promise}
    assert not any(getattr(found, other) for other in others), found
