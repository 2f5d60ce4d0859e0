"""The job of a group, its process killed at every stage: each message handled once, each answer told once or named."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from agent.bootstrap import installed
from agent.settings import Settings
from evals.emulators.real_time import keep_time
from evals.emulators.wecom.bot.hub import Asked, Kind
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import running
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.channels import ChannelKind
from memory.domain.chat import MoveDemoClock
from prompts.render import texts
from tests.journeys.test_bot_in_a_group import BOT, BotCompany, is_shortlist
from tests.support import gates
from tests.support.companies import MOST_MOVES, QUESTION, USERS, stopped, told
from tests.support.forked import Forked, serving
from tests.support.hourglass import ACK_SECONDS, STEP_SECONDS, Hourglass
from tests.support.product import make_everybody_talkative, person, stop_keeper

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

DRAFTS = 9  # so many fill more than one message of full texts
PIECE = 12  # characters of a secret that say too much of it
_FULL_TEXTS = re.compile(r"「[A-Z]+\d+#\d+」")


@dataclass
class Mortal(BotCompany):
    """A company whose process is killed again and again."""

    glass: Hourglass

    @asynccontextmanager
    async def living(self) -> AsyncIterator[Forked]:
        """The next process, with the bot connected."""
        async with serving(self.environment, log=self.log) as process:
            await self.until(lambda: BOT in self.emulator.hub.lines)
            yield process
        await self.until(lambda: BOT not in self.emulator.hub.lines)

    def heard(self) -> list[Asked]:
        """What people typed and pressed, each once."""
        asked = {
            one.body["msgid"]: one for one in self.emulator.hub.asked.values() if one.kind in (Kind.MESSAGE, Kind.CARD)
        }
        return list(asked.values())

    async def taken_over(self) -> None:
        """Everything comes twice once more, leases of the dead end, the minute's sweep: then nothing is left to do."""
        for asked in self.heard():
            assert self.emulator.hub.again(asked)
            assert self.emulator.hub.again(asked)
        with psycopg.connect(self.books.database.url) as line:
            line.execute("set local role daren_service")
            for ledger in ("delivery_try", "send"):
                line.execute(f"update {ledger} set lease_until = clock_timestamp() where state = 'claimed'".encode())
        await self.books.workshop.sweep()
        await self.until(lambda: self.handled() == self.typed() and self.open_work() == 0)

    def typed(self) -> int:
        """How many messages people typed but those that bound."""
        return sum(one.kind is Kind.MESSAGE for one in self.heard()) - len(USERS) - 1

    def handled(self) -> int:
        """How many of them are stored."""
        ((count,),) = self.rows("select count(distinct outside_id) from turn where connector = 'wecom_bot'")
        return int(str(count))

    def open_work(self) -> int:
        """Turns, deliveries and sends that are under way."""
        ((count,),) = self.rows(
            "select (select count(*) from turn where state in ('queued', 'running'))"
            " + (select count(*) from delivery where kind in ('reply', 'answer') and state in ('waiting', 'claimed'))"
            " + (select count(*) from send where state in ('claimed', 'unknown'))"
        )
        return int(str(count))

    def texts(self) -> list[Message]:
        """What stands in the group as said: no stream that was cut off, no card."""
        return [one for one in self.said() if one.state is not State.STREAMING and one.card is None]

    def cards(self) -> list[Message]:
        """Cards of drafts, oldest first."""
        return [one for one in self.said() if one.card and not one.card["task_id"].startswith("plan-")]


