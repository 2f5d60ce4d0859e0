"""One contract, every platform on which shops invite creators to target collaborations."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from connectors.ports.collaborations import Changes, Checked, Clash, CollaborationPlatform, NewCollaboration
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.platform import TikTokShop
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.collaborations import Collaboration, CollaborationStatus, OpenPlan
from memory.domain.errors import Refused, Unavailable, Unclear
from tests.support.shop_talk import FAST
from tests.support.shops import LINK, shop_bench


@dataclass
class Opened:
    """A platform, a shop of it, three creators and two products.

    `lose`: the next write's answer is lost; `open`: anybody may sell so many products, the first of them under `title`.
    """

    platform: CollaborationPlatform
    shop: LinkedShop
    handles: list[str]
    products: list[str]
    now: datetime
    lose: Callable[[], None]
    go_down: Callable[[], None]
    open: Callable[[int], None]
    title: str

    def wanted(self, name: str = "Autumn T1", *, handles: int = 3, rate: int = 2_000) -> NewCollaboration:
        return NewCollaboration(
            name, self.now + timedelta(days=30), {self.products[0]: rate}, tuple(self.handles[:handles]),
            gives_sample=True, email="seller@example.com",
        )  # fmt: skip

    async def all(self) -> list[Collaboration]:
        pages = [page async for page in self.platform.collaborations(self.shop, after="")]
        assert pages[-1].position == ""
        return [one for page in pages for one in page.found]


Open = Callable[[], AbstractAsyncContextManager[Opened]]


@asynccontextmanager
async def tiktok_shop() -> AsyncIterator[Opened]:
    async with shop_bench(rules=FAST, per_second=50.0, burst=50) as bench:
        own = bench.platform.partner.seller.shops[0]
        own.unlimited = True
        yield Opened(
            TikTokShop(bench.client, bench.safe).collaborations(),
            LinkedShop(LINK, own.id),
            [one.username for one in bench.platform.people.values()][:3],
            list(own.products),
            datetime.fromtimestamp(bench.platform.clock.now, UTC),
            lambda: bench.plan(FaultKind.DROP_AFTER, "collaborations/[cer][rde][eim]*"),
            lambda: bench.plan(FaultKind.HTTP_500, times=0),
            lambda count: own.open_rates.update(dict.fromkeys([*own.products, *map(str, range(count))][:count], 1_000)),
            next(iter(own.products.values())),
        )


OPEN: list[Open] = [tiktok_shop]
each = pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)


@each
async def test_what_is_made_is_read_with_everybody_in_it(opened: Open) -> None:
    async with opened() as at:
        made = await at.platform.create(at.shop, at.wanted())
        assert made.id is not None
        [one] = await at.all()
        assert (one.id, one.name, one.status) == (made.id, "Autumn T1", CollaborationStatus.LIVE)
        assert [guest.handle for guest in one.creators] == at.handles
        assert [(each.product, each.rate_bp) for each in one.products] == [(at.products[0], 2_000)]
        assert (one.gives_sample, one.unreviewed, one.ends_at) == (True, False, at.wanted().ends_at)
        assert one == await at.platform.collaboration(at.shop, made.id)
        assert made.id in await at.platform.link(at.shop, made.id)


@each
async def test_reading_goes_on_from_any_place(opened: Open) -> None:
    async with opened() as at:
        for number in range(23):
            name = f"Number {number}"
            wanted = NewCollaboration(
                name, at.now + timedelta(days=30), {at.products[0]: 1_000 + number}, (at.handles[number % 3],),
                gives_sample=False, email="seller@example.com",
            )  # fmt: skip
            against = await at.platform.check(at.shop, handles=wanted.handles, products=list(wanted.rates_bp))
            for old in against.clashes:
                await at.platform.change(at.shop, old.collaboration, Changes(rates_bp={at.products[0]: 1_000}))
                await at.platform.remove(at.shop, old.collaboration)
            assert (await at.platform.create(at.shop, wanted)).id is not None
        pages = [page async for page in at.platform.collaborations(at.shop, after="")]
        everything = [one.id for page in pages for one in page.found]
        assert len(set(everything)) == len(everything) == 23
        rest = [one.id async for page in at.platform.collaborations(at.shop, after=pages[0].position)
                for one in page.found]  # fmt: skip
        assert [one.id for one in pages[0].found] + rest == everything


@each
async def test_who_has_one_already_is_told_before_and_nothing_is_made(opened: Open) -> None:
    async with opened() as at:
        old = await at.platform.create(at.shop, at.wanted(handles=1))
        assert old.id is not None
        clash = Clash(at.handles[0], at.products[0], old.id)
        asked = [*at.handles, "nobody.at.all"]
        found = await at.platform.check(at.shop, handles=asked, products=at.products)
        assert found == Checked((clash,), ("nobody.at.all",))
        made = await at.platform.create(at.shop, at.wanted("Second T2"))
        assert (made.id, [one.handle for one in made.clashes]) == (None, [at.handles[0]])


@each
async def test_who_is_taken_out_stands_against_an_invitation_no_more(opened: Open) -> None:
    async with opened() as at:
        old = await at.platform.create(at.shop, at.wanted(handles=2))
        assert old.id is not None
        against = await at.platform.check(at.shop, handles=at.handles, products=at.products)
        assert list(await at.platform.take_out(at.shop, against.clashes[:1])) == []
        left = await at.platform.check(at.shop, handles=at.handles, products=at.products)
        assert left.clashes == against.clashes[1:]
        assert list(await at.platform.take_out(at.shop, against.clashes)) == [at.handles[0]]  # is out already
        assert (await at.platform.create(at.shop, at.wanted("Second T2"))).id is not None


@each
async def test_the_open_plan_is_read_page_by_page(opened: Open) -> None:
    async with opened() as at:
        at.open(103)
        pages = [page async for page in at.platform.plans(at.shop, after="")]
        assert [len(page.found) for page in pages] == [100, 3]
        assert pages[0].found[0] == OpenPlan(at.products[0], at.title, 1_000)
        rest = [page async for page in at.platform.plans(at.shop, after=pages[0].position)]
        assert rest == pages[1:]
        assert pages[-1].position == ""


@each
async def test_a_change_keeps_whatever_it_does_not_name(opened: Open) -> None:
    async with opened() as at:
        made = await at.platform.create(at.shop, at.wanted(handles=2))
        assert made.id is not None
        changes = Changes(rates_bp={at.products[1]: 1_500}, add=(at.handles[2],), drop=(at.handles[0],))
        assert list(await at.platform.change(at.shop, made.id, changes)) == []
        one = await at.platform.collaboration(at.shop, made.id)
        assert [guest.handle for guest in one.creators] == at.handles[1:]
        assert {each.product: each.rate_bp for each in one.products} == {at.products[0]: 2_000, at.products[1]: 1_500}
        assert (one.name, one.gives_sample, one.ends_at) == ("Autumn T1", True, at.wanted().ends_at)


@each
async def test_a_removed_one_is_being_cancelled(opened: Open) -> None:
    async with opened() as at:
        made = await at.platform.create(at.shop, at.wanted())
        assert made.id is not None
        await at.platform.remove(at.shop, made.id)
        assert [one.status for one in await at.all()] == [CollaborationStatus.CANCELING]
        assert await at.platform.named(at.shop, "Autumn T1") is None
        with pytest.raises(Refused):
            await at.platform.remove(at.shop, made.id)


@each
async def test_a_lost_answer_is_unclear_and_what_was_made_is_found_by_its_name(opened: Open) -> None:
    async with opened() as at:
        assert await at.platform.named(at.shop, "Autumn T1") is None
        at.lose()
        with pytest.raises(Unclear):
            await at.platform.create(at.shop, at.wanted())
        found = await at.platform.named(at.shop, "Autumn T1")
        assert found is not None
        assert [one.id for one in await at.all()] == [found.id]


@each
async def test_a_platform_that_is_down_may_be_asked_again_except_where_it_writes(opened: Open) -> None:
    async with opened() as at:
        made = await at.platform.create(at.shop, at.wanted())
        number = str(made.id)
        at.go_down()
        reads: list[Callable[[], Awaitable[object]]] = [
            lambda: anext(at.platform.collaborations(at.shop, after="")),
            lambda: at.platform.collaboration(at.shop, number),
            lambda: at.platform.named(at.shop, "Autumn T1"),
            lambda: at.platform.check(at.shop, handles=at.handles, products=at.products),
            lambda: at.platform.link(at.shop, number),
        ]
        for read in reads:
            with pytest.raises(Unavailable):
                await read()
        with pytest.raises(Unclear):
            await at.platform.create(at.shop, at.wanted("Second T2"))
        with pytest.raises(Unclear):
            await at.platform.remove(at.shop, number)
