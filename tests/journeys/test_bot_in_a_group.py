"""The whole job in a WeCom group, with `daren serve` as its own processes, callbacks that come twice, and a crash."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import psycopg
import pytest

from agent.bootstrap import Installation, installed
from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.serve import keep_time
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import MakeBindCode, SaveChannel
from memory.domain.channels import ChannelKind
from tests.support.companies import (
    ALL_DAY,
    CODE,
    MOST_MOVES,
    PATIENCE_SECONDS,
    QUESTION,
    look_often,
    model_of,
    stopped,
)
from tests.support.model_endpoint import Holds, Says, listening
from tests.support.processes import Running, daren, environment_of
from tests.support.product import Person, make_everybody_talkative, person, stop_keeper

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

BOT, GROUP = "AIBOT1", "CH1"
USERS = {"lina": "lead", "wangwei": "approver", "zhaomin": "operator"}


@dataclass
class Company:
    """A corp on the platform, and the books of its team."""

    emulator: Emulator
    books: Installation
    people: dict[str, Person]
    environment: dict[str, str]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Running]:
        """`daren serve` with its bot connected."""
        async with daren("serve", environment=self.environment) as process:
            await process.address()
            if not self.rows("select 1 from channel_setting"):
                await self.set_up()
            await self.until(lambda: BOT in self.emulator.hub.lines)
            yield process

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; looked at whenever something happens on the platform."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.emulator.platform.records.until(holds)
        except TimeoutError:
            heard = [f"{one.sender}: {one.content[:120]}" for one in self.emulator.platform.chats.of(GROUP)]
            pytest.fail(f"it never came to hold: {self.unsettled()}; the group shows\n" + "\n".join(heard[-12:]))

    def said(self, chat: str = GROUP) -> list[Message]:
        """What the bot said in a chat, oldest first."""
        return [message for message in self.emulator.platform.chats.of(chat) if message.sender == BOT]

    def told(self, words: str, chat: str = GROUP) -> int:
        """How many of its messages hold these words."""
        return sum(words in message.content for message in self.said(chat))

    def types(self, user: str, text: str) -> None:
        """In the group, to the bot."""
        self.emulator.phone.says_in_group(user, text, chatid=GROUP, mention=BOT)

    async def set_up(self) -> None:
        """The lead saves the bot on the channels page; the platform sees it come."""
        lead = self.people["lina"]
        bot = self.emulator.platform.corp.bots[BOT]
        await self.books.desk.submit(
            lead.scope,
            SaveChannel(
                of=ChannelKind.WECOM_BOT, name=bot.name, brand=lead.scope.brand,
                typed={"bot_id": bot.bot_id, "bot_secret": bot.secret},
            ),
        )  # fmt: skip

    async def bind(self) -> None:
        """Each with a code of the lead's: everybody in their own chat, then the group in the group."""
        for user, who in self.people.items():
            chat = private(BOT, user)
            self.emulator.phone.says_to_bot(user, f"绑定 {await self.code(who)}", bot_id=BOT)
            await self.until(lambda chat=chat: bool(self.said(chat)))  # type: ignore[misc]  # a default keeps its value
        self.types("lina", f"绑定 {await self.code(None)}")
        await self.until(lambda: bool(self.said()))

    async def code(self, who: Person | None) -> str:
        """A one-use code from the members page."""
        lead = self.people["lina"].scope
        brand = self.people["wangwei"].scope.brand
        form = MakeBindCode(member=who.scope.member if who else None, brand=brand)
        found = CODE.search((await self.books.desk.submit(lead, form)).text)
        assert found is not None
        return found[0]

    def unsettled(self) -> list[tuple[object, ...]]:
        """What is not delivered yet; a leap of the demo's clock may make a push too late, which is told on the page."""
        return self.rows(
            "select kind, state, reason_key from delivery where state not in ('delivered', 'dropped') "
            "and reason_key is distinct from 'push_too_late'"
        )

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Straight from the tables."""
        with psycopg.connect(self.books.database.url) as line:
            line.execute("set local role daren_service")
            return line.execute(question.encode()).fetchall()


@asynccontextmanager
async def company(settings: Settings, **environment: str) -> AsyncIterator[Company]:
    """The demo's team on an emulated platform whose clock goes with ours."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(running(Platform(start=time.time())))
        for endless in (keep_time(emulator.platform.clock), look_often(emulator)):
            stack.push_async_callback(stopped, asyncio.create_task(endless))
        books = await stack.enter_async_context(installed(settings))
        stack.push_async_callback(stop_keeper, books)
        people = {user: await person(books, login=login) for user, login in USERS.items()}
        told = environment_of(
            settings.model_copy(update={"port": 0, "worker_lost_seconds": 4.0}),
            DAREN_WECOM_BOT_URL=emulator.ws_url, DAREN_TEAM_HOURS=ALL_DAY, **environment,
        )  # fmt: skip
        yield Company(emulator, books, people, told)


