"""The job of a group, its process killed at every stage: each message handled once, each answer told once or named."""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agent.settings import Settings
from evals.emulators.wecom.bot.hub import Asked, Kind
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.channels import ChannelKind
from tests.journeys.test_bot_in_a_group import BOT, GROUP, BotCompany, is_shortlist
from tests.support import gates
from tests.support.companies import QUESTION, USERS
from tests.support.mortals import DRAFTS, OF_REPLIES, Mortal, a_message_is_sent, an_answer_is_recorded, mortal
from tests.support.product import make_everybody_talkative

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

UPDATES = "aibot/aibot_respond_update_msg"
_FULL_TEXTS = re.compile(r"「[A-Z]+\d+#\d+」")


class MortalGroup(Mortal, BotCompany):
    """Reached over the bot."""

    connector = "wecom_bot"

    def heard(self) -> list[Asked]:
        """What people typed and pressed, each once."""
        asked = {
            one.body["msgid"]: one for one in self.emulator.hub.asked.values() if one.kind in (Kind.MESSAGE, Kind.CARD)
        }
        return list(asked.values())

    async def taken_over(self) -> None:
        """All comes three times more, latest first, while the next process takes over; then nothing is left to do."""
        for asked in list(reversed(self.heard())) * 3:
            assert self.emulator.hub.again(asked)
        await self.a_minute_passes()
        await self.nothing_is_left()

    def typed(self) -> int:
        """See `Mortal.typed`."""
        return sum(one.kind is Kind.MESSAGE for one in self.heard()) - len(USERS) - 1

    def texts(self) -> list[Message]:
        """What stands in the group as said: no stream that was cut off, no card."""
        return [one for one in self.said() if one.state is not State.STREAMING and one.card is None]

    def told(self, words: str, chat: str = GROUP) -> int:
        """How many of its messages hold these words; the steps that a killed process had shown are none."""
        return sum(words in one.content for one in self.said(chat) if one.state is not State.STREAMING)

    def pushed(self) -> int:
        """See `Mortal.pushed`."""
        return self.told("＠")

    def batch(self) -> str:
        """The code of the one there is."""
        ((code,),) = self.rows("select code from batch")
        return str(code)

    def before_a_reply_is_said(self) -> AbstractContextManager[gates.Gate]:
        """A gate before whoever is about to say what is owed in the chat."""
        return gates.closed(self.books.database.url, table="delivery_try", moment="insert", condition=OF_REPLIES)

    def cards(self) -> list[Message]:
        """Cards of drafts, oldest first."""
        return [one for one in self.said() if one.card and not one.card["task_id"].startswith("plan-")]


Stage = Callable[[MortalGroup], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def a_message_is_stored(team: MortalGroup) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="turn_event", moment="insert", condition="new.kind = 'started'"
    ) as gate:
        team.types("zhaomin", QUESTION)
        await team.until(gate.is_reached)
        assert team.rows("select state, attempt from turn where connector = 'wecom_bot'") == [("queued", 0)]
        yield
    assert not any(is_shortlist(one) for one in team.said())


@asynccontextmanager
async def an_answer_has_begun(team: MortalGroup) -> AsyncIterator[None]:
    assert sum(is_shortlist(one) for one in team.said()) == 1
    with gates.closed(team.books.database.url, table="turn", moment="update", condition="new.state = 'done'") as gate:
        team.types("zhaomin", "找20个美国做宠物用品的达人")
        await team.until(lambda: gate.is_reached() and team.said()[-1].state is State.STREAMING)
        yield


@asynccontextmanager
async def a_turn_is_over_and_its_answer_is_not_said(team: MortalGroup) -> AsyncIterator[None]:
    assert sum(is_shortlist(one) for one in team.said()) == 2
    with team.before_a_reply_is_said() as gate:
        team.types("lina", "有谁回我们了")  # two of Zhaomin's questions are open for the platform, and it takes three
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from turn where state <> 'done'") == [(0,)]
        yield


@asynccontextmanager
async def the_full_texts_are_half_told(team: MortalGroup) -> AsyncIterator[None]:
    assert team.told("回复") == 1
    team.glass.stop_when = lambda: any(_FULL_TEXTS.search(one.content) for one in team.said())
    team.types("zhaomin", f"给前{DRAFTS}个写邀约，佣金18%，可以寄样")
    await team.until(lambda: team.glass.stands)
    assert team.cards() == []
    yield
    team.glass.turn()


@asynccontextmanager
async def the_card_is_there(team: MortalGroup) -> AsyncIterator[None]:
    assert team.cards() == []
    team.glass.stop_when = lambda: bool(team.cards())
    team.types("wangwei", f"批准 {team.batch()} 1-{DRAFTS}")
    await team.until(lambda: team.glass.stands)
    assert team.rows("select count(*) from decision") == [(0,)]
    yield
    team.glass.turn()


@asynccontextmanager
async def a_third_member_is_refused_and_not_told(team: MortalGroup) -> AsyncIterator[None]:
    (card,) = team.cards()
    with team.before_a_reply_is_said() as gate:
        team.emulator.phone.presses("zhaomin", card.message_id, _key(card, "approve"))
        await team.until(gate.is_reached)
        assert "replace_text" in (card.card_of("zhaomin") or {})
        yield
    assert team.told("审批要由") == 0


