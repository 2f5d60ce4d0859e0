"""A machine that was off: nothing goes at night, nothing twice, nothing all at once, and somebody is told."""

from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.cards.wording import clock
from agent.outreach.downtime import after_downtime
from agent.outreach.pacing import plan_anew
from agent.outreach.windows import is_open
from evals.suites.selling_office import SellingOffice
from evals.suites.talking import open_talk
from memory.domain.ids import BrandId, StepId
from memory.domain.outreach import DraftStatus
from memory.domain.pausing_stores import Waiting
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import HomeZone
from tests.support.fake_office import NOW

NEW_YORK = ZoneInfo("America/New_York")
ZONES = [ZoneInfo(name) for name in ("America/New_York", "Asia/Tokyo", "Europe/London", "America/Los_Angeles")]


async def off_for(shop: SellingOffice, time: timedelta) -> None:
    """The machine stands still for a while, and with it whoever would have shown that they run."""
    await after_downtime(shop.database)
    await shop.move_clock(time)
    async with await psycopg.AsyncConnection.connect(shop.database.url) as connection:
        await connection.execute("set local role daren_service")
        await connection.execute("update heartbeat set beat_at = beat_at - %s", [time])


async def test_nine_hours_off_send_nothing_at_night_nothing_twice_and_no_burst(shop: SellingOffice) -> None:
    await shop.move_to_hour(19)
    batches = [await shop.approved(await shop.creators(count)) for count in (20, 5)]
    await off_for(shop, timedelta(hours=9))
    assert await after_downtime(shop.database) == 25
    assert (await shop.dispatch()).claimed == 0
    drafts = [draft for batch in batches for draft in await shop.read(batch)]
    due = Counter(draft.due_at.astimezone(NEW_YORK) for draft in drafts if draft.due_at)
    assert {at.hour for at in due} == {9}
    assert sorted(due.values(), reverse=True) == [10, 10, 5]
    await shop.move_to_hour(9)
    for _ in range(3):
        assert (await shop.dispatch()).claimed <= 10
        await shop.move_clock(timedelta(minutes=1))
    drafts = [draft for batch in batches for draft in await shop.read(batch)]
    assert [draft.status for draft in drafts] == [DraftStatus.SENT] * 25
    assert (len(shop.messenger.received), shop.messenger.duplicates()) == (25, 0)


async def test_what_may_still_go_today_goes_at_normal_pace(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(12))
    await off_for(shop, timedelta(hours=2))
    assert await after_downtime(shop.database) == 12
    async with shop.database.unit(shop.anna) as unit:
        now = unit.now
    waits = [(draft.due_at - now) // timedelta(minutes=1) for draft in await shop.read(batch) if draft.due_at]
    assert waits == [-1] * 10 + [0] * 2  # this very minute, then the next
    assert (await shop.dispatch()).sent == 10


async def test_it_is_told_once_to_the_first_who_is_answered(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(7))
    await off_for(shop, timedelta(hours=9))
    await after_downtime(shop.database)
    first, second = await open_talk(shop, shop.viewer), await open_talk(shop, shop.anna)
    told = await second.say("恢复")
    assert told.startswith("关机 9 小时，7 条改到 ")
    assert "当地" in told
    assert "09:00" in told
    assert "没有停着的" in told
    assert "关机" not in await second.say("恢复")
    assert "关机" not in await first.say("停")


@pytest.mark.parametrize("zone", ["America/Los_Angeles", None])
async def test_it_names_the_clock_of_the_creator_who_is_first_and_the_teams(
    shop: SellingOffice, zone: str | None
) -> None:
    await shop.move_to_hour(22)
    batch = await shop.approved(await shop.creators(2, zone=zone))
    await off_for(shop, timedelta(hours=14))
    await after_downtime(shop.database)
    due = min(draft.due_at for draft in await shop.read(batch) if draft.due_at)
    said = await (await open_talk(shop, shop.anna)).say("恢复")
    here, there = clock(due, "Asia/Shanghai", "zh"), clock(due, zone or NEW_YORK.key, "zh")
    estimated = "" if zone else "（估）"
    assert f"改到 {here} 起（团队），最早一条当地 {there}{estimated}。" in said


async def test_moving_the_demo_clock_is_no_downtime(shop: SellingOffice) -> None:
    await shop.approved(await shop.creators(3))
    await after_downtime(shop.database)
    await shop.move_clock(timedelta(hours=30))
    assert await after_downtime(shop.database) == 0
    talk = await open_talk(shop, shop.anna)
    assert "关机" not in await talk.say("恢复")


async def test_a_short_silence_and_an_empty_backlog_are_not_worth_a_word(shop: SellingOffice) -> None:
    await off_for(shop, timedelta(hours=9))
    assert await after_downtime(shop.database) == 0
    await shop.approved(await shop.creators(2))
    await off_for(shop, timedelta(minutes=9))
    assert await after_downtime(shop.database) == 0
    talk = await open_talk(shop, shop.anna)
    assert "关机" not in await talk.say("恢复")


async def test_what_was_stopped_stays_stopped(shop: SellingOffice) -> None:
    batch = await shop.approved(await shop.creators(2))
    await shop.stop(batch, by=shop.viewer)
    await off_for(shop, timedelta(hours=9))
    assert await after_downtime(shop.database) == 0
    assert [draft.status for draft in await shop.read(batch)] == [DraftStatus.STOPPED] * 2


@given(
    late=st.lists(st.tuples(st.integers(0, 3000), st.sampled_from(ZONES)), min_size=1, max_size=120),
    pace=st.integers(1, 12),
    hour=st.integers(0, 23),
)
def test_every_new_time_is_daytime_not_past_and_within_the_pace(
    late: list[tuple[int, ZoneInfo]], pace: int, hour: int
) -> None:
    now = NOW + timedelta(hours=hour)
    waiting = [
        Waiting(StepId(place), BrandId(1), now - timedelta(minutes=minutes), HomeZone(zone))
        for place, (minutes, zone) in enumerate(late)
    ]
    planned = plan_anew(waiting, BrandPolicy(sends_per_minute=pace), now=now)
    assert planned.keys() == {step.step for step in waiting}
    assert all(planned[step.step] >= now and is_open(planned[step.step], step.home.zone) for step in waiting)
    assert max(Counter(planned.values()).values()) <= pace


@pytest.mark.parametrize("silent", [timedelta(0), timedelta(hours=1)])
async def test_two_processes_that_come_back_at_once_see_one_gap(shop: SellingOffice, silent: timedelta) -> None:
    await shop.approved(await shop.creators(4))
    await off_for(shop, silent)
    first, second = await after_downtime(shop.database), await after_downtime(shop.database)
    assert (first, second) == (4 if silent else 0, 0)
