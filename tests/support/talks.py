"""The whole product in the test's own process, spoken to over an emulated platform: people type, the test reads."""

import asyncio
import time
from abc import abstractmethod
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from typing import TypeVar

import psycopg

from agent.bootstrap import Installation
from agent.settings import Settings
from evals.emulators.real_time import keep_time
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.corp import Group, User
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.server import Emulator, running
from memory.domain.bindings import ChatKind
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.ids import ChannelId
from memory.domain.workspace import Scope
from tests.support.database import NOT_KEPT, looking
from tests.support.product import at_work

PATIENCE_SECONDS = 90
LOOKS_EVERY = 0.1  # rows change without the platform's doing


@dataclass(frozen=True)
class Seat:
    """Somebody in a chat with a bot or an app. `group`: empty for their own chat."""

    whom: str
    user: str
    group: str = ""

    @property
    def chat(self) -> str:
        """The conversation's name on the platform."""
        return self.group or private(self.whom, self.user)


@dataclass
class Talk:
    """A product at work, and everybody's phones."""

    emulator: Emulator
    daren: Installation
    line: psycopg.Connection

    @abstractmethod
    def types(self, seat: Seat, text: str) -> None:
        """Say something where they sit."""

    @abstractmethod
    def frames(self, seat: Seat) -> list[str]:
        """Everything that was sent into a chat, as it was on the wire: changed cards and beginnings of answers too."""

    @abstractmethod
    async def presses(self, seat: Seat, *, task: str, key: str) -> None:
        """Press what no card of theirs shows, and see what comes of it."""

    async def seat(self, channel: ChannelId, seat: Seat, who: Scope) -> None:
        """A member, bound: to their own chat, or to the group they sit in."""
        self.hire(seat)
        user = self.known_as(seat)
        async with self.daren.database.unit(who) as unit:
            identity = await unit.bindings.bind_person(channel, user=user, user_name=seat.user, member=who.member)
            await unit.bindings.bind_chat(
                channel, chat=seat.group or user, kind=ChatKind.GROUP if seat.group else ChatKind.DIRECT,
                brand=who.brand, by=who.member, identity=None if seat.group else identity,
            )  # fmt: skip

    def known_as(self, seat: Seat) -> str:
        """How the platform names them to us."""
        return seat.user

    def hire(self, seat: Seat) -> None:
        """They work for the corp and have the chat on their phone."""
        corp = self.emulator.platform.corp
        corp.users.setdefault(seat.user, User(seat.user, seat.user))
        if seat.group:
            group = corp.groups.setdefault(seat.group, Group(seat.group, seat.group, [], [seat.whom]))
            group.members.append(seat.user)

    async def save(self, lead: Scope, kind: ChannelKind, name: str, typed: dict[str, str]) -> ChannelId:
        """A lead sets a channel up."""
        await self.daren.desk.submit(lead, SaveChannel(of=kind, name=name, brand=None, typed=typed))
        found = (await self.daren.queries.channels(lead)).channels
        return next(state.channel.id for state in found if state.channel.name == name)

    async def ask(self, seat: Seat, text: str) -> list[Message]:
        """Type, and read everything that is said until nothing is left to say."""
        before = len(self.said(seat))
        self.types(seat, text)
        await self.until(lambda: self.is_answered(seat, before))
        return self.said(seat)[before:]

    def said(self, seat: Seat) -> list[Message]:
        """What they were told in their chat."""
        return [one for one in self.emulator.platform.chats.of(seat.chat) if one.sender == seat.whom]

    def is_answered(self, seat: Seat, before: int) -> bool:
        """Whether something was said since, to its end."""
        fresh = self.said(seat)[before:]
        is_whole = bool(fresh) and fresh[-1].state is not State.STREAMING
        return is_whole and not self.owed(seat.group or self.known_as(seat))

    def owed(self, chat: str = "") -> int:
        """Answers that are owed in a chat, or anywhere."""
        of_chat = f" and subject->'place'->>'chat' = '{chat}'" if chat else ""
        ((count,),) = self.rows(
            f"select count(*) from delivery where kind = 'reply' and state in ('waiting', 'claimed'){of_chat}{NOT_KEPT}"
        )
        return int(str(count))

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Straight from the tables."""
        return self.line.execute(question.encode()).fetchall()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; looked at whenever something happens on the platform, and now and then."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            await self.emulator.platform.records.until(holds)


T = TypeVar("T", bound=Talk)


@asynccontextmanager
async def talking(kind: type[T], settings: Settings) -> AsyncIterator[T]:
    """A product whose workspace is there already."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(running(Platform(start=time.time())))
        _endless(stack, keep_time(emulator.platform.clock))
        http = {"wecom_url": emulator.base_url, "wechat_url": emulator.base_url}
        told = settings.model_copy(update={"wecom_bot_url": emulator.ws_url, **http})
        daren = await stack.enter_async_context(at_work(told))
        await stack.enter_async_context(daren.holder.holding())
        line = stack.enter_context(looking(daren.database.url))
        _endless(stack, _ring(daren, emulator))
        yield kind(emulator, daren, line)


async def _ring(daren: Installation, emulator: Emulator) -> None:
    """Whoever waits looks again after every change of deliveries, and ten times a second."""
    with daren.database.wakeups.bell("test") as bell:
        while True:
            await bell.heard(within_seconds=LOOKS_EVERY)
            emulator.platform.records.ring()


def _endless(stack: AsyncExitStack, work: Coroutine[None, None, None]) -> None:
    """Begun now, stopped with the stack."""
    stack.push_async_callback(_stopped, asyncio.create_task(work))


async def _stopped(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
