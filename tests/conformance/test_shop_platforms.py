"""One contract, every platform with shops that sellers let us into."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from connectors.ports.platforms import Answer
from connectors.ports.shops import LinkedShop, ShopPlatform
from connectors.tiktok_shop.platform import TikTokShop
from evals.emulators.tiktok_shop.faults import FaultKind
from memory.domain.errors import AppError, Refused, Unavailable
from memory.domain.ids import MemberId
from tests.support.shop_talk import FAST
from tests.support.shops import LINK, MEMBER, ShopBench, shop_bench

CREATORS = 150


@dataclass
class Opened:
    """A platform and its one seller. `agree`: what comes back with the seller's browser; `writes`: a creator does.

    `writes` returns what the platform tells by itself of it; `revoke`: the seller takes the permission back.
    """

    platform: ShopPlatform
    agree: Callable[[str], Awaitable[tuple[str, str]]]
    writes: Callable[[str], Awaitable[str]]
    go_down: Callable[[], None]
    revoke: Callable[[], None]
    since: datetime

    async def connected(self) -> LinkedShop:
        state, code = await self.agree(await self.platform.begin(LINK, member=MEMBER))
        shops = await self.platform.finish(LINK, member=MEMBER, state=state, code=code)
        return LinkedShop(LINK, shops[0].id)


Open = Callable[[], AbstractAsyncContextManager[Opened]]


@asynccontextmanager
async def tiktok_shop() -> AsyncIterator[Opened]:
    async with shop_bench(rules=FAST, authorised=False, per_second=50.0, burst=50) as bench:
        emulated = bench.platform
        creator = next(iter(emulated.people.values()))

        async def agree(address: str) -> tuple[str, str]:
            async with httpx.AsyncClient(trust_env=False) as browser:
                answer = await browser.get(address)
            back = parse_qs(urlsplit(answer.headers["location"]).query)
            return back["state"][0], back["code"][0]

        async def writes(text: str) -> str:
            contact = emulated.contacts.of(emulated.partner.seller.shops[0], creator)
            contact.conversation = contact.conversation or emulated.name()
            message = emulated.contacts.answer(contact, text)
            contact.shown(emulated.clock.now)
            return bench.emulator.webhooks.notification(contact, message).body.decode()

        yield Opened(
            TikTokShop(bench.client, bench.safe), agree, writes, lambda: down(bench),
            lambda: emulated.tokens.revoke(emulated.partner.seller),
            datetime.fromtimestamp(emulated.clock.now, UTC),
        )  # fmt: skip


def down(bench: ShopBench) -> None:
    bench.plan(FaultKind.HTTP_500, times=0)


OPEN: list[Open] = [tiktok_shop]
each = pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)


@each
async def test_a_return_is_its_members_own_and_good_once(opened: Open) -> None:
    async with opened() as at:
        state, code = await at.agree(await at.platform.begin(LINK, member=MEMBER))
        assert at.platform.link_of(state) == LINK
        assert at.platform.link_of("nobody's") is None
        assert await at.platform.until(LINK) is None
        with pytest.raises(Refused, match="shop_state_unknown"):
            await at.platform.finish(LINK, member=MemberId(2), state=state, code=code)
        state, code = await at.agree(await at.platform.begin(LINK, member=MEMBER))
        shops = await at.platform.finish(LINK, member=MEMBER, state=state, code=code)
        assert all(shop.id and shop.name and len(shop.region) == 2 for shop in shops)
        until = await at.platform.until(LINK)
        assert until is not None
        assert until > at.since
        with pytest.raises(Refused, match="shop_state_unknown"):
            await at.platform.finish(LINK, member=MEMBER, state=state, code=code)
        state, _ = await at.agree(await at.platform.begin(LINK, member=MEMBER))
        await at.platform.decline(LINK, member=MEMBER, state=state)
        with pytest.raises(Refused, match="shop_state_unknown"):
            await at.platform.decline(LINK, member=MEMBER, state=state)


@each
async def test_creators_come_once_and_from_any_place_on(opened: Open) -> None:
    async with opened() as at:
        shop = await at.connected()
        await at.platform.look(shop)
        pages = [page async for page in at.platform.creators(shop, after="")]
        handles = [facts.handle for page in pages for facts in page.facts]
        assert len(set(handles)) == len(handles) == CREATORS
        assert [bool(page.position) for page in pages] == [True] * (len(pages) - 1) + [False]
        rest = [facts.handle async for page in at.platform.creators(shop, after=pages[1].position)
                for facts in page.facts]  # fmt: skip
        assert [*handles[: len(handles) - len(rest)], *rest] == handles
        assert len(rest) < len(handles)


@each
async def test_what_a_creator_writes_is_the_same_told_or_read_and_read_on_from_a_position(opened: Open) -> None:
    async with opened() as at:
        shop = await at.connected()
        first = await at.writes("Hello")
        page = await at.platform.answers(shop, after="", since=at.since)
        assert [answer.text for answer in page.answers] == ["Hello"]
        assert await at.platform.answer(shop, first) == page.answers[0]
        assert isinstance(page.answers[0], Answer)
        assert page.answers[0].written_at >= at.since
        assert list((await at.platform.answers(shop, after=page.position, since=at.since)).answers) == []
        second = await at.platform.answer(shop, await at.writes("And again"))
        more = await at.platform.answers(shop, after=page.position, since=at.since)
        assert more.answers[-1] == second
        assert await at.platform.answer(shop, "nothing that reads") is None


@each
async def test_the_quota_is_the_platforms_own_count(opened: Open) -> None:
    async with opened() as at:
        quota = await at.platform.quota(await at.connected())
        assert quota.used == 0
        assert quota.allowed is None or quota.allowed > 0
        assert quota.read_at == at.since


@each
async def test_a_platform_that_is_down_may_be_asked_again_and_one_that_is_left_may_not(opened: Open) -> None:
    async with opened() as at:
        shop = await at.connected()
        at.go_down()
        told = await at.writes("Hello")
        for ask in (
            lambda: at.platform.look(shop),
            lambda: at.platform.quota(shop),
            lambda: at.platform.answers(shop, after="", since=at.since),
            lambda: at.platform.answer(shop, told),
            lambda: anext(at.platform.creators(shop, after="")),
        ):
            with pytest.raises(Unavailable) as failed:
                await ask()
            assert failed.value.retryable
        await at.platform.forget(LINK)
        assert await at.platform.until(LINK) is None
        with pytest.raises(AppError) as gone:
            await at.platform.look(shop)
        assert not gone.value.retryable
