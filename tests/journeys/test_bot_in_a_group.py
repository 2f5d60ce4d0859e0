"""The whole job in a WeCom group, with `daren serve` as its own processes, callbacks that come twice, and a crash."""

from pathlib import Path

import pytest

from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import Emulator
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from tests.support.companies import DRAFT, QUESTION, Company, founded, model_of
from tests.support.model_endpoint import Holds, Says, listening
from tests.support.product import make_everybody_talkative

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

BOT, GROUP = "AIBOT1", "CH1"


class BotCompany(Company):
    """Reached over the bot, in a group and alone."""

    async def reached(self) -> None:
        """Its bot is connected."""
        await self.until(lambda: BOT in self.emulator.hub.lines)

    async def left(self) -> None:
        """Its line is closed."""
        await self.until(lambda: BOT not in self.emulator.hub.lines)

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


def twice(emulator: Emulator) -> None:
    """From now on every callback comes twice."""
    fault = Fault(kind=FaultKind.DUPLICATE_CALLBACK, endpoint="callback/bot", copies=2, times=0)
    emulator.platform.faults.add(fault)


async def test_a_group_does_the_whole_job_and_hears_everything_once(demo_settings: Settings, tmp_path: Path) -> None:
    async with founded(BotCompany, demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        twice(team.emulator)
        async with team.serving():
            await team.bind()
            team.types("zhaomin", QUESTION)
            await team.until(
                lambda: any(one.state is State.FINISHED and "1. **@" in one.content for one in team.said())
            )
            team.types("zhaomin", DRAFT)
            await team.until(lambda: any(one.card for one in team.said()))
            card = next(one for one in team.said() if one.card)
            key = next(button["key"] for button in card.card["button_list"] if button["key"].startswith("approve:"))  # type: ignore[index]  # it has one

            team.emulator.phone.presses("zhaomin", card.message_id, key)
            await team.until(lambda: team.told("审批") > 0)
            team.types("wangwei", "批准 1-2")
            await team.until(lambda: team.told("已批准 1、2") > 0)
            team.emulator.phone.presses("lina", card.message_id, key)
            await team.until(lambda: team.told("已批准 1-5") > 0)
            await team.a_minute_passes()
            await team.until(lambda: team.unsettled() == [])
        # The process is gone (as a crash leaves it); the next one sends, hears the creators, and tells the group.
        async with team.serving():
            await team.hear_creators(5)
        assert [team.told(words) for words in ("已批准 1、2", "已批准 1-5")] == [1, 1]
        handles = [handle for (handle,) in team.rows("select subject->>'handle' from delivery where kind = 'answer'")]
        assert len(handles) >= 5
        assert {handle: team.told(f"＠{handle}（") for handle in handles} == dict.fromkeys(handles, 1)
        assert team.rows("select state, count(*) from delivery group by state") == [("delivered", len(handles) + 5)]
        assert team.rows("select count(*) from turn where connector = 'wecom_bot'") == [(3,)]


def is_shortlist(message: Message) -> bool:
    return message.state is State.FINISHED and "1. **@" in message.content


async def test_killed_in_mid_turn_the_next_process_answers_once(demo_settings: Settings, tmp_path: Path) -> None:
    held = Holds("第一次只说了一半，", "不会有人看到。")
    async with listening() as endpoint:
        endpoint.script = [held, Says("谢谢，辛苦了！")]
        settings = demo_settings.model_copy(update={"model": model_of(endpoint)})
        async with founded(BotCompany, settings, tmp_path / "log") as team:
            async with team.serving() as process:
                await team.bind()
                team.types("wangwei", "谢谢，辛苦了，今天就先聊到这里")
                await team.until(lambda: team.told("第一次只说了一半，") > 0)
                await process.kill()
            (asked,) = [one for one in team.emulator.hub.asked.values() if "今天就先聊" in str(one.body)]
            async with team.serving():
                assert team.emulator.hub.again(asked)
                assert team.emulator.hub.again(asked)
                await team.until(lambda: team.told("谢谢，辛苦了！") > 0)
                await team.until(lambda: team.unsettled() == [])
            assert team.told("谢谢，辛苦了！") == 1
            assert team.told("不会有人看到") == 0
            assert team.rows("select attempt, state from turn where connector = 'wecom_bot'") == [(2, "done")]
