"""The whole job in a self-built app, each alone, with `daren serve` as its own processes, repetition and a crash."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from agent.bootstrap import Installation, installed
from agent.settings import Settings
from connectors.wecom.app.callbacks import ADDRESS
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.serve import keep_time
from evals.emulators.wecom.server import Emulator, running
from memory.domain.channel_forms import MakeBindCode, SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
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

AGENT = 1_000_002
DRAFT = "给前5个写邀约，佣金18%，可以寄样"
USERS = {"lina": "lead", "wangwei": "approver", "zhaomin": "operator"}


@dataclass
class Company:
    """A corp on the platform, and the books of its team. `log`: what its processes wrote."""

    emulator: Emulator
    books: Installation
    people: dict[str, Person]
    environment: dict[str, str]
    log: Path

    @property
    def app(self) -> App:
        """The corp's app."""
        return self.emulator.platform.corp.apps[AGENT]

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Running]:
        """`daren serve`, with its address saved in the console as an administrator saves it."""
        with self.log.open("ab") as log:
            async with daren("serve", environment=self.environment, stderr=log.fileno()) as process:
                address = await process.address()
                if not self.rows("select 1 from channel_setting"):
                    await self.set_up()
                ((channel,),) = self.rows("select id from channel_setting")
                assert isinstance(channel, int)
                path = self.books.app_callbacks.paths.path(ChannelId(channel))
                self.app.callback.url = f"{address}{ADDRESS}{path}"
                check = await self.emulator.callbacks.verify_url(self.app)
                assert check.passed, check
                yield process

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; looked at whenever something happens on the platform."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.emulator.platform.records.until(holds)
        except TimeoutError:
            shown = [f"{one.chat} {one.sender}: {one.content[:120]}" for one in self.emulator.platform.chats.messages]
            tail = self.log.read_text("utf-8")[-3_000:]
            pytest.fail(f"it never came to hold: {self.unsettled()}\n" + "\n".join(shown[-12:]) + f"\n{tail}")

    def said(self, user: str) -> list[Message]:
        """What the app said to somebody, oldest first."""
        return [one for one in self.emulator.platform.chats.of(private(str(AGENT), user)) if one.sender == str(AGENT)]

    def told(self, user: str, words: str) -> int:
        """How many of its messages to them hold these words."""
        return sum(words in message.content for message in self.said(user))

    def types(self, user: str, text: str) -> None:
        """In their own chat with the app."""
        self.emulator.phone.says_to_app(user, text, agentid=AGENT)

    async def card(self, user: str) -> Message:
        """The card of drafts they were sent, once it is there."""
        await self.until(lambda: bool(self.cards(user)))
        return self.cards(user)[0]

    def cards(self, user: str) -> list[Message]:
        """Their cards that decide drafts."""
        return [one for one in self.said(user) if one.card and key_of(one, user)]

    async def set_up(self) -> None:
        """The lead saves the app on the channels page."""
        lead, corp = self.people["lina"], self.emulator.platform.corp
        typed = {
            "corp_id": corp.corpid, "agent_id": str(AGENT), "app_secret": self.app.secret,
            "token": self.app.callback.token, "aes_key": self.app.callback.aes_key,
        }  # fmt: skip
        form = SaveChannel(of=ChannelKind.WECOM_APP, name=self.app.name, brand=lead.scope.brand, typed=typed)
        await self.books.desk.submit(lead.scope, form)

    async def bind(self) -> None:
        """Each with a code of the lead's, in their own chat."""
        for user, who in self.people.items():
            form = MakeBindCode(member=who.scope.member, brand=self.people["wangwei"].scope.brand)
            found = CODE.search((await self.books.desk.submit(self.people["lina"].scope, form)).text)
            assert found is not None
            self.types(user, f"绑定 {found[0]}")
            await self.until(lambda user=user: bool(self.said(user)))  # type: ignore[misc]  # a default keeps its value

    def unsettled(self) -> list[tuple[object, ...]]:
        """What is not delivered yet."""
        return self.rows("select kind, state, reason_key from delivery where state not in ('delivered', 'dropped')")

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Straight from the tables."""
        with psycopg.connect(self.books.database.url) as line:
            line.execute("set local role daren_service")
            return line.execute(question.encode()).fetchall()


@asynccontextmanager
async def company(settings: Settings, log: Path, **environment: str) -> AsyncIterator[Company]:
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
            DAREN_WECOM_URL=emulator.base_url, DAREN_TEAM_HOURS=ALL_DAY, DAREN_LOG_LEVEL="DEBUG", **environment,
        )  # fmt: skip
        yield Company(emulator, books, people, told, log)


def key_of(message: Message, user: str) -> str:
    """The key that approves everything on a card as they have it; empty where there is none."""
    buttons = (message.card_of(user) or {}).get("button_list", [])
    return next((button["key"] for button in buttons if button["key"].startswith("approve:")), "")


def is_settled(message: Message, user: str) -> bool:
    """Whether their card can do nothing more."""
    return "replace_text" in (message.card_of(user) or {})


def links_to_a_page(message: Message) -> bool:
    """Whether it leads to a page of ours; the product's link in a draft is the seller's."""
    return "127.0.0.1" in message.content or "localhost" in message.content or "url" in str(message.cards)


def plan(emulator: Emulator, kind: FaultKind, **more: object) -> None:
    """Let callbacks go wrong."""
    emulator.platform.faults.add(Fault.model_validate({"kind": kind, "endpoint": "callback/app", **more}))


def no_secret_in(team: Company) -> None:
    """Whatever the processes logged, it was none of the app's secrets, tokens or codes, and no text of a chat."""
    log = team.log.read_text("utf-8")
    platform = team.emulator.platform
    secrets = {team.app.secret, team.app.callback.token, team.app.callback.aes_key}
    secrets |= {*platform.tokens.given, *team.emulator.sending.codes()}
    assert len(secrets) > 3
    assert [secret[:6] for secret in secrets if secret in log] == []
    assert QUESTION not in log
    assert "wecom_app" in log or "delivery.settled" in log


