"""One contract, every source of creators: the playground's world and the marketplace of TikTok Shop."""

from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from connectors.playground.source import PlaygroundSource
from connectors.playground.world import World
from connectors.ports.platforms import CreatorSource
from connectors.tiktok_shop.source import TikTokShopSource, Wanted
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.platform import Rules
from memory.domain.creator import CreatorFacts
from memory.domain.errors import Unavailable
from memory.domain.money import MoneySpan, Span
from tests.support.database import TestServer, fresh_url
from tests.support.shops import shop_bench

CREATORS = 150
NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)


@dataclass
class Opened:
    """A source of so many creators, and how to take what is behind it away."""

    source: CreatorSource
    go_down: Callable[[], Awaitable[None]]


Open = Callable[[TestServer], AbstractAsyncContextManager[Opened]]


@asynccontextmanager
async def playground(postgres: TestServer) -> AsyncIterator[Opened]:
    with fresh_url(postgres) as url:
        world = await World.open(url)
        await world.make(creators=CREATORS, seed=5, now=NOW)
        yield Opened(PlaygroundSource(world), world.close)
        await world.close()


@asynccontextmanager
async def tiktok_shop(postgres: TestServer) -> AsyncIterator[Opened]:
    del postgres
    async with shop_bench(rules=Rules(burst=1_000), per_second=50.0, burst=50) as bench:

        async def go_down() -> None:
            bench.plan(FaultKind.HTTP_500, times=0)

        yield Opened(TikTokShopSource(bench.client, await bench.place(), Wanted(with_detail=True)), go_down)


OPEN: list[Open] = [playground, tiktok_shop]


@pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)
async def test_every_creator_comes_once_in_batches_that_hold_some(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        batches = [list(batch) async for batch in at.source.creators()]
        again = [list(batch) async for batch in at.source.creators()]
    assert all(batches)
    handles = Counter(facts.handle.lower() for batch in batches for facts in batch)
    assert (len(handles), set(handles.values())) == (CREATORS, {1})
    assert again == batches
    assert at.source.name


@pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)
async def test_what_is_said_of_a_creator_is_in_our_terms_and_unknown_is_none(
    opened: Open, postgres: TestServer
) -> None:
    async with opened(postgres) as at:
        everybody = [facts async for batch in at.source.creators() for facts in batch]
    for facts in everybody:
        assert facts.handle == facts.handle.strip().removeprefix("@")
        assert facts.platform == "tiktok"
        assert facts.market is None or (len(facts.market) == 2 and facts.market.isupper())
        assert facts.content in (None, "video", "live")
        assert facts.audience_gender in (None, "female", "male")
        assert facts.audience_age in (None, "18-24", "25-34", "35-44", "45-54", "55+")
        spans: list[Span | MoneySpan | None] = [
            facts.followers, facts.avg_views, facts.engagement_bp, facts.commission_bp, facts.fulfilment_bp,
            facts.gmv_30d, facts.avg_price,
        ]  # fmt: skip
        assert all(span is None or 0 <= span.low <= span.high for span in spans)
    assert len({type(facts.gmv_30d) for facts in everybody}) == 2  # some are known, some are not
    assert _ranges(everybody)


def _ranges(everybody: list[CreatorFacts]) -> list[MoneySpan]:
    return [facts.gmv_30d for facts in everybody if facts.gmv_30d and facts.gmv_30d.low < facts.gmv_30d.high]


@pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)
async def test_a_source_that_is_down_may_be_asked_again_later(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        await at.go_down()
        with pytest.raises(Unavailable) as told:
            await anext(at.source.creators())
        assert told.value.retryable
