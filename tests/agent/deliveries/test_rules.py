"""When and over which channel: without rows or channels that answer."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.deliveries.rules import (
    MOST_ATTEMPTS,
    NO_ROUTE_REST,
    Elsewhere,
    Ended,
    Later,
    Way,
    reminds_at,
    wait_before,
    way_of,
)
from memory.domain.channels import ChannelKind, ChannelSetting
from memory.domain.deliveries import Delivery, DeliveryState, Past, PushKind, Route
from memory.domain.ids import ChannelId, DeliveryId, TenantId
from memory.domain.outreach import Flag
from tests.agent.deliveries.conftest import APP, BOT, DAY, HOOK, SHANGHAI

NOON = datetime(2026, 11, 20, 4, tzinfo=UTC)  # in Shanghai
NIGHT = datetime(2026, 11, 20, 15, tzinfo=UTC)
MORNING = datetime(2026, 11, 21, 1, tzinfo=UTC)
ONE = Delivery(DeliveryId(1), PushKind.ANSWER, {}, NOON, NOON + timedelta(hours=36), 0)


def route(number: int, kind: ChannelKind) -> Route:
    setting = ChannelSetting(ChannelId(number), TenantId(1), kind, str(number), None, {}, True, NOON, b"")
    return Route(setting, paused=False, last_minute=0)


HOOKED, APPED, BOTTED = route(1, HOOK), route(2, APP), route(3, BOT)
ALL = (HOOKED, APPED, BOTTED)


def way(
    delivery: Delivery = ONE,
    routes: tuple[Route, ...] = ALL,
    *,
    now: datetime = NOON,
    past: Mapping[int, Past] | None = None,
    held: tuple[int, ...] = (1, 2, 3),
) -> Way:
    known = {ChannelId(channel): what for channel, what in (past or {}).items()}
    return way_of(
        replace(delivery, past=known), routes, held={ChannelId(one) for one in held}, now=now, zone=SHANGHAI, hours=DAY
    )


def test_trouble_waits_for_an_hour_after_the_same_was_told_and_through_the_night() -> None:
    told = replace(ONE, told_at=NOON - timedelta(minutes=20))
    assert way(told) == Later(NOON + timedelta(minutes=40))
    assert way(told, now=NOON + timedelta(minutes=40)) == BOTTED
    assert way(told, now=NIGHT) == Later(MORNING)


def test_the_bot_comes_before_the_app_and_the_app_before_the_webhook() -> None:
    assert way() == BOTTED
    assert way(past={3: Past(1, over=True)}) == APPED
    assert way(past={3: Past(1, over=True), 2: Past(MOST_ATTEMPTS)}) == HOOKED
    assert way(past={3: Past(1), 2: Past(1, over=True)}) == BOTTED  # busy is no refusal
    assert way(routes=(route(8, HOOK), route(7, HOOK)), held=(7, 8)) == route(7, HOOK)


def test_a_reminder_goes_to_people_alone_before_it_goes_into_a_group() -> None:
    reminder = replace(ONE, kind=PushKind.NUDGE)
    assert way(reminder) == APPED
    assert way(reminder, past={2: Past(1, over=True)}) == BOTTED
    assert way(reminder, routes=(HOOKED, BOTTED)) == BOTTED


def test_refused_by_all_it_is_over() -> None:
    over = dict.fromkeys((1, 2, 3), Past(1, over=True))
    assert way(past=over) == Ended(DeliveryState.REFUSED, Flag("push_refused_everywhere", {}))


def test_a_channel_that_answers_questions_only_pushes_nothing() -> None:
    for kind in (ChannelKind.WECOM_KF, ChannelKind.WECHAT_ACCOUNT):
        assert way(routes=(route(1, kind),)) == Later(NOON + NO_ROUTE_REST)


def test_it_waits_for_the_holder_of_its_channel_and_does_not_pass_it_over() -> None:
    assert way(held=(1, 2)) == Elsewhere()


def test_a_test_goes_over_its_channel_alone() -> None:
    only = replace(ONE, only=ChannelId(1))
    assert way(only) == HOOKED
    assert way(only, past={1: Past(1, over=True)}) == Ended(DeliveryState.REFUSED, Flag("push_refused_everywhere", {}))


def test_at_night_it_waits_for_the_morning() -> None:
    assert way(now=NIGHT) == Later(MORNING)
    assert way(replace(ONE, urgent=True), now=NIGHT) == BOTTED


def test_what_nobody_needs_is_dropped_and_what_is_too_late_is_refused() -> None:
    assert way(replace(ONE, needed=False), now=NIGHT) == Ended(DeliveryState.DROPPED, Flag("push_not_needed", {}))
    late = replace(ONE, valid_until=NOON)
    assert way(late) == Ended(DeliveryState.REFUSED, Flag("push_too_late", {}))


@given(st.integers(1, 60))
def test_waits_grow_to_half_an_hour(attempt: int) -> None:
    assert timedelta(minutes=1) <= wait_before(attempt) <= wait_before(attempt + 1) <= timedelta(minutes=30)


@pytest.mark.parametrize(("hours", "after"), [(72, 18), (24, 6), (4, 1), (2, 1), (1, 1)])
def test_a_reminder_comes_after_a_quarter_of_the_time_and_an_hour_at_least(hours: int, after: int) -> None:
    assert reminds_at(NOON, NOON + timedelta(hours=hours)) == NOON + timedelta(hours=after)
