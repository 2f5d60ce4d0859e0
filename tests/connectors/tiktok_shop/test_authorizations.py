"""A seller lets us in once, comes back with what was asked for alone, and stays let in while tokens change."""

from datetime import timedelta

import pytest

from connectors.tiktok_shop.authorizations import NAME, Authorizations
from connectors.tiktok_shop.operations import SHOPS
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.errors import Misconfigured, Refused, Unavailable
from tests.support.shops import LINK, MEMBER, ShopBench, shop_bench

DAY = 86_400


async def token(bench: ShopBench, *, rejected: str = "") -> str:
    return await bench.client.authorizations.token(LINK, rejected=rejected)


async def test_a_seller_who_came_back_has_let_us_in(bench: ShopBench) -> None:
    grant = bench.platform.tokens.grants[-1]
    assert await token(bench) == grant.access
    kept = bench.safe.kept[NAME]
    assert kept.good_until.timestamp() == grant.refresh_until
    assert not [secret for secret in (grant.access, grant.refresh) if secret in repr(bench.safe.kept)]


async def test_a_state_is_good_once_and_for_ten_minutes() -> None:
    async with shop_bench(authorised=False) as bench:
        finish = bench.client.authorizations.finish
        back = await bench.came_back()
        with pytest.raises(Refused, match="shop_state_unknown"):
            await finish(LINK, member=MEMBER, state="guessed", code=back["code"])
        await finish(LINK, member=MEMBER, state=back["state"], code=back["code"])
        again = await bench.came_back()
        with pytest.raises(Refused, match="shop_state_unknown"):
            await finish(LINK, member=MEMBER, state=back["state"], code=again["code"])
        await bench.platform.clock.advance(600)
        with pytest.raises(Refused, match="shop_state_unknown"):
            await finish(LINK, member=MEMBER, state=again["state"], code=again["code"])
        assert bench.calls("token/get") == [0]


async def test_a_wrong_state_of_the_page_is_refused_and_a_used_code_told() -> None:
    async with shop_bench(authorised=False) as bench:
        finish = bench.client.authorizations.finish
        bench.plan(FaultKind.WRONG_STATE, "authorize")
        wrong = await bench.came_back()
        with pytest.raises(Refused, match="shop_state_unknown"):
            await finish(LINK, member=MEMBER, state=wrong["state"], code=wrong["code"])
        back = await bench.came_back()
        with pytest.raises(Refused, match="shop_authorise_again"):
            await finish(LINK, member=MEMBER, state=back["state"], code="TTP_used")
        bench.plan(FaultKind.DENIED, "authorize")
        assert "code" not in await bench.came_back()


async def test_who_has_not_authorised_gets_no_token() -> None:
    async with shop_bench(authorised=False) as bench:
        with pytest.raises(Refused, match="shop_not_authorised"):
            await token(bench)
        back = await bench.came_back()
        bench.safe.off = True
        with pytest.raises(Refused, match="shop_not_connected"):
            await bench.client.authorizations.finish(LINK, member=MEMBER, state=back["state"], code=back["code"])


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.BAD_JSON])
async def test_a_code_whose_answer_was_lost_is_not_tried_again(kind: FaultKind) -> None:
    async with shop_bench(authorised=False) as bench:
        back = await bench.came_back()
        bench.plan(kind, "token/get")
        with pytest.raises((Refused, Unavailable)):
            await bench.client.authorizations.finish(LINK, member=MEMBER, state=back["state"], code=back["code"])
        assert len(bench.calls("token/get")) == 1


async def test_a_wrong_app_secret_is_told_as_such() -> None:
    async with shop_bench(authorised=False, app_secret="another") as bench:
        back = await bench.came_back()
        with pytest.raises(Misconfigured, match="shop_app_wrong"):
            await bench.client.authorizations.finish(LINK, member=MEMBER, state=back["state"], code=back["code"])


