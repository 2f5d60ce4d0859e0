"""An office on its own rows whose team is reached over one channel that is called back, put together as in production.

The platform's time is virtual; rows have their own.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any, ClassVar, TypeVar

import httpx
import psycopg
import pytest
from fastapi import APIRouter, FastAPI

from agent.binding.door import OpenDoor
from agent.channels.answers import SaidOnce
from agent.channels.callbacks import KeyedPaths
from agent.channels.checking import ChannelDoctor
from agent.channels.forms import ChannelForms
from agent.channels.holding import Holder
from agent.channels.safe import SealedSafe
from agent.channels.team_chat import TeamChats
from agent.cli.running import told
from agent.deliveries.carrying import Post, deliver_due
from agent.deliveries.wording import PushWords
from agent.desk import OpenDesk
from connectors.ports.channels import Pusher
from connectors.ports.lines import LineKeeper
from connectors.wecom.app.standing import AppStanding
from connectors.wecom.calls import Calls
from connectors.wecom.errands import Errands
from connectors.wecom.importing import Importing
from connectors.wecom.probe import AddressProbe
from connectors.wecom.rations.giving import Giving
from connectors.wecom.rations.hearing import Hearing
from connectors.wecom.rations.voice import RationedTelling
from evals.emulators.serving import serving
from evals.emulators.wecom.calling import UrlCheck
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.delivering import Delivering
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.server import Emulator, running
from evals.suites.talking import Talk, open_talk
from memory.domain.channel_forms import SaveChannel
from memory.domain.channels import ChannelKind
from memory.domain.deliveries import DELIVERIES
from memory.domain.errors import AppError
from memory.domain.ids import ChannelId
from prompts.render import texts
from tests.agent.deliveries.conftest import BOX, DAY, PushShop
from tests.connectors.wecom.lines import VirtualTime, live, plan
from tests.support.bots import PATIENCE_SECONDS, QUICK, Stand
from tests.support.database import looking
from tests.support.office_queries import OfficeQueries

PATIENT, HURRIED = 30.0, 0.2  # real seconds a call is waited for: as a rule, and where the platform holds it back
# Virtual: what is held back comes within the life of a token, a slow body never while anybody waits for its next piece.
SLOW = {FaultKind.DELAY: 5_400.0, FaultKind.SLOW_BODY: 1_000_000.0}
STEP = 5.0

STOP, STOPPED = "停", "全部：已停，0 条在排队。要接着发，由审批人回「恢复」。"
MINUTE = 60.0
ANSWER_SECONDS = 0.25  # real ones that a callback has for its answer before one more of the platform's goes by
MOST_LOOKS = 20  # at the channels page, before more of the platform's time goes by


@dataclass(frozen=True)
class Parts:
    """What every kind of channel is put together from."""

    shop: PushShop
    emulator: Emulator
    talk: Talk
    calls: Calls
    stack: AsyncExitStack

    @property
    def desk(self) -> OpenDesk:
        """A real one."""
        return self.talk.desk

    @property
    def queries(self) -> OfficeQueries:
        """What a channel asks of its rows."""
        return OfficeQueries(self.talk, self.shop.database)

    @property
    def safe(self) -> SealedSafe:
        """What is kept between calls."""
        return SealedSafe(self.shop.database, BOX, self.now)

    @property
    def paths(self) -> KeyedPaths:
        """Callback addresses."""
        return KeyedPaths(self.shop.database, BOX, monotonic)

    @property
    def time(self) -> VirtualTime:
        """The platform's."""
        return VirtualTime(self.emulator.platform.clock)

    def now(self) -> datetime:
        """The same, as this machine's clock."""
        return datetime.fromtimestamp(self.emulator.platform.clock.now, UTC)

    def door(self) -> OpenDoor:
        """Where people come in."""
        return OpenDoor(self.shop.database, BOX, texts())

    def hearing(self, connector: str) -> Hearing:
        """What is said on WeChat, and given."""
        say, said_once = texts().say, SaidOnce(self.shop.database)
        queries, errands = self.queries, Errands(connector)
        self.stack.push_async_callback(errands.stop)
        return Hearing(
            connector, self.desk, self.door(), RationedTelling(self.desk, said_once, say, self.time),
            Giving(self.desk, queries.file, said_once, self.safe, say, self.time, self.now),
            Importing(self.desk, queries, say), say, TeamChats(self.shop.database).push_places, errands,
        )  # fmt: skip


