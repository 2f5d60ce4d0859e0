"""Creators come page by page, each once, as far as the day's requests go."""

import pytest

from connectors.tiktok_shop.client import TRIES
from connectors.tiktok_shop.source import MOST_FAILED, TikTokShopSource, Wanted
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.platform import Rules
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Unavailable
from memory.domain.money import MoneySpan, Span
from tests.support.shops import ShopBench, shop_bench


async def everyone(bench: ShopBench, wanted: Wanted | None = None) -> list[CreatorFacts]:
    source = TikTokShopSource(bench.client, await bench.place(), wanted or Wanted())
    return [facts async for page in source.creators() for facts in page]


async def test_a_search_is_read_to_its_end(bench: ShopBench) -> None:
    found = await everyone(bench)
    assert [one.handle for one in found] == [one.username for one in bench.platform.people.values()]
    assert bench.calls("creators/search") == [0] * 8


async def test_filters_go_with_every_page_and_enough_is_enough(bench: ShopBench) -> None:
    search = {"follower_demographics": {"count_range": {"count_ge": 5_000, "count_le": 500_000}}}
    found = await everyone(bench, Wanted(search))
    followers = [one.followers.low for one in found if one.followers]
    fitting = [one.username for one in bench.platform.people.values() if 5_000 <= one.followers <= 500_000]
    assert [one.handle for one in found] == fitting
    assert (min(followers) >= 5_000, len(found) > 20) == (True, True)
    assert [one.handle for one in await everyone(bench, Wanted(search, most=25))] == fitting[:25]


async def test_a_creator_on_two_pages_is_one_creator(bench: ShopBench) -> None:
    bench.plan(FaultKind.DUPLICATE_CREATOR, "creators/search", times=0)
    handles = [one.handle for one in await everyone(bench)]
    assert len(handles) == len(set(handles)) > 100


async def test_figures_are_asked_for_one_by_one_and_who_left_is_known_by_the_search(bench: ShopBench) -> None:
    bench.plan(FaultKind.CODE, "creators/detail", code=45101003, calls=(2,))
    found = await everyone(bench, Wanted(most=3, with_detail=True))
    people = list(bench.platform.people.values())[:3]
    assert [one.commission_bp for one in found] == [
        Span.exactly(people[0].commission), None, Span.exactly(people[2].commission),
    ]  # fmt: skip
    assert [one.engagement_bp is None for one in found] == [False, True, False]
    assert [one.bio for one in found] == [people[0].bio, "", people[2].bio]
    exact = next(one for one in bench.platform.people.values() if one.precise)
    shown = next(one for one in await everyone(bench) if one.handle == exact.username)
    assert shown.gmv_30d == MoneySpan(exact.gmv, exact.gmv, exact.currency)


async def bare(bench: ShopBench, wanted: Wanted) -> tuple[list[int], int]:
    """How many of each page have no figures, and how many creators came."""
    source = TikTokShopSource(bench.client, await bench.place(), wanted)
    pages = [page async for page in source.pages("")]
    return [page.bare for page in pages], sum(len(page.facts) for page in pages)


async def test_who_cannot_be_asked_about_is_kept_as_the_search_shows_them_and_counted(bench: ShopBench) -> None:
    bench.plan(FaultKind.CODE, "creators/detail", code=45101003, calls=(1,))
    bench.plan(FaultKind.CODE, "creators/detail", code=45101021, calls=(21, 22))
    assert await bare(bench, Wanted(most=60, with_detail=True)) == ([1, 2, 0], 60)
    bench.platform.faults.clear()
    assert await bare(bench, Wanted(most=20)) == ([0], 20)


async def test_figures_that_fail_again_and_again_are_not_asked_for_any_more(bench: ShopBench) -> None:
    bench.plan(FaultKind.HTTP_500, "creators/detail", times=0)
    assert await bare(bench, Wanted(most=40, with_detail=True)) == ([20, 20], 40)
    assert len(bench.calls("creators/detail")) == TRIES * MOST_FAILED


async def test_what_is_wrong_with_every_creator_ends_the_run(bench: ShopBench) -> None:
    bench.plan(FaultKind.CODE, "creators/detail", code=45101004, calls=(3,))
    with pytest.raises(Unavailable, match="shop_daily_quota"):
        await bare(bench, Wanted(most=20, with_detail=True))


async def test_a_day_that_is_used_up_stops_the_search_and_keeps_what_came() -> None:
    async with shop_bench(rules=Rules(daily_marketplace=2)) as bench:
        pages = TikTokShopSource(bench.client, await bench.place()).creators()
        assert [len(await anext(pages)) for _ in range(2)] == [20, 20]
        with pytest.raises(Unavailable, match="shop_daily_quota"):
            await anext(pages)
        assert bench.calls("creators/search") == [0, 0, 45101004]