async def test_a_token_is_refreshed_a_day_before_its_end_and_both_are_replaced(bench: ShopBench) -> None:
    first = await token(bench)
    await bench.platform.clock.advance(6 * DAY - 1)
    assert await token(bench) == first
    await bench.platform.clock.advance(1)
    second = await token(bench)
    assert (second != first, bench.platform.tokens.refreshes) == (True, 1)
    for week in (2, 3):
        await bench.platform.clock.advance(7 * DAY)
        await bench.client.ask(await bench.place(), SHOPS)
        assert bench.platform.tokens.refreshes == week


async def test_a_short_life_is_used_for_three_quarters(bench: ShopBench) -> None:
    bench.plan(FaultKind.SHORT_LIVED, "token/get", seconds=400)
    await bench.authorise()
    first = await token(bench)
    await bench.platform.clock.advance(299)
    assert await token(bench) == first
    await bench.platform.clock.advance(2)
    assert await token(bench) != first


@pytest.mark.parametrize("kind", [FaultKind.CODE, FaultKind.THROTTLED, FaultKind.DROP_BEFORE])
async def test_an_early_refresh_that_fails_stops_nothing_and_rests(bench: ShopBench, kind: FaultKind) -> None:
    first = await token(bench)
    bench.plan(kind, "token/refresh", times=0)
    await bench.platform.clock.advance(6 * DAY)
    asked = len(bench.calls("token/refresh"))
    assert [await token(bench) for _ in range(3)] == [first] * 3
    assert len(bench.calls("token/refresh")) <= asked + 1
    bench.platform.faults.clear()
    await bench.platform.clock.advance(61)
    assert await token(bench) != first


async def test_a_refresh_token_that_is_dead_stops_work_when_the_access_token_ends(bench: ShopBench) -> None:
    first = await token(bench)
    await bench.platform.clock.advance(6 * DAY)
    bench.plan(FaultKind.CODE, "token/refresh", code=36004001, times=0)
    assert await token(bench) == first
    await bench.platform.clock.advance(DAY)
    with pytest.raises(Refused, match="shop_authorise_again"):
        await token(bench)


async def test_a_token_that_is_over_and_cannot_be_refreshed_is_told(bench: ShopBench) -> None:
    await bench.platform.clock.advance(7 * DAY)
    bench.plan(FaultKind.DROP_BEFORE, "token/refresh")
    with pytest.raises(Unavailable, match="shop_internal"):
        await token(bench)
    bench.plan(FaultKind.THROTTLED, "token/refresh", seconds=9)
    with pytest.raises(Unavailable, match="shop_busy"):
        await token(bench)
    bench.platform.tokens.revoke(bench.platform.partner.seller)
    with pytest.raises(Refused, match="shop_authorise_again"):
        await token(bench)


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.HTTP_500, FaultKind.BAD_JSON])
async def test_a_refresh_whose_answer_was_lost_needs_the_seller_again(bench: ShopBench, kind: FaultKind) -> None:
    await bench.platform.clock.advance(7 * DAY)
    bench.plan(kind, "token/refresh")
    with pytest.raises(Unavailable):
        await token(bench)
    with pytest.raises(Refused, match="shop_authorise_again"):
        await token(bench)
    await bench.authorise()
    assert await token(bench) == bench.platform.tokens.grants[-1].access


async def test_what_another_process_refreshed_is_used(bench: ShopBench) -> None:
    first = await token(bench)
    await bench.platform.clock.advance(60)
    own = bench.client.authorizations
    second = await Authorizations(own.app, own.calls, own.safe, own.now).token(LINK, rejected=first)
    assert await token(bench, rejected=first) == second
    assert bench.platform.tokens.refreshes == 1


async def test_a_token_just_given_is_not_refreshed_again(bench: ShopBench) -> None:
    first = await token(bench)
    with pytest.raises(Unavailable, match="shop_token_rejected"):
        await token(bench, rejected=first)
    await bench.platform.clock.advance(10)
    assert await token(bench, rejected=first) != first


async def test_tokens_of_another_app_are_not_used(bench: ShopBench) -> None:
    bench.client.authorizations.app = bench.client.app.model_copy(update={"app_key": "another"})
    with pytest.raises(Refused, match="shop_not_authorised"):
        await token(bench)
    assert bench.safe.kept[NAME].good_until - bench.safe.now() > timedelta(days=364)