Stage = Callable[[Mortal], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def a_message_is_stored(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="turn_event", moment="insert", condition="new.kind = 'started'"
    ) as gate:
        team.types("zhaomin", QUESTION)
        await team.until(gate.is_reached)
        assert team.rows("select state, attempt from turn where connector = 'wecom_bot'") == [("queued", 0)]
        yield
    assert not any(is_shortlist(one) for one in team.said())


@asynccontextmanager
async def an_answer_has_begun(team: Mortal) -> AsyncIterator[None]:
    assert sum(is_shortlist(one) for one in team.said()) == 1
    with gates.closed(team.books.database.url, table="turn", moment="update", condition="new.state = 'done'") as gate:
        team.types("zhaomin", "找20个美国做宠物用品的达人")
        await team.until(lambda: gate.is_reached() and team.said()[-1].state is State.STREAMING)
        yield


@asynccontextmanager
async def the_full_texts_are_half_told(team: Mortal) -> AsyncIterator[None]:
    assert sum(is_shortlist(one) for one in team.said()) == 2
    team.glass.stop_when = lambda: any(_FULL_TEXTS.search(one.content) for one in team.said())
    team.types("zhaomin", f"给前{DRAFTS}个写邀约，佣金18%，可以寄样")
    await team.until(lambda: team.glass.stands)
    assert team.cards() == []
    yield
    team.glass.turn()


@asynccontextmanager
async def the_card_is_there(team: Mortal) -> AsyncIterator[None]:
    ((code,),) = team.rows("select code from batch")
    assert team.cards() == []
    team.glass.stop_when = lambda: bool(team.cards())
    team.types("wangwei", f"批准 {code} 1-{DRAFTS}")
    await team.until(lambda: team.glass.stands)
    assert team.rows("select count(*) from decision") == [(0,)]
    yield
    team.glass.turn()


@asynccontextmanager
async def a_click_is_decided_and_its_card_is_not_changed(team: Mortal) -> AsyncIterator[None]:
    (card,) = team.cards()
    silent = Fault(kind=FaultKind.WS_HALF_OPEN, endpoint="aibot/aibot_respond_update_msg")
    team.emulator.platform.faults.add(silent)
    team.emulator.phone.presses("wangwei", card.message_id, _key(card, "approve"))
    await team.until(lambda: team.rows("select count(*) from decision") == [(DRAFTS,)])
    assert "replace_text" not in (card.card or {})
    yield


@asynccontextmanager
async def sends_are_planned(team: Mortal) -> AsyncIterator[None]:
    assert team.told(f"已批准 1-{DRAFTS}") == 1
    (card,) = team.cards()
    assert "replace_text" in (card.card or {})
    assert team.rows("select count(*) from outreach_step where state = 'planned'") == [(DRAFTS,)]
    yield


@asynccontextmanager
async def a_message_is_sent(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="send", moment="update", condition="new.state = 'accepted'"
    ) as gate:
        await team.books.desk.submit(team.people["lina"].scope, MoveDemoClock())
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from send where state = 'claimed'") != [(0,)]
        yield


@asynccontextmanager
async def an_answer_is_recorded(team: Mortal) -> AsyncIterator[None]:
    of_answers = "exists (select from delivery d where d.id = new.delivery_id and d.kind = 'answer')"
    with gates.closed(team.books.database.url, table="delivery_try", moment="insert", condition=of_answers) as gate:
        for _ in range(MOST_MOVES):
            if gate.is_reached():
                break
            await team.forward()
        await team.until(gate.is_reached)
        assert team.told("＠") == 0
        yield


@asynccontextmanager
async def a_push_is_handed_over(team: Mortal) -> AsyncIterator[None]:
    told = team.told("＠")
    assert told > 0
    team.glass.stop_when = lambda: team.told("＠") > told
    for _ in range(MOST_MOVES):
        await team.books.desk.submit(team.people["lina"].scope, MoveDemoClock())
        await team.until(lambda: team.glass.stands or (not team.is_sending() and team.open_work() == 0))
        if team.glass.stands:
            break
    assert team.glass.stands
    yield
    team.glass.turn()


STAGES: tuple[Stage, ...] = (
    a_message_is_stored,
    an_answer_has_begun,
    the_full_texts_are_half_told,
    the_card_is_there,
    a_click_is_decided_and_its_card_is_not_changed,
    sends_are_planned,
    a_message_is_sent,
    an_answer_is_recorded,
    a_push_is_handed_over,
)


def _key(card: Message, verb: str) -> str:
    buttons = (card.card or {})["button_list"]
    return str(next(button["key"] for button in buttons if button["key"].startswith(f"{verb}:")))


@asynccontextmanager
async def mortal(settings: Settings, log: Path) -> AsyncIterator[Mortal]:
    """The demo's team, its people and group bound, and no process yet."""
    async with AsyncExitStack() as stack:
        platform = Platform(start=time.time(), rules=Rules(ack_seconds=ACK_SECONDS))
        emulator = await stack.enter_async_context(running(platform))
        glass = Hourglass(platform)
        ticking = asyncio.create_task(keep_time(platform.clock, goes=glass.goes, most=STEP_SECONDS))
        stack.push_async_callback(stopped, ticking)
        books = await stack.enter_async_context(installed(settings))
        stack.push_async_callback(stop_keeper, books)
        people = {user: await person(books, login=login) for user, login in USERS.items()}
        yield Mortal(emulator, books, people, told(settings, emulator, lost_seconds=2.0), log, glass)


async def test_killed_at_every_stage_a_group_hears_everything_once(demo_settings: Settings, tmp_path: Path) -> None:
    async with mortal(demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        await team.set_up()
        async with team.living():
            await team.bind()
        for stage in STAGES:
            async with team.living() as process:
                await team.taken_over()
                once(team, stage.__name__)
                async with stage(team):
                    await process.kill()
        async with team.living():
            await team.taken_over()
            once(team, "the end")
            await everything_else_that_is_secret(team)
        handles = [str(handle) for (handle,) in team.rows(_ANSWERED)]
        assert {handle: team.told(f"＠{handle}（") for handle in handles} == dict.fromkeys(handles, 1)
        with psycopg.connect(team.books.database.url) as line:
            assert line.execute(_SENT_TWICE).fetchone() == (0, DRAFTS)
        page = await team.books.queries.channels(team.people["lina"].scope)
        lost = Counter((str(one.kind), str(one.state), one.reason and one.reason.key) for one in page.undelivered)
        # Nobody knows what became of the last frame of each: the full texts, the card, the push.
        assert lost == {("reply", "unknown", "push_sender_gone"): 2, ("answer", "unknown", "push_sender_gone"): 1}
        assert secrets_in(team) == []


_ANSWERED = "select subject->>'handle' from delivery where kind = 'answer' and state in ('delivered', 'unknown')"
_SENT_TWICE = "select count(*) - count(distinct number), count(distinct number) from playground.accepted"


def once(team: Mortal, where: str) -> None:
    """Nothing was handled or said twice so far."""
    assert team.rows("select count(*) from turn where connector = 'wecom_bot'") == [(team.typed(),)], where
    said = Counter(one.content for one in team.texts())
    bound = texts().template("bind_done_group", "zh").partition("{")[0]
    # a code that comes again is answered again: it changes nothing
    said = Counter({text: count for text, count in said.items() if not text.startswith(bound)})
    repeated = {text: count for text, count in said.items() if count > 1}
    assert repeated == {}, where
    assert team.rows("select count(*) - count(distinct draft_id) from decision where voided_at is null") == [(0,)], (
        where
    )


async def everything_else_that_is_secret(team: Mortal) -> None:
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


def secrets_in(team: Mortal) -> list[str]:
    """Secrets of which a piece stands in the log of any of the processes, all of which told everything they can."""
    log = team.log.read_text(encoding="utf-8")
    assert "wecom_bot.subscribed" in log
    assert "[debug" in log
    asked = team.emulator.hub.asked.values()
    keys = [str(one.body["file"]["aeskey"]) for one in asked if "file" in one.body]
    secrets = [team.emulator.platform.corp.bots[BOT].secret, *team.emulator.platform.corp.webhooks, *keys]
    assert len(secrets) == 3
    return [one for one in secrets if any(one[at : at + PIECE] in log for at in range(len(one) - PIECE + 1))]
