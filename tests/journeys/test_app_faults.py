"""What can go wrong with an app's own calls, raised against the running app: nothing lost, nothing twice, told."""

import asyncio
from datetime import timedelta

import pytest

from agent.deliveries.rules import MOST_ATTEMPTS
from evals.emulators.wecom.core.faults import CALLS, FaultKind
from memory.domain.channel_forms import TestChannel
from tests.agent.deliveries.conftest import shop
from tests.support.bots import PATIENCE_SECONDS, rest_is_over
from tests.support.called_back import STOP, STOPPED
from tests.support.channel_kinds import AppStruck
from tests.support.database import lies_back
from tests.support.faults import APP, BUSY, NOT_TAKEN, SILENT, raises
from tests.support.struck_channels import app

__all__ = ["app", "shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

DONE, UNCLEAR = ("delivered", None), ("unknown", "channel_unclear")
TOKEN_SECONDS = 7_200.0  # a token lives
REFUSED = {
    FaultKind.ERRCODE: ("channel_busy", "故障公告", "reports trouble"),
    FaultKind.QUOTA_EXHAUSTED: ("channel_too_often", "歇一分钟自动再发", "after a minute"),
    FaultKind.TOKEN_ALWAYS_BAD: ("app_token_rejected", "过一会儿再试", "try again later"),
}


@raises(APP, *SILENT)
async def test_what_nobody_confirmed_is_named_and_comes_no_second_time(app: AppStruck, kind: FaultKind) -> None:
    said, rows = await a_token_that_does_not_come_is_asked_for_again(app, kind)
    app.strike(kind, app.sends)
    app.types(STOP)
    await app.settled(*rows, DONE, UNCLEAR)
    app.strike(kind, app.sends)
    await push(app)
    await app.settled(*rows, DONE, UNCLEAR, UNCLEAR)
    assert await app.named() == [UNCLEAR, UNCLEAR]
    # The platform knows a push that comes again; words it would say twice.
    app.shop.rest_no_longer()
    await app.shop.office.move_clock(timedelta(hours=1))
    await app.settled(*rows, DONE, UNCLEAR, DONE)
    await app.mend(kind)
    assert await app.named() == [UNCLEAR]
    assert len(app.told()) - said == (2 if kind in NOT_TAKEN else 3)
    await the_doctor_says_what_it_is_and_when_it_is_over(app, kind, "channel_unclear")


@raises(APP, FaultKind.DROP_AFTER, FaultKind.QUOTA_EXHAUSTED, FaultKind.IP_NOT_ALLOWED)
async def test_what_arrived_unconfirmed_comes_no_second_time_whatever_its_repetition_meets(app: AppStruck) -> None:
    calls = app.emulator.platform.records.of
    for kind, then in ((FaultKind.QUOTA_EXHAUSTED, DONE), (FaultKind.IP_NOT_ALLOWED, UNCLEAR)):
        rows, said, before = app.rows(), len(app.told()), len(calls(app.sends))
        app.strike(FaultKind.DROP_AFTER, app.sends)
        await push(app)
        await app.settled(*rows, UNCLEAR)
        app.strike(kind, app.sends)
        for is_again, made in enumerate((2, 3 if then == DONE else 2)):
            await rest_is_over(app.line, rests=bool(is_again) and kind is FaultKind.QUOTA_EXHAUSTED)
            app.shop.rest_no_longer()
            await app.shop.office.move_clock(timedelta(minutes=2))
            await app.comes(lambda most=made, first=before: len(calls(app.sends)) == first + most)  # type: ignore[misc]  # a default keeps its value
        await app.settled(*rows, then)
        assert len(app.told()) - said == 1, kind
        assert len(app.shop.tries()) == len(app.rows()), kind
        assert await app.named() == ([] if then == DONE else [UNCLEAR]), kind


@raises(APP, *BUSY)
async def test_what_a_busy_platform_did_not_take_comes_later_and_once(app: AppStruck) -> None:
    for kind, key in BUSY.items():
        said, rows = await a_token_that_does_not_come_is_asked_for_again(app, kind)
        app.strike(kind, app.sends)
        app.types(STOP)
        await app.settled(*rows, DONE, DONE)
        app.strike(kind, app.sends)
        await push(app)
        await app.settled(*rows, DONE, DONE, ("waiting", key))
        await rest_is_over(app.line, rests=kind is FaultKind.QUOTA_EXHAUSTED)
        await app.shop.office.move_clock(timedelta(minutes=2))
        await app.settled(*rows, DONE, DONE, DONE)
        assert (len(app.told()) - said, await app.named()) == (3, []), kind
        await the_doctor_says_what_it_is_and_when_it_is_over(app, kind, key)


@raises(APP, *REFUSED)
async def test_a_platform_that_goes_on_refusing_is_named_and_found(app: AppStruck) -> None:
    for round_, (kind, (key, zh, en)) in enumerate(REFUSED.items(), start=1):
        lies_back(app.line, "channel_setting")
        app.strike(kind, "*", times=0)
        app.types(STOP)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while len(app.rows()) < round_ or app.rows()[-1] != ("refused", key):
                await app.passes(5, step=5)
                if app.rows()[round_ - 1 :] == [("waiting", key)]:
                    await app.shop.office.move_clock(timedelta(minutes=1))
        assert len(app.shop.tries()) == MOST_ATTEMPTS * round_, kind
        assert (("refused", key) in await app.named(), app.told()) == (True, []), kind
        advice = await app.advises(key)
        assert (zh in advice[0], en in advice[1]) == (True, True), advice
        await app.mend(kind)
        assert await app.found() == []


@raises(APP, FaultKind.TOKEN_REVOKE_NOW, FaultKind.IP_NOT_ALLOWED)
async def test_a_revoked_token_is_nothing_and_an_address_that_is_not_allowed_is_named(app: AppStruck) -> None:
    app.types(STOP)
    await app.hears(1)
    app.strike(FaultKind.TOKEN_REVOKE_NOW, app.sends)
    app.types(STOP)
    await app.hears(2)
    assert (app.told(), len(app.emulator.platform.records.of(app.tokens))) == ([STOPPED] * 2, 2)
    assert (await app.page(), await app.found(), await app.named()) == ([], [], [])
    app.strike(FaultKind.IP_NOT_ALLOWED, app.sends, times=0)
    app.types(STOP)
    refused = ("refused", "app_address_not_allowed")
    await app.settled(DONE, DONE, refused)
    advice = await app.tells("app_address_not_allowed")
    assert ("加上 203.0.113.7" in advice[0], "Add 203.0.113.7" in advice[1]) == (True, True)
    await app.mend(FaultKind.IP_NOT_ALLOWED)
    app.types(STOP)
    await app.hears(3)
    assert (app.told(), app.rows()) == ([STOPPED] * 3, [DONE, DONE, refused, DONE])
    assert (await app.page(), await app.found(), await app.named()) == ([], [], [refused])


def test_every_call_that_can_go_wrong_is_raised_here() -> None:
    assert {*SILENT, *REFUSED, FaultKind.TOKEN_REVOKE_NOW, FaultKind.IP_NOT_ALLOWED} == CALLS


async def a_token_that_does_not_come_is_asked_for_again(
    app: AppStruck, kind: FaultKind
) -> tuple[int, list[tuple[str, str | None]]]:
    """How much was told before, and which deliveries there were."""
    said, rows = len(app.told()), app.rows()
    lies_back(app.line, "delivery_try")  # a minute holds only so many pushes
    await app.passes(TOKEN_SECONDS, step=TOKEN_SECONDS)
    app.strike(kind, app.tokens)
    app.types(STOP)
    await app.settled(*rows, DONE)
    assert app.told()[said:] == [STOPPED], kind
    return said, rows


async def the_doctor_says_what_it_is_and_when_it_is_over(app: AppStruck, kind: FaultKind, key: str) -> None:
    app.strike(kind, "getcallbackip")
    assert await app.found() == [key]
    assert await app.found() == []


async def push(app: AppStruck) -> None:
    """Something nobody asked for."""
    async with app.shop.database.unit(app.shop.office.lead) as unit:
        await app.forms.carry_out(unit, TestChannel(channel=app.channel))
