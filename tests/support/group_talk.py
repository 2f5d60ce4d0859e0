"""The whole product in the test's own process with its bot on the emulated platform: people type, the test reads."""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass

import psycopg

from agent.bootstrap import Installation
from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.corp import Bot, Group, User
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.serve import keep_time
from evals.emulators.wecom.server import Emulator, running
from memory.domain.bindings import ChatKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Scope
from tests.support.product import at_work

PATIENCE_SECONDS = 90
LOOKS_EVERY = 0.1  # rows change without the platform's doing


@dataclass(frozen=True)
class Seat:
    """Somebody in a chat with a bot. `group`: empty for their own chat."""

    bot_id: str
    user: str
    group: str = ""

    @property
    def chat(self) -> str:
        """The conversation's name on the platform."""
        return self.group or private(self.bot_id, self.user)


@dataclass
class GroupTalk:
    """A product at work, and everybody's phones."""

    emulator: Emulator
    daren: Installation
    line: psycopg.Connection

    async def bot(self, lead: Scope, bot_id: str = "AIBOT1", *, name: str = "达人助手") -> ChannelId:
        """A lead sets a bot up; it is connected."""
        corp = self.emulator.platform.corp
        bot = corp.bots.setdefault(bot_id, Bot(bot_id, name, f"secret-of-{bot_id}-0123456789abcdef"))
        typed = {"bot_id": bot_id, "bot_secret": bot.secret}
        await self.daren.desk.submit(lead, SaveChannel(of=ChannelKind.WECOM_BOT, name=name, brand=None, typed=typed))
        await self.until(lambda: bot_id in self.emulator.hub.lines)
        found = (await self.daren.queries.channels(lead)).channels
        return next(state.channel.id for state in found if state.channel.name == name)

    async def seat(self, channel: ChannelId, seat: Seat, who: Scope) -> None:
        """A member of the corp, bound: to their own chat, or to the group they sit in."""
        corp = self.emulator.platform.corp
        corp.users.setdefault(seat.user, User(seat.user, seat.user))
        if seat.group:
            group = corp.groups.setdefault(seat.group, Group(seat.group, seat.group, [], [seat.bot_id]))
            group.members.append(seat.user)
        async with self.daren.database.unit(who) as unit:
            identity = await unit.bindings.bind_person(channel, user=seat.user, user_name=seat.user, member=who.member)
            await unit.bindings.bind_chat(
                channel, chat=seat.group or seat.user, kind=ChatKind.GROUP if seat.group else ChatKind.DIRECT,
                brand=who.brand, by=who.member, identity=None if seat.group else identity,
            )  # fmt: skip

    async def ask(self, seat: Seat, text: str) -> list[Message]:
        """Type, and read everything that is said until nothing is left to say."""
        before = len(self.said(seat))
        self.types(seat, text)
        await self.until(lambda: self.is_answered(seat, before))
        return self.said(seat)[before:]

    def types(self, seat: Seat, text: str) -> None:
        """Type; with the mention in a group."""
        phone = self.emulator.phone
        if seat.group:
            phone.says_in_group(seat.user, text, chatid=seat.group, mention=seat.bot_id)
        else:
            phone.says_to_bot(seat.user, text, bot_id=seat.bot_id)

    def said(self, seat: Seat) -> list[Message]:
        """What the bot said in a seat's chat."""
        return [one for one in self.emulator.platform.chats.of(seat.chat) if one.sender == seat.bot_id]

    def frames(self, chat: str) -> list[str]:
        """Everything that was sent into a chat, as it was on the wire: beginnings of answers and changed cards too."""
        asked = self.emulator.hub.asked
        name = chat.rpartition(":")[2]
        found: list[str] = []
        for call in self.emulator.platform.records.calls:
            req_id = str(call.query.get("req_id")) if isinstance(call.query, dict) else ""
            is_push = isinstance(call.body, dict) and call.body.get("chatid") == name
            if is_push or (req_id in asked and asked[req_id].chat == chat):
                found.append(json.dumps(call.body, ensure_ascii=False))
        return found

    def is_answered(self, seat: Seat, before: int) -> bool:
        """Whether something was said since, to its end."""
        fresh = self.said(seat)[before:]
        return bool(fresh) and fresh[-1].state is not State.STREAMING and not self.owed(seat.group or seat.user)

    def owed(self, chat: str = "") -> int:
        """Answers that are owed in a chat, or anywhere."""
        of_chat = f" and subject->'place'->>'chat' = '{chat}'" if chat else ""
        ((count,),) = self.rows(
            f"select count(*) from delivery where kind = 'reply' and state in ('waiting', 'claimed'){of_chat}"
        )
        return int(str(count))

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Straight from the tables."""
        return self.line.execute(question.encode()).fetchall()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; looked at whenever something happens on the platform, and now and then."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.emulator.platform.records.until(holds)


@asynccontextmanager
async def group_talk(settings: Settings, platform: Platform | None = None) -> AsyncIterator[GroupTalk]:
    """A product whose workspace is there already."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(running(platform or Platform(start=time.time())))
        http = {"wecom_url": emulator.base_url, "wechat_url": emulator.base_url}
        told = settings.model_copy(update={"wecom_bot_url": emulator.ws_url, **http})
        daren = await stack.enter_async_context(at_work(told))
        await stack.enter_async_context(daren.holder.holding())
        line = stack.enter_context(psycopg.connect(daren.database.url, autocommit=True))
        line.execute("set role daren_service")
        for endless in (_ring(daren, emulator), keep_time(emulator.platform.clock)):
            stack.push_async_callback(_stopped, asyncio.create_task(endless))
        yield GroupTalk(emulator, daren, line)


async def _ring(daren: Installation, emulator: Emulator) -> None:
    """Whoever waits looks again after every change of deliveries, and ten times a second."""
    with daren.database.wakeups.bell("test") as bell:
        while True:
            await bell.heard(within_seconds=LOOKS_EVERY)
            emulator.platform.records.ring()


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
