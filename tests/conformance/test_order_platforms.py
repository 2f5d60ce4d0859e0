"""One contract, every platform that lists what shops sell over creators."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass

import pytest

from connectors.ports.orders import OrderPage, OrderPlatform
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.platform import TikTokShop
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.platform import Rules
from memory.domain.errors import Refused, Unavailable
from memory.domain.sales import Settlement
from tests.support.shop_talk import FAST
from tests.support.shops import LINK, ShopBench, shop_bench

DAY = 86_400


@dataclass
class Opened:
    """A platform and a shop of it. `sell`: an order so many days ago, its id."""

    platform: OrderPlatform
    shop: LinkedShop
    bench: ShopBench

    def sell(self, days: float, *, paid: bool = True) -> str:
        emulated = self.bench.platform
        own, creator = emulated.partner.seller.shops[0], next(iter(emulated.people.values()))
        made = emulated.orders.place(own, at=emulated.clock.now - days * DAY, paid=paid)
        emulated.orders.add(made, creator)
        return made.id

    async def pages(self, after: str = "") -> list[OrderPage]:
        return [page async for page in self.platform.orders(self.shop, after=after)]

    def spans(self) -> list[float]:
        """How many days each question spanned."""
        bodies = [call.body for call in self.bench.platform.records.of("orders/search")]
        return [
            (body["create_time_lt"] - body["create_time_ge"]) / DAY for body in bodies if isinstance(body, dict)
        ]  # fmt: skip


Open = Callable[..., AbstractAsyncContextManager[Opened]]


@asynccontextmanager
async def tiktok_shop(rules: Rules = FAST) -> AsyncIterator[Opened]:
    async with shop_bench(rules=rules, per_second=50.0, burst=50) as bench:
        own = bench.platform.partner.seller.shops[0]
        yield Opened(TikTokShop(bench.client, bench.safe).orders(), LinkedShop(LINK, own.id), bench)


OPEN: list[Open] = [tiktok_shop]
each = pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)


def numbers(pages: list[OrderPage]) -> list[str]:
    return [sale.line.order for page in pages for sale in page.sales]


@each
async def test_the_first_reading_goes_back_window_by_window_and_the_next_takes_what_is_new(opened: Open) -> None:
    async with opened() as at:
        made = [at.sell(days) for days in (3, 100, 200, 300)]
        at.sell(5, paid=False)
        first = await at.pages()
        assert numbers(first) == made
        assert at.spans() == [88, 88, 88, 88, 13]
        new = at.sell(0.5)
        then = await at.pages(first[-1].position)
        assert numbers(then) == [new]
        assert at.spans()[5:] == [1]
        await at.bench.platform.clock.advance(DAY)
        whole = await at.pages(then[-1].position)
        assert numbers(whole) == [new, made[0]]  # once a day all that may still change
        assert at.spans()[6:] == [88]


@each
async def test_reading_goes_on_from_any_place_with_the_same_question(opened: Open) -> None:
    async with opened() as at:
        made = {at.sell(number / 10) for number in range(1, 231)}
        pages = await at.pages()
        assert set(numbers(pages)) == made
        at.sell(0)  # after it began: the next reading's
        for place in (0, 1):
            rest = await at.pages(pages[place].position)
            assert numbers([*pages[: place + 1], *rest]) == numbers(pages)


@each
async def test_a_place_the_platform_has_forgotten_begins_its_window_anew(opened: Open) -> None:
    async with opened() as at:
        made = {at.sell(number / 10) for number in range(1, 131)}
        pages = await at.pages()
        at.bench.plan(FaultKind.CODE, "orders/search", code=36009004, message="Invalid page_token")
        assert set(numbers(await at.pages(pages[0].position))) == made


@each
async def test_the_first_reading_ends_where_the_platform_answers_no_further_and_other_refusals_are_told(
    opened: Open,
) -> None:
    async with opened(Rules(per_second=1_000.0, burst=1_000, order_days=100)) as at:
        made = [at.sell(days) for days in (3, 80, 95)]
        pages = await at.pages()
        assert numbers(pages) == made[:2]
        at.bench.plan(FaultKind.CODE, "orders/search", code=36009004, message="Invalid parameter", times=0)
        with pytest.raises(Refused):
            await at.pages(pages[-1].position)


@each
async def test_one_order_is_read_whole_by_the_moment_it_was_placed(opened: Open) -> None:
    async with opened() as at:
        made, beside = at.sell(40), at.sell(40)
        [placed_at] = {sale.line.placed_at for page in await at.pages() for sale in page.sales}
        for number, found in ((made, [made]), (beside, [beside]), ("576", [])):
            sales = await at.platform.order(at.shop, number, placed_at=placed_at)
            assert [sale.line.order for sale in sales] == found
        told = '{"type": 1, "shop_id": "7", "data": {"order_id": "576", "order_status": "CANCEL"}}'
        assert [at.platform.told(one) for one in (told, told.replace("1", "33", 1), "no json")] == ["576", "", ""]


@each
async def test_a_busy_platform_is_waited_for_and_one_that_is_down_may_be_asked_again(opened: Open) -> None:
    async with opened() as at:
        made = at.sell(1)
        at.bench.plan(FaultKind.THROTTLED, "orders/search", seconds=2)
        [page, *_] = await at.pages()
        assert [sale.line.order for sale in page.sales] == [made]
        assert page.sales[0].commissions[0].settlement is Settlement.PROVISIONAL
        assert 2.0 in at.bench.waits
        at.bench.plan(FaultKind.HTTP_500, times=0)
        with pytest.raises(Unavailable):
            await at.pages()