@dataclass(frozen=True)
class Built:
    """One kind of channel: what is called back at `at`, what looks after it, what the doctor asks."""

    router: APIRouter
    at: str
    keeper: LineKeeper
    pusher: Pusher
    probe: AddressProbe


@dataclass
class Struck(ABC):
    """The office. `user` is bound to Anna, who approves."""

    kind: ClassVar[ChannelKind]
    user: ClassVar[str]
    sends: ClassVar[str]
    tokens: ClassVar[str]
    callbacks: ClassVar[str]

    shop: PushShop
    emulator: Emulator
    line: psycopg.Connection
    hurried: list[str] = field(default_factory=list)
    forms: ChannelForms = field(init=False)
    doctor: ChannelDoctor = field(init=False)
    standing: AppStanding = field(init=False)
    channel: ChannelId = field(init=False)

    @abstractmethod
    def typed(self) -> Mapping[str, str]:
        """What a lead types on the channels page."""

    @abstractmethod
    def build(self, parts: Parts, address: str) -> Built:
        """The channel's own."""

    @abstractmethod
    async def saves(self, url: str) -> UrlCheck:
        """The address is saved in the console."""

    @property
    @abstractmethod
    def known_as(self) -> str:
        """The user as the platform names them to us."""

    @property
    @abstractmethod
    def chat(self) -> str:
        """Where they talk."""

    @property
    @abstractmethod
    def called(self) -> Delivering[Any]:
        """Callbacks so far."""

    @abstractmethod
    def types(self, text: str) -> None:
        """They say something."""

    def strike(self, kind: FaultKind, endpoint: str, *, times: int = 1) -> None:
        """Let it go wrong. Nobody waits for what is slow, though virtual minutes pass meanwhile."""
        if kind in SLOW:
            self.hurried.append(endpoint)
        plan(self.emulator, kind, endpoint, seconds=SLOW.get(kind, 0.0), times=times)

    async def mend(self, kind: FaultKind) -> None:
        """It goes wrong no more, and what was held back has come."""
        self.emulator.platform.faults.clear()
        if kind is FaultKind.DELAY:
            await self.passes(SLOW[kind], step=SLOW[kind] / 2)

    async def hurry(self, request: httpx.Request) -> None:
        """Not every call is waited for as long as others."""
        found = next((one for one in self.hurried if request.url.path.endswith(one)), None)
        if found is not None:
            self.hurried.remove(found)
            request.extensions["timeout"] = httpx.Timeout(HURRIED).as_dict()

    def said(self) -> list[Message]:
        """What we said to them."""
        return [one for one in self.emulator.platform.chats.of(self.chat) if one.sender != self.user]

    def told(self) -> list[str]:
        """The first line of every message in words; cards and menus left out."""
        mark = f"【{texts().say('demo_mark', 'zh')}】\n"
        words = [one.content.removeprefix(mark) for one in self.said() if not one.card]
        return [text.partition("\n")[0] for text in words]

    def is_quiet(self) -> bool:
        """Whether all that was to be said is said, as far as that may be."""
        waits = (
            "select 1 from channel_kept where name like 'give:%' union all"
            " select 1 from delivery where state in ('waiting', 'claimed')"
        )
        return not self.line.execute(waits).fetchall()

    def rows(self) -> list[tuple[str, str | None]]:
        """(state, reason) of every delivery, oldest first."""
        found = self.line.execute("select state, reason_key from delivery order by id").fetchall()
        return [(str(state), key) for state, key in found]

    async def passes(self, seconds: float, *, step: float = 20.0) -> None:
        """The platform's time goes on, and rows have time to keep up; slowly while a callback waits for its answer."""
        left = seconds
        while left > 0:
            await self._answers()
            pace = min(left, step if self.is_answered() else 1.0)
            await live(self.emulator, pace, step=pace)
            left -= pace

    async def _answers(self) -> None:
        """Return once no callback waits for its answer, or it has had its time: how much work fits in it is open."""
        over = monotonic() + ANSWER_SECONDS
        await self.shop.office.now()
        while not self.is_answered() and monotonic() < over:
            await self.shop.office.now()

    def is_answered(self) -> bool:
        """Whether no attempt at a callback waits for its answer."""
        return all(attempt.over for delivery in self.called.deliveries for attempt in delivery.attempts)

    async def comes(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; the platform's time goes on."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not holds():
                await self.passes(STEP, step=STEP)

    async def hears(self, count: int) -> None:
        """They have been told so much, in words, and nothing more is to be said; a minute later as well."""
        await self.comes(lambda: len(self.told()) >= count and self.is_quiet())
        await self.passes(MINUTE)

    async def tells(self, key: str) -> tuple[str, str]:
        """The doctor's next step in both languages, once the channels page says that this is wrong."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not await self._is_on_the_page(key):
                await self.passes(STEP, step=STEP)
        return await self.advises(key)

    async def _is_on_the_page(self, key: str) -> bool:
        """Whether it says so before more of the platform's time goes by: a repetition may end it."""
        for _ in range(MOST_LOOKS):
            if await self.page() == [key]:
                return True
        return False

    async def advises(self, key: str) -> tuple[str, str]:
        """The same, once it finds nothing else to be wrong."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while await self.found() != [key]:
                await self.passes(STEP, step=STEP)
        (failure,) = await self.failures()
        return told(failure, "zh"), told(failure, "en")

    async def settled(self, *rows: tuple[str, str | None]) -> None:
        """Deliveries stand like this, oldest first."""
        try:
            await self.comes(lambda: self.rows() == list(rows))
        except TimeoutError:
            pytest.fail(f"{self.rows()} and not {list(rows)}")

    async def named(self) -> list[tuple[str, str]]:
        """What the channels page says went wrong with what was to be said."""
        async with self.shop.database.unit(self.shop.office.lead) as unit:
            lost = await unit.pushes.undelivered()
        return [(str(one.state), one.reason.key if one.reason else "") for one in lost]

    def decided(self) -> list[tuple[str, int]]:
        """Verdicts that were given, and how many."""
        counted = "select verdict, count(*) from decision group by verdict order by verdict"
        rows = self.line.execute(counted).fetchall()
        return [(str(verdict), int(count)) for verdict, count in rows]

    async def failures(self) -> list[AppError]:
        """What the doctor finds."""
        return [one.failure for one in await self.doctor.look() if one.failure is not None]

    async def found(self) -> list[str]:
        """The names of it."""
        return [failure.text_key for failure in await self.failures()]

    async def page(self) -> list[str]:
        """What the channels page says is wrong with the channel."""
        return [flag.key for flag in (await self.standing.state(self.channel)).wrong]


S = TypeVar("S", bound=Struck)


@asynccontextmanager
async def called_back(kind: type[S], shop: PushShop) -> AsyncIterator[S]:
    """The office at work: its channel saved on both sides, its user bound, a process looking after it."""
    async with AsyncExitStack() as stack:
        start = (await shop.office.now()).timestamp() + MINUTE
        emulator = await stack.enter_async_context(running(Platform(start=start)))
        struck = kind(shop, emulator, stack.enter_context(looking(shop.database.url)))
        patient = httpx.AsyncClient(trust_env=False, timeout=PATIENT, event_hooks={"request": [struck.hurry]})
        http = await stack.enter_async_context(patient)
        talk = await open_talk(shop.office, shop.office.anna)
        parts = Parts(shop, emulator, talk, Calls(emulator.base_url, http=http), stack)
        web = FastAPI()
        address = await stack.enter_async_context(serving(web))
        built = struck.build(parts, address)
        web.include_router(built.router)
        pushers = {kind.kind: built.pusher}
        post = Post(shop.database, pushers, BOX, PushWords(texts()).say, DAY)

        async def deliver() -> None:
            await deliver_due(post)

        struck.forms = ChannelForms(BOX, texts(), pushers)
        struck.doctor = ChannelDoctor(shop.database, BOX, pushers)
        struck.standing = AppStanding(parts.safe, built.probe)
        struck.channel = await _saved(struck)
        await Stand(shop, emulator).bind(struck.channel, struck.known_as, shop.office.anna)
        assert (await struck.saves(f"{address}{built.at}{parts.paths.path(struck.channel)}")).passed
        holder = Holder(
            shop.database, shop.database.leadership, {kind.kind: built.keeper}, BOX, deliver,
            lambda: shop.database.wakeups.bell(DELIVERIES), QUICK,
        )  # fmt: skip
        await stack.enter_async_context(holder.holding())
        await struck.passes(MINUTE)
        yield struck


async def _saved(struck: Struck) -> ChannelId:
    """The channel as a lead types it."""
    form = SaveChannel(of=struck.kind, name="渠道", brand=struck.shop.office.brand, typed=dict(struck.typed()))
    async with struck.shop.database.unit(struck.shop.office.lead) as unit:
        await struck.forms.carry_out(unit, form)
        return next(one.id for one in await unit.channels.all() if one.kind is struck.kind)
