"""A bot of an office on the emulated platform, held as the product holds it, in the test's own process."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import psycopg

from agent.binding.door import OpenDoor
from agent.channels.answers import SaidOnce
from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.channels.holding import Holder, Rhythm
from agent.channels.judging import KeptJudgements
from agent.channels.team_chat import TeamChats
from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.wording import PushWords
from agent.guardrails.contacts import mask
from connectors.ports.channels import Pusher
from connectors.wecom.bot.keeping import BotKeeper, Lines
from connectors.wecom.bot.pushing import BotPusher
from connectors.wecom.timing import LoopTime, Time
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.server import Emulator
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.bindings import ChatKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.clock import SystemClock
from memory.domain.deliveries import DELIVERIES
from memory.domain.ids import ChannelId
from memory.domain.lines import Line
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX, DAY, PushShop
from tests.connectors.wecom.lines import after, live
from tests.support.database import lies_back
from tests.support.office_queries import OfficeQueries

BOT_ID = "AIBOT1"
PATIENCE_SECONDS = 30
QUICK = Rhythm(rows=0.05, lock=0.05, deliver=0.2, state=0.05)


@dataclass
class Stand:
    """An office, and the bot of its team on the platform."""

    shop: PushShop
    emulator: Emulator
    others: dict[ChannelKind, Pusher] = field(default_factory=dict)
    time: Time = field(default_factory=LoopTime)

    @property
    def bot_secret(self) -> str:
        """As WeCom shows it."""
        return self.emulator.platform.corp.bots[BOT_ID].secret

    def platform_now(self) -> datetime:
        """The platform's own time, as a machine whose clock is right has it."""
        return datetime.fromtimestamp(self.emulator.platform.clock.now, UTC)

    async def after(self, seconds: float, holds: Callable[[], bool], *, step: float = 0.5) -> None:
        """Move the platform's clock until it holds, by at most so many of its seconds; rows keep up."""
        await after(self.emulator, seconds, holds, step=step, beside=self.shop.office.now)

    async def passes(self, seconds: float) -> None:
        """The platform's time goes on; rows keep up."""
        await live(self.emulator, seconds, beside=self.shop.office.now)

    async def process(self, database: Database | None = None) -> "HoldingProcess":
        """One more process of the product; it holds nothing before `holding`."""
        own = database or self.shop.database
        lines: Lines = {}
        words = texts()
        clock = SystemClock()
        talk = await open_talk(self.shop.office, self.shop.office.anna)
        bot = BotPusher(lines, TeamChats(own).of, TeamChats(own).deciders, self.emulator.ws_url, self.platform_now)
        pushers: dict[ChannelKind, Pusher] = {ChannelKind.WECOM_BOT: bot, **self.others}
        keeper = BotKeeper(
            self.emulator.ws_url, lines, talk.desk, OfficeQueries(talk, own), OpenDoor(own, BOX, words), SaidOnce(own),
            KeptJudgements(own),
            words.say, mask, clock.now, self.time,
        )  # fmt: skip
        post = Post(own, pushers, BOX, PushWords(words).say, DAY)

        async def deliver() -> None:
            await deliver_due(post)

        keepers = {ChannelKind.WECOM_BOT: keeper}
        holder = Holder(own, own.leadership, keepers, BOX, deliver, lambda: own.wakeups.bell(DELIVERIES), QUICK)
        doctor = ChannelDoctor(own, BOX, pushers, keepers, own.leadership)
        return HoldingProcess(holder, ChannelForms(BOX, words, pushers), lines, doctor, bot)

    async def bind(self, channel: ChannelId, user: str, who: Scope, *, group: str = "") -> None:
        """Say who a user is; and what their group, or their own chat, is about."""
        office = self.shop.office
        async with self.shop.database.unit(office.owner) as unit:
            identity = await unit.bindings.bind_person(channel, user=user, user_name=user, member=who.member)
            if group and await unit.bindings.binding(channel, group) is None:
                await unit.bindings.bind_chat(
                    channel, chat=group, kind=ChatKind.GROUP, brand=office.brand, by=office.owner.member
                )
            if not group:
                await unit.bindings.bind_chat(
                    channel, chat=user, kind=ChatKind.DIRECT, brand=office.brand, by=office.owner.member,
                    identity=identity,
                )  # fmt: skip

    async def line(self, channel: ChannelId) -> Line | None:
        """How the row says that the connection stands."""
        async with self.shop.database.across_tenants("test") as work:
            return await work.lines.of(channel)

    def said(self, chat: str) -> list[Message]:
        """What the bot said in a chat."""
        return [message for message in self.emulator.platform.chats.of(chat) if message.sender == BOT_ID]

    def subscriptions(self) -> int:
        """How often somebody subscribed."""
        return len(self.emulator.platform.records.of("aibot/aibot_subscribe"))


@dataclass
class HoldingProcess:
    """What one process has of the product's channels."""

    holder: Holder
    forms: ChannelForms
    lines: Lines
    doctor: ChannelDoctor
    pusher: BotPusher

    async def save(
        self,
        stand: Stand,
        channel: ChannelId | None = None,
        *,
        active: bool = True,
        name: str = "达人助手",
        secret: str | None = None,
    ) -> ChannelId:
        """What a lead types on the channels page; the secret as WeCom shows it unless said otherwise."""
        typed = {"bot_id": BOT_ID, "bot_secret": stand.bot_secret if secret is None else secret}
        form = SaveChannel(
            id=channel, of=ChannelKind.WECOM_BOT, name=name, brand=stand.shop.office.brand, active=active, typed=typed
        )
        async with stand.shop.database.unit(stand.shop.office.lead) as unit:
            await self.forms.carry_out(unit, form)
            return next(one.id for one in await unit.channels.all() if one.name == name)


@asynccontextmanager
async def dying(process: HoldingProcess) -> AsyncIterator["asyncio.Task[None]"]:
    """A process that holds what it can; cancelling the task is its death."""

    async def hold() -> None:
        async with process.holder.holding():
            await asyncio.Event().wait()

    task = asyncio.create_task(hold())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(holds: Callable[[], bool]) -> None:
    """Return once it holds, looked at with every turn of the loop; real time passes meanwhile."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        is_so = holds()
        while not is_so:
            await asyncio.sleep(0)
            is_so = holds()


async def until_true(holds: Callable[[], Awaitable[bool]]) -> None:
    """The same for what has to be read from rows."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        is_so = await holds()
        while not is_so:
            await asyncio.sleep(0)
            is_so = await holds()


async def rest_is_over(line: psycopg.Connection, *, rests: bool) -> None:
    """The minute for which a busy channel is left alone, which is the machine's; `rests`: it is still to begin.

    It begins behind the end of its try, and whoever holds the channel's row keeps its time.
    """
    if rests:
        await until(lambda: _is_resting(line))
    while _is_resting(line):
        lies_back(line, "channel_setting")


def _is_resting(line: psycopg.Connection) -> bool:
    return bool(line.execute("select 1 from channel_setting where paused_until > clock_timestamp()").fetchall())