async def test_three_people_do_the_whole_job_each_alone_and_hear_everything_once(
    demo_settings: Settings, tmp_path: Path
) -> None:
    async with company(demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        plan(team.emulator, FaultKind.DUPLICATE_CALLBACK, copies=3, times=0)
        async with team.serving():
            await team.bind()
            team.types("zhaomin", QUESTION)
            await team.until(lambda: team.told("zhaomin", "1. **@") == 1)
            asked = team.emulator.callbacks.deliveries[-1]
            team.types("zhaomin", DRAFT)
            card = await team.card("zhaomin")
            before = "\n".join(one.content for one in team.said("zhaomin")[: team.said("zhaomin").index(card)])
            texts = [str(text) for (text,) in team.rows("select text from draft_version")]
            assert len(texts) == 5
            assert [text for text in texts if text not in before] == []
            ((code,),) = team.rows("select code from batch where id = (select max(id) from batch)")

            team.emulator.phone.presses("zhaomin", card.message_id, key_of(card, "zhaomin"))
            await team.until(lambda: team.told("zhaomin", "审批要由审批人或负责人来做") > 0)
            plan(team.emulator, FaultKind.REORDER_CALLBACKS, times=2)
            for user in ("lina", "wangwei"):
                team.types(user, f"{code} 里都有什么")
            team.emulator.callbacks.release()
            cards = {user: await team.card(user) for user in ("lina", "wangwei")}
            team.types("lina", f"批准 {code} 1-2")
            await team.until(lambda: team.told("lina", "已批准 1、2") > 0)
            team.emulator.phone.presses("wangwei", cards["wangwei"].message_id, key_of(cards["wangwei"], "wangwei"))
            await team.until(lambda: team.told("wangwei", "已批准 1-5") > 0)
            await team.until(lambda: team.unsettled() == [])
            await team.until(lambda: all(is_settled(one, user) for user, one in (cards | {"zhaomin": card}).items()))
            team.emulator.callbacks.again(asked)
        # The process is gone (as a crash leaves it); the next one sends, hears the creators, and tells everybody.
        async with team.serving():
            team.emulator.callbacks.again(asked)
            await answers(team)
            await team.until(lambda: all(one.over for one in team.emulator.callbacks.deliveries))
        handles = [
            str(handle) for (handle,) in team.rows("select subject->>'handle' from delivery where kind = 'answer'")
        ]
        assert len(handles) >= 5
        for user in USERS:
            assert {handle: team.told(user, f"＠{handle}（") for handle in handles} == dict.fromkeys(handles, 1)
        once = [("zhaomin", "审批要由"), ("zhaomin", "1. **@"), ("lina", "已批准 1、2"), ("wangwei", "已批准 1-5")]
        assert [team.told(user, words) for user, words in once] == [1, 1, 1, 1]
        turns = team.rows(
            "select m.reply->>'text' from turn t join message m on m.id = t.message_id where connector = 'wecom_app'"
        )
        asked_for = [QUESTION, DRAFT, f"{code} 里都有什么", f"{code} 里都有什么", f"批准 {code} 1-2"]
        assert sorted(str(text) for (text,) in turns) == sorted(asked_for)
        assert [state for (state,) in team.rows("select distinct state from delivery")] == ["delivered"]
        assert [one for one in team.emulator.platform.chats.messages if links_to_a_page(one)] == []
        assert team.emulator.sending.dropped == []
        no_secret_in(team)


async def answers(team: Company) -> None:
    """Move the demo's clock until every creator's answer was told."""
    lead = team.people["lina"]
    for _ in range(MOST_MOVES):
        await team.until(lambda: team.unsettled() == [])  # a push outlives no leap of the clock
        await lead.forward()
        if team.rows("select count(*) from delivery where kind = 'answer'") == [(5,)]:
            break
    await team.until(lambda: team.unsettled() == [])


async def test_killed_in_mid_turn_the_next_process_answers_once(demo_settings: Settings, tmp_path: Path) -> None:
    held = Holds("第一次只说了一半，", "不会有人看到。")
    async with listening() as endpoint:
        endpoint.script = [held, Says("谢谢，辛苦了！")]
        settings = demo_settings.model_copy(update={"model": model_of(endpoint)})
        async with company(settings, tmp_path / "log") as team:
            async with team.serving() as process:
                await team.bind()
                team.types("wangwei", "谢谢，辛苦了，今天就先聊到这里")
                await team.until(lambda: len(endpoint.asked) == 1)
                await process.kill()
            asked = team.emulator.callbacks.deliveries[-1]
            assert asked.acknowledged
            async with team.serving():
                team.emulator.callbacks.again(asked)
                team.emulator.callbacks.again(asked)
                await team.until(lambda: team.told("wangwei", "谢谢，辛苦了！") > 0)
                await team.until(lambda: team.unsettled() == [])
            assert team.told("wangwei", "谢谢，辛苦了！") == 1
            assert team.told("wangwei", "第一次只说了一半") == 0
            assert team.rows("select attempt, state from turn where connector = 'wecom_app'") == [(2, "done")]
            no_secret_in(team)
