"""One contract, every platform on which creators ask shops for samples."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from connectors.ports.samples import Refusal, SamplePlatform
from connectors.ports.shops import LinkedShop
from connectors.tiktok_shop.platform import TikTokShop
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.applications import Application, ApplicationStatus
from memory.domain.errors import Refused, Unavailable, Unclear
from tests.support.shop_talk import FAST
from tests.support.shops import LINK, shop_bench


@dataclass
class Opened:
    """A platform and a shop of it. `ask`: a creator asks; its id, and what the platform tells of it by itself."""

    platform: SamplePlatform
    shop: LinkedShop
    now: datetime
    ask: Callable[[], tuple[str, str]]
    go_down: Callable[[], None]

    async def all(self) -> list[Application]:
        return [one async for page in self.platform.applications(self.shop, after="") for one in page.found]


Open = Callable[[], AbstractAsyncContextManager[Opened]]


@asynccontextmanager
async def tiktok_shop() -> AsyncIterator[Opened]:
    async with shop_bench(rules=FAST, per_second=50.0, burst=50) as bench:
        own, people = bench.platform.partner.seller.shops[0], list(bench.platform.people.values())

        def ask() -> tuple[str, str]:
            made = bench.platform.applications.ask(own, people[0], next(iter(own.products)))
            return made.id, bench.emulator.webhooks.of_sample(made).body.decode()

        yield Opened(
            TikTokShop(bench.client, bench.safe).samples(),
            LinkedShop(LINK, own.id),
            datetime.fromtimestamp(bench.platform.clock.now, UTC),
            ask,
            lambda: bench.plan(FaultKind.HTTP_500, times=0),
        )


OPEN: list[Open] = [tiktok_shop]
each = pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)


@each
async def test_what_is_asked_for_is_read_found_and_told_the_same(opened: Open) -> None:
    async with opened() as at:
        number, raw = at.ask()
        [one] = await at.all()
        assert (one.id, one.status) == (number, ApplicationStatus.PENDING)
        assert one.review_by == at.now + timedelta(days=7)
        assert await at.platform.application(at.shop, number, handle=one.handle, product=one.product) == one
        assert await at.platform.application(at.shop, "another", handle=one.handle, product=one.product) is None
        assert list(await at.platform.told(at.shop, raw)) == [one]
        assert list(await at.platform.told(at.shop, "nothing that reads")) == []


@each
async def test_each_is_answered_once(opened: Open) -> None:
    async with opened() as at:
        yes, _ = at.ask()
        no, _ = at.ask()
        await at.platform.review(at.shop, yes, refusal=None)
        await at.platform.review(at.shop, no, refusal=Refusal.OUT_OF_STOCK)
        stand = {one.id: one.status for one in await at.all()}
        assert stand == {yes: ApplicationStatus.APPROVED, no: ApplicationStatus.REJECTED}
        with pytest.raises(Refused):
            await at.platform.review(at.shop, yes, refusal=Refusal.OTHER)


@each
async def test_reading_goes_on_from_any_place(opened: Open) -> None:
    async with opened() as at:
        numbers = {at.ask()[0] for _ in range(60)}
        pages = [page async for page in at.platform.applications(at.shop, after="")]
        assert {one.id for page in pages for one in page.found} == numbers
        rest = [one async for page in at.platform.applications(at.shop, after=pages[0].position) for one in page.found]
        assert [*pages[0].found, *rest] == [one for page in pages for one in page.found]


@each
async def test_a_platform_that_is_down_may_be_asked_again_except_for_an_answer(opened: Open) -> None:
    async with opened() as at:
        number, raw = at.ask()
        [one] = await at.all()
        at.go_down()
        with pytest.raises(Unavailable):
            await at.all()
        with pytest.raises(Unavailable):
            await at.platform.told(at.shop, raw)
        with pytest.raises(Unavailable):
            await at.platform.application(at.shop, number, handle=one.handle, product=one.product)
        with pytest.raises(Unclear):
            await at.platform.review(at.shop, number, refusal=None)