def twice(emulator: Emulator) -> None:
    """From now on every callback comes twice."""
    fault = Fault(kind=FaultKind.DUPLICATE_CALLBACK, endpoint="callback/bot", copies=2, times=0)
    emulator.platform.faults.add(fault)


async def test_a_group_does_the_whole_job_and_hears_everything_once(demo_settings: Settings) -> None:
    async with company(demo_settings) as team:
        make_everybody_talkative(team.books)
        twice(team.emulator)
        async with team.serving():
            await team.bind()
            team.types("zhaomin", QUESTION)
            await team.until(
                lambda: any(one.state is State.FINISHED and "1. **@" in one.content for one in team.said())
            )
            team.types("zhaomin", "给前5个写邀约，佣金18%，可以寄样")
            await team.until(lambda: any(one.card for one in team.said()))
            card = next(one for one in team.said() if one.card)
            key = next(button["key"] for button in card.card["button_list"] if button["key"].startswith("approve:"))  # type: ignore[index]  # it has one

            team.emulator.phone.presses("zhaomin", card.message_id, key)
            await team.until(lambda: team.told("审批") > 0)
            team.types("wangwei", "批准 1-2")
            await team.until(lambda: team.told("已批准 1、2") > 0)
            team.emulator.phone.presses("lina", card.message_id, key)
            await team.until(lambda: team.told("已批准 1-5") > 0)
            await team.until(lambda: team.unsettled() == [])
        # The process is gone (as a crash leaves it); the next one sends, hears the creators, and tells the group.
        async with team.serving():
            await answers(team)
        assert [team.told(words) for words in ("已批准 1、2", "已批准 1-5")] == [1, 1]
        handles = [
            handle
            for (handle,) in team.rows(
                "select subject->>'handle' from delivery where kind = 'answer' and state = 'delivered'"
            )
        ]
        assert len(handles) >= 4
        assert {handle: team.told(f"＠{handle}（") for handle in handles} == dict.fromkeys(handles, 1)
        assert team.unsettled() == []
        # a send that the crash cut off is told as trouble besides
        assert team.rows("select count(*) from delivery where kind <> 'trouble' and state = 'delivered'") == [
            (len(handles) + 4,)
        ]
        assert team.rows("select count(*) from turn where connector = 'wecom_bot'") == [(3,)]


def is_shortlist(message: Message) -> bool:
    return message.state is State.FINISHED and "1. **@" in message.content


async def answers(team: Company) -> None:
    """Move the demo's clock until every creator's answer was told in the group."""
    lead = team.people["lina"]
    for _ in range(MOST_MOVES):
        await team.until(lambda: team.unsettled() == [])  # a push outlives no leap of the clock
        await lead.forward()
        made = team.rows("select count(*) from delivery where kind = 'answer'")[0][0]
        if made == 5:
            break
    await team.until(lambda: team.unsettled() == [])


async def test_killed_in_mid_turn_the_next_process_answers_once(demo_settings: Settings) -> None:
    held = Holds("第一次只说了一半，", "不会有人看到。")
    async with listening() as endpoint:
        endpoint.script = [held, Says("谢谢，辛苦了！")]
        model = model_of(endpoint)
        async with company(demo_settings.model_copy(update={"model": model})) as team:
            async with team.serving() as process:
                await team.bind()
                team.types("wangwei", "谢谢，辛苦了，今天就先聊到这里")
                await team.until(lambda: team.told("第一次只说了一半，") > 0)
                await process.kill()
            await team.until(lambda: BOT not in team.emulator.hub.lines)
            (asked,) = [one for one in team.emulator.hub.asked.values() if "今天就先聊" in str(one.body)]
            async with team.serving():
                assert team.emulator.hub.again(asked)
                assert team.emulator.hub.again(asked)
                await team.until(lambda: team.told("谢谢，辛苦了！") > 0)
                await team.until(lambda: team.unsettled() == [])
            assert team.told("谢谢，辛苦了！") == 1
            assert team.told("不会有人看到") == 0
            assert team.rows("select attempt, state from turn where connector = 'wecom_bot'") == [(2, "done")]
