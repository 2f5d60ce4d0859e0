"""One contract, every platform that sends by itself: the playground's shop and the conversations of TikTok Shop."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

import pytest

from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.settings import PlaygroundSettings
from connectors.playground.world import World
from connectors.ports.platforms import Messenger, Receipt, SendFate
from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, CreatorId, SendId, StepId
from memory.domain.outreach import SendTicket
from tests.support.database import TestServer, fresh_url
from tests.support.shop_talk import ShopTalk, shop_talk

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
TEXT = "Hi! We would love to send you a free sample. You earn 20% commission."
Trouble = Literal["busy", "lost_request", "lost_answer", "closed"]
ENDS: dict[Trouble, tuple[type[AppError], SendFate, int]] = {
    "busy": (Unavailable, SendFate.NEVER_SEEN, 0),
    "closed": (Refused, SendFate.NEVER_SEEN, 0),
    "lost_request": (Unclear, SendFate.NEVER_SEEN, 0),
    "lost_answer": (Unclear, SendFate.ACCEPTED, 1),
}


@dataclass
class Opened:
    """A messenger, a creator it reaches, what the platform took for them, and its troubles."""

    messenger: Messenger
    facts: CreatorFacts
    taken: Callable[[], Awaitable[int]]
    trouble: Callable[[Trouble | None], None]
    later: Callable[[], Awaitable[None]]

    def ticket(self, key: str = "k1", *, handle: str = "", text: str = TEXT) -> SendTicket:
        return SendTicket(
            SendId(1), StepId(1), BrandId(1), CreatorId(1), handle or self.facts.handle, self.facts.platform, text, key
        )


Open = Callable[[TestServer], AbstractAsyncContextManager[Opened]]
_CALM = PlaygroundSettings(per_minute=10_000, down_bp=0, lost_request_bp=0, lost_answer_bp=0, closed_bp=0)
_SETTINGS: dict[Trouble, str] = {
    "busy": "down_bp",
    "closed": "closed_bp",
    "lost_request": "lost_request_bp",
    "lost_answer": "lost_answer_bp",
}


@asynccontextmanager
async def playground(postgres: TestServer) -> AsyncIterator[Opened]:
    with fresh_url(postgres) as url:
        world = await World.open(url)
        await world.make(creators=20, seed=5, now=NOW)
        page = await world.creators(after=0, limit=1)
        settings = [_CALM]

        class Troubled(PlaygroundMessenger):
            async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
                return await self.world.accept(ticket, settings=settings[0], now=now)

        async def taken() -> int:
            return len((await world.statement()).received)

        def trouble(kind: Trouble | None) -> None:
            settings[0] = _CALM if kind is None else _CALM.model_copy(update={_SETTINGS[kind]: 10_000})

        yield Opened(Troubled(world), page[0][1], taken, trouble, lambda: asyncio.sleep(0))
        await world.close()


@asynccontextmanager
async def tiktok_shop(postgres: TestServer) -> AsyncIterator[Opened]:
    del postgres
    async with shop_talk() as talk:
        creator = talk.somebody()

        async def taken() -> int:
            return len(talk.heard(creator))

        async def later() -> None:
            await talk.bench.platform.clock.advance(600)

        yield Opened(talk.messenger, CreatorFacts(handle=creator.username), taken, lambda kind: plan(talk, kind), later)


def plan(talk: ShopTalk, kind: Trouble | None) -> None:
    """Plan a trouble for every message, or end all."""
    talk.bench.platform.faults.clear()
    if kind is not None:
        talk.bench.plan(talk.TROUBLES[kind], "conversations/send", times=0, code=16030002)


OPEN: list[Open] = [playground, tiktok_shop]
each = pytest.mark.parametrize("opened", OPEN, ids=lambda one: one.__name__)


@each
async def test_a_message_is_taken_under_an_id_and_known_afterwards(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        assert await at.messenger.fate(at.ticket()) is SendFate.NEVER_SEEN
        receipt = await at.messenger.send(at.ticket(), now=NOW)
        assert (bool(receipt.outside_id), receipt.accepted_at) == (True, NOW)
        assert await at.messenger.fate(at.ticket()) is SendFate.ACCEPTED
        assert await at.messenger.fate(at.ticket("k2")) is SendFate.NEVER_SEEN
        assert await at.taken() == 1


@each
async def test_a_key_handed_over_again_reaches_nobody_twice(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        first = await at.messenger.send(at.ticket(), now=NOW)
        assert await at.messenger.send(at.ticket(), now=NOW) == first
        assert await at.taken() == 1
        await at.messenger.send(at.ticket("k2", text=f"{TEXT} Again!"), now=NOW)
        assert await at.taken() == 2


@each
@pytest.mark.parametrize("trouble", ENDS)
async def test_each_trouble_is_told_and_the_truth_known_afterwards(
    opened: Open, postgres: TestServer, trouble: Trouble
) -> None:
    kind, fate, taken = ENDS[trouble]
    async with opened(postgres) as at:
        at.trouble(trouble)
        with pytest.raises(AppError) as told:
            await at.messenger.send(at.ticket(), now=NOW)
        assert type(told.value) is kind
        at.trouble(None)
        await at.later()
        assert await at.messenger.fate(at.ticket()) is fate
        assert await at.taken() == taken


@each
async def test_what_never_came_may_be_sent_again_and_comes_once(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        at.trouble("lost_request")
        with pytest.raises(Unclear):
            await at.messenger.send(at.ticket(), now=NOW)
        at.trouble(None)
        await at.later()
        await at.messenger.send(at.ticket(), now=NOW)
        assert await at.messenger.fate(at.ticket()) is SendFate.ACCEPTED
        assert await at.taken() == 1


@each
async def test_strangers_are_refused(opened: Open, postgres: TestServer) -> None:
    async with opened(postgres) as at:
        with pytest.raises(Refused):
            await at.messenger.send(at.ticket(handle="nobody.at.all"), now=NOW)
        elsewhere = Creator(CreatorId(1), None, CreatorFacts("x", platform="instagram"), Source("file", NOW))
        flag = at.messenger.accepts(elsewhere)
        assert flag is not None
        assert flag.key == "no_channel"
