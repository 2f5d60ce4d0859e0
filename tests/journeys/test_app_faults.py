"""What can go wrong with an app's own calls, raised against the running app: nothing lost, nothing twice, told."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from time import monotonic

import httpx
import psycopg
import pytest
from fastapi import FastAPI

from agent.binding.door import OpenDoor
from agent.channels.answers import SaidOnce
from agent.channels.callbacks import KeyedPaths
from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.channels.holding import Holder
from agent.channels.inbox import GroupedInbox
from agent.channels.pacing import CountedPaces
from agent.channels.safe import SealedSafe
from agent.channels.team_chat import TeamChats
from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.rules import MOST_ATTEMPTS
from agent.deliveries.wording import PushWords
from agent.desk import cannot_wait
from connectors.wecom.app.callbacks import ADDRESS, AppCallbacks
from connectors.wecom.app.channel import AppChannel
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.keeping import AppKeeper
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.probe import CallbackProbe
from connectors.wecom.app.pushing import AppPusher
from connectors.wecom.app.taking import Taking
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.tokens import Tokens
from connectors.wecom.calls import Calls
from evals.emulators.serving import serving
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator, running
from evals.suites.talking import open_talk
from memory.domain.channel_forms import SaveChannel, TestChannel
from memory.domain.deliveries import DELIVERIES
from memory.domain.ids import ChannelId
from prompts.render import texts
from tests.agent.deliveries.conftest import APP, BOX, DAY, PushShop, shop
from tests.connectors.wecom.apps import AGENT, app_of
from tests.connectors.wecom.lines import VirtualTime, live, plan
from tests.support.bots import PATIENCE_SECONDS, QUICK, Stand, until
from tests.support.office_queries import OfficeQueries

__all__ = ["shop"]
pytestmark = [pytest.mark.journey, pytest.mark.timeout(120)]

SENDS, TOKENS = "message/send", "gettoken"
SOON = 1.0  # real seconds a call is waited for, where the platform's stand still
DONE, UNCLEAR = ("delivered", None), ("unknown", "channel_unclear")
SILENT = ("http_500", "delay", "drop_before", "drop_after", "slow_body", "bad_json")
BUSY = {"errcode": "channel_busy", "quota_exhausted": "channel_too_often"}
NOT_TAKEN = frozenset({"http_500", "drop_before"})


@dataclass
class Struck:
    """An office whose app is up, a member bound to it."""

    shop: PushShop
    emulator: Emulator
    forms: ChannelForms
    doctor: ChannelDoctor
    app: ChannelId

    def strike(self, name: str, endpoint: str = SENDS, *, times: int = 1) -> None:
        """Let it go wrong; what is slow takes a minute."""
        plan(self.emulator, FaultKind(name), endpoint, seconds=60, times=times)

    async def says(self) -> None:
        """The member types a command, which is acknowledged."""
        self.emulator.phone.says_to_app("lina", "停", agentid=AGENT)
        await until(lambda: self.emulator.callbacks.deliveries[-1].acknowledged)

    def told(self) -> list[str]:
        """What the app said to them."""
        chat = self.emulator.platform.chats.of(private(str(AGENT), "lina"))
        return [one.content for one in chat if one.sender == str(AGENT)]

    async def push(self) -> None:
        """Something nobody asked for."""
        async with self.shop.database.unit(self.shop.office.lead) as unit:
            await self.forms.carry_out(unit, TestChannel(channel=self.app))

    def pause_ends(self) -> None:
        """The minute is over for which a busy channel is left alone; it is the machine's."""
        with psycopg.connect(self.shop.database.url) as line:
            line.execute("set local role daren_service")
            line.execute("update channel_setting set paused_until = null")

    async def settled(self, *rows: tuple[str, str | None]) -> None:
        """Return once deliveries stand like this, oldest first."""
        await until(lambda: self.shop.rows() == list(rows))

    async def settled_in_time(self, *rows: tuple[str, str | None]) -> None:
        """The same while the platform's time goes on."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self.shop.rows() != list(rows):
                await live(self.emulator, 1)

    async def named(self) -> list[tuple[str, str]]:
        """What the channels page says went wrong."""
        async with self.shop.database.unit(self.shop.office.lead) as unit:
            lost = await unit.pushes.undelivered()
        return [(str(one.state), one.reason.key if one.reason else "") for one in lost]

    async def found(self) -> Sequence[str]:
        """What the doctor finds."""
        return [one.failure.text_key for one in await self.doctor.look() if one.failure is not None]


@pytest.fixture
async def struck(shop: PushShop) -> AsyncIterator[Struck]:
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(running())
        http = await stack.enter_async_context(httpx.AsyncClient(trust_env=False, timeout=SOON))
        database, words, time = shop.database, texts(), VirtualTime(emulator.platform.clock)

        def now() -> datetime:
            return datetime.fromtimestamp(emulator.platform.clock.now, UTC)

        safe, paths = SealedSafe(database, BOX, now), KeyedPaths(database, BOX, monotonic)
        calls, notes = Calls(emulator.base_url, http=http), Notes(safe, now)
        client = AppClient(calls, Tokens(calls, safe, now), notes)
        door = OpenDoor(database, BOX, words)
        talk = await open_talk(shop.office, shop.office.anna)
        desk = talk.desk
        telling = AppTelling(desk, SaidOnce(database), words.say, time, OfficeQueries(talk, database))
        inbox = GroupedInbox(database, BOX, now)
        stack.push_async_callback(inbox.aclose)
        taking = Taking(inbox, cannot_wait, 8)
        apps = AppChannel(desk, door, telling, client, safe, words.say, Random(5), taking, CountedPaces(database))
        stack.push_async_callback(apps.stop)
        web = FastAPI()
        web.include_router(AppCallbacks(paths, apps, notes, now).router())
        address = await stack.enter_async_context(serving(web))
        probe = CallbackProbe(address, paths, now, through_proxy=False)
        pushers = {APP: AppPusher(client, safe, TeamChats(database).people, probe, words.say, CountedPaces(database))}
        post = Post(database, pushers, BOX, PushWords(words).say, DAY)

        async def deliver() -> None:
            await deliver_due(post)

        keepers = {APP: AppKeeper(apps, now)}
        holder = Holder(
            database, database.leadership, keepers, BOX, deliver, lambda: database.wakeups.bell(DELIVERIES), QUICK
        )
        forms, doctor = ChannelForms(BOX, words, pushers), ChannelDoctor(database, BOX, pushers)
        channel = await saved(shop, emulator, forms)
        app_of(emulator).callback.url = f"{address}{ADDRESS}{paths.path(channel)}"
        await Stand(shop, emulator).bind(channel, "lina", shop.office.anna)
        assert (await emulator.callbacks.verify_url(app_of(emulator))).passed
        await stack.enter_async_context(holder.holding())
        yield Struck(shop, emulator, forms, doctor, channel)


async def saved(shop: PushShop, emulator: Emulator, forms: ChannelForms) -> ChannelId:
    """The app as a lead types it."""
    app, corp = app_of(emulator), emulator.platform.corp
    typed = {
        "corp_id": corp.corpid, "agent_id": str(AGENT), "app_secret": app.secret,
        "token": app.callback.token, "aes_key": app.callback.aes_key,
    }  # fmt: skip
    async with shop.database.unit(shop.office.lead) as unit:
        await forms.carry_out(unit, SaveChannel(of=APP, name="应用", brand=shop.office.brand, typed=typed))
        return next(one.id for one in await unit.channels.all() if one.kind is APP)


async def a_token_that_does_not_come_is_asked_for_again(struck: Struck, name: str) -> None:
    struck.strike(name, TOKENS)
    await struck.says()
    await struck.settled_in_time(DONE)
    assert (len(struck.told()), await struck.named()) == (1, [])


async def the_doctor_says_what_it_is_and_when_it_is_over(struck: Struck, name: str) -> None:
    struck.strike(name, "getcallbackip")
    assert await struck.found() == [BUSY.get(name, "channel_unclear")]
    assert await struck.found() == []


@pytest.mark.parametrize("name", SILENT)
async def test_what_nobody_confirmed_is_named_and_comes_no_second_time(struck: Struck, name: str) -> None:
    await a_token_that_does_not_come_is_asked_for_again(struck, name)
    struck.strike(name)
    await struck.says()
    await struck.settled(DONE, UNCLEAR)
    struck.strike(name)
    await struck.push()
    await struck.settled(DONE, UNCLEAR, UNCLEAR)
    assert await struck.named() == [UNCLEAR, UNCLEAR]
    # The platform knows a push that comes again; words it would say twice.
    struck.shop.rest_no_longer()
    await struck.shop.office.move_clock(timedelta(hours=1))
    await struck.settled(DONE, UNCLEAR, DONE)
    await live(struck.emulator, 61, step=5)
    assert await struck.named() == [UNCLEAR]
    assert len(struck.told()) == (2 if name in NOT_TAKEN else 3)
    await the_doctor_says_what_it_is_and_when_it_is_over(struck, name)


@pytest.mark.parametrize(("name", "then"), [("quota_exhausted", DONE), ("ip_not_allowed", UNCLEAR)])
async def test_what_arrived_unconfirmed_comes_no_second_time_whatever_its_repetition_meets(
    struck: Struck, name: str, then: tuple[str, str | None]
) -> None:
    struck.strike("drop_after")
    await struck.push()
    await struck.settled(UNCLEAR)
    sends = struck.emulator.platform.records.of
    for end, calls in ((UNCLEAR, 2), (then, 3 if then == DONE else 2)):
        if end == UNCLEAR:
            struck.strike(name)
        struck.pause_ends()
        struck.shop.rest_no_longer()
        await struck.shop.office.move_clock(timedelta(minutes=2))
        await until(lambda calls=calls: len(sends(SENDS)) == calls)  # type: ignore[misc]  # a default keeps its value
        await struck.settled(end)
    assert (len(struck.told()), len(struck.shop.tries())) == (1, 1)
    assert await struck.named() == ([] if then == DONE else [UNCLEAR])


@pytest.mark.parametrize("name", BUSY)
async def test_what_a_busy_platform_did_not_take_comes_later_and_once(struck: Struck, name: str) -> None:
    await a_token_that_does_not_come_is_asked_for_again(struck, name)
    struck.strike(name)
    await struck.says()
    await struck.settled_in_time(DONE, DONE)
    struck.strike(name)
    await struck.push()
    await struck.settled(DONE, DONE, ("waiting", BUSY[name]))
    struck.pause_ends()
    await struck.shop.office.move_clock(timedelta(minutes=2))
    await struck.settled(DONE, DONE, DONE)
    assert (len(struck.told()), await struck.named()) == (3, [])
    await the_doctor_says_what_it_is_and_when_it_is_over(struck, name)


@pytest.mark.parametrize("name", BUSY)
async def test_a_platform_that_stays_busy_is_named_and_found(struck: Struck, name: str) -> None:
    struck.strike(name, "*", times=0)
    await struck.says()
    async with asyncio.timeout(60):
        while struck.shop.rows() != [("refused", BUSY[name])]:
            await live(struck.emulator, 5, step=5)
            if struck.shop.rows() == [("waiting", BUSY[name])]:
                await struck.shop.office.move_clock(timedelta(minutes=1))
    assert len(struck.shop.tries()) == MOST_ATTEMPTS
    assert (await struck.named(), struck.told()) == ([("refused", BUSY[name])], [])
    assert await struck.found() == [BUSY[name]]