@asynccontextmanager
async def a_typed_decision_is_not_said(team: MortalGroup) -> AsyncIterator[None]:
    (card,) = team.cards()
    assert [team.told("审批要由"), "replace_text" in (card.card or {})] == [1, False]
    with team.before_a_reply_is_said() as gate:
        team.types("lina", f"批准 {team.batch()} 1-2")
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from decision") == [(2,)]
        yield


@asynccontextmanager
async def a_click_is_decided_and_its_card_is_not_changed(team: MortalGroup) -> AsyncIterator[None]:
    (card,) = team.cards()
    assert team.told("已批准 1、2") == 1
    changed = len(team.emulator.platform.records.of(UPDATES))
    team.emulator.platform.faults.add(Fault(kind=FaultKind.WS_HALF_OPEN, endpoint=UPDATES))
    team.emulator.phone.presses("wangwei", card.message_id, _key(card, "approve"))
    await team.until(lambda: len(team.emulator.platform.records.of(UPDATES)) > changed)
    assert team.rows("select count(*) from decision") == [(2 + DRAFTS,)]
    assert "replace_text" not in (card.card or {})
    yield


@asynccontextmanager
async def sends_are_planned(team: MortalGroup) -> AsyncIterator[None]:
    (card,) = team.cards()  # the click that comes again is answered by no delivery: nothing else says when it was
    await team.until(lambda: team.told(f"已批准 1-{DRAFTS}") == 1 and "replace_text" in (card.card or {}))
    assert team.rows("select count(*) from outreach_step where state = 'planned'") == [(DRAFTS,)]
    yield


@asynccontextmanager
async def a_push_is_handed_over(team: MortalGroup) -> AsyncIterator[None]:
    pushed = team.pushed()
    assert pushed > 0
    team.glass.stop_when = lambda: team.pushed() > pushed
    await team.moves_on(until=lambda: team.glass.stands)
    yield
    team.glass.turn()


STAGES: tuple[Stage, ...] = (
    a_message_is_stored,
    an_answer_has_begun,
    a_turn_is_over_and_its_answer_is_not_said,
    the_full_texts_are_half_told,
    the_card_is_there,
    a_third_member_is_refused_and_not_told,
    a_typed_decision_is_not_said,
    a_click_is_decided_and_its_card_is_not_changed,
    sends_are_planned,
    a_message_is_sent,
    an_answer_is_recorded,
    a_push_is_handed_over,
)


def _key(card: Message, verb: str) -> str:
    buttons = (card.card or {})["button_list"]
    return str(next(button["key"] for button in buttons if button["key"].startswith(f"{verb}:")))


async def test_killed_at_every_stage_a_group_hears_everything_once(demo_settings: Settings, tmp_path: Path) -> None:
    async with mortal(MortalGroup, demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        await team.set_up()
        async with team.serving():
            await team.bind()
        for stage in STAGES:
            async with team.serving() as process:
                await team.taken_over()
                team.once(stage.__name__)
                async with stage(team):
                    await process.kill()
        async with team.serving():
            await team.taken_over()
            team.once("the end")
            await everything_else_that_is_secret(team)
        assert {handle: team.told(f"＠{handle}（") for handle in team.answered()} == dict.fromkeys(team.answered(), 1)
        team.require_sent_once()
        # Nobody knows what became of the last frame of each: the full texts, the card, the push.
        gone = "unknown", "push_sender_gone"
        assert await team.lost() == {("reply", *gone): 2, ("answer", *gone): 1}
        assert team.logged(secrets_of(team)) == []


async def everything_else_that_is_secret(team: MortalGroup) -> None:
    """A file with its key, a webhook with its own."""
    team.emulator.phone.sends_file_to_bot("zhaomin", "达人.csv", b"handle,market\nmia,US\n", bot_id=BOT)
    await team.until(lambda: any(one.card for one in team.said(private(BOT, "zhaomin"))))
    lead, (key,) = team.people["lina"].scope, team.emulator.platform.corp.webhooks
    address = f"{team.emulator.base_url}/cgi-bin/webhook/send?key={key}"
    await team.books.desk.submit(
        lead,
        SaveChannel(of=ChannelKind.WECOM_WEBHOOK, name="运营群", brand=lead.brand, typed={"address": address}),
    )
    (channel,) = (
        state.channel.id
        for state in (await team.books.queries.channels(lead)).channels
        if state.channel.name == "运营群"
    )
    await team.books.desk.submit(lead, TestChannel(channel=channel))
    hook = team.emulator.platform.corp.webhooks[key]
    await team.until(lambda: bool(team.emulator.platform.chats.of(hook.chatid)))


def secrets_of(team: MortalGroup) -> list[str]:
    """Everything that no log may say."""
    assert "wecom_bot.subscribed" in team.log.read_text(encoding="utf-8")
    asked = team.emulator.hub.asked.values()
    keys = [str(one.body["file"]["aeskey"]) for one in asked if "file" in one.body]
    secrets = [team.emulator.platform.corp.bots[BOT].secret, *team.emulator.platform.corp.webhooks, *keys]
    assert len(secrets) == 3
    return secrets
