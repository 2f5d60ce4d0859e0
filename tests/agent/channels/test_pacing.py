"""How fast a chat is spoken into is counted over all processes, in rows: with the claim of an answer, or alone."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.channels.answers import SaidOnce
from agent.channels.pacing import CountedPaces
from connectors.ports.channels import OpenChannel
from connectors.wecom.app.voice import ANSWERS_A_MINUTE
from connectors.wecom.pace import LATE_SECONDS, MINUTE, SharedPace
from connectors.wecom.timing import Time
from memory.database import Database
from memory.domain.errors import Unavailable
from tests.agent.channels.test_answers import QUESTION, asked
from tests.agent.deliveries.conftest import APP, PushShop, shop

__all__ = ["shop"]
MOST = ANSWERS_A_MINUTE


@dataclass
class OwnTime:
    """A process's clock, which passes only while it waits."""

    passed: float = 0.0

    def seconds(self) -> float:
        return self.passed

    async def sleep(self, seconds: float) -> None:
        self.passed += seconds


@dataclass
class Foreseen:
    """The clock on the wall; who waits is told at once when it would have been over. `over`: that moment."""

    over: float = 0.0

    def seconds(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        self.over = self.seconds() + seconds


@dataclass
class OneProcess:
    """Says things into one chat. `went`: when each message did, on the wall's clock."""

    database: Database
    channel: OpenChannel
    chat: str = "lina"
    went: list[float] = field(default_factory=list)

    def pace(self, time: Time, wanted: int = 0) -> SharedPace:
        return SharedPace(time, CountedPaces(self.database), self.channel, self.chat, MOST, wanted)

    async def says(self, messages: int, *, at_once: bool) -> None:
        """An answer of so many messages, asked room for at once or one by one."""
        time = Foreseen()
        pace = self.pace(time, messages if at_once else 0)
        for _ in range(messages):
            await pace.room()
            self.went.append(max(time.seconds(), time.over))


async def opened(shop: PushShop) -> OpenChannel:
    """The app's row."""
    channel = await shop.channel(APP)
    async with shop.database.across_tenants("a test") as work:
        found = await work.channels.active(channel)
    assert found is not None
    return OpenChannel(found, {})


@pytest.mark.parametrize("at_once", [True, False])
async def test_two_processes_together_say_no_more_than_a_member_may_get_in_a_minute(
    shop: PushShop, tmp_path: Path, at_once: bool
) -> None:
    channel, began = await opened(shop), Foreseen().seconds()
    async with Database.open(home=tmp_path, url=shop.database.url) as other:
        processes = [OneProcess(shop.database, channel), OneProcess(other, channel)]
        somebody_else = OneProcess(other, channel, chat="wangwei")
        await asyncio.gather(
            *(process.says(10, at_once=at_once) for process in processes for _ in range(3)),
            somebody_else.says(MOST, at_once=True),
        )
    went = sorted(moment - began for process in processes for moment in process.went)
    assert len(went) == 60
    assert max(sum(start <= moment < start + MINUTE for moment in went) for start in went) == MOST
    assert went[MOST - 1] < LATE_SECONDS, "what fits is not slowed down"
    assert went[-1] < 2 * (MINUTE + LATE_SECONDS) + LATE_SECONDS
    assert max(somebody_else.went) - began < LATE_SECONDS


async def test_the_claim_of_an_answer_takes_room_for_all_of_it_and_nothing_more_is_asked(shop: PushShop) -> None:
    question = await asked(shop)
    channel = await opened(shop)
    pace = OneProcess(shop.database, channel).pace(OwnTime(), wanted=3)
    async with SaidOnce(shop.database).saying(question, QUESTION, pace) as is_ours:
        assert is_ours
    pace.paces = Broken()
    for _ in range(3):
        await pace.room()
    assert (pace.time.seconds(), pace.wanted) == (0.0, 0)


@dataclass
class Broken:
    """A database that is gone."""

    asked: int = 0

    async def take(self, channel: OpenChannel, paced: object) -> None:
        self.asked += 1
        raise Unavailable


async def test_where_nobody_can_count_they_go_evenly(shop: PushShop) -> None:
    pace = OneProcess(shop.database, await opened(shop)).pace(OwnTime())
    pace.paces = Broken()
    for _ in range(MOST + 1):
        await pace.room()
    assert pace.time.seconds() > MINUTE


async def test_a_moment_nobody_used_in_time_is_not_used_later(shop: PushShop) -> None:
    time = OwnTime()
    pace = OneProcess(shop.database, await opened(shop)).pace(time, wanted=2)
    await pace.room()
    broken = Broken()
    pace.paces = broken
    time.passed += LATE_SECONDS + 1
    await pace.room()
    assert broken.asked == 1
