"""A bot in an invented office, on the emulator: its desk, its guests, what was claimed and judged."""

import asyncio
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

import httpx

from connectors.ports.answers import Judgement
from connectors.ports.door import Admitted, TurnedAway
from connectors.ports.pacing import Paced
from connectors.wecom.bot.answering import Answering
from connectors.wecom.bot.channel import BotChannel
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.bot.socket import BotSocket, Ended
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.server import Emulator
from memory.domain.bindings import Arrival
from memory.domain.cards import DraftsCard
from memory.domain.chat import Inbound, Receipt, Reply, Tap, TurnEvent, TurnEventKind
from memory.domain.errors import AppError, NotFound, Unavailable
from memory.domain.ids import ChannelId, ConversationId, DeliveryId, MemberId, TurnId
from memory.domain.owed import Owed
from memory.domain.places import Place
from memory.domain.workspace import Role, Scope
from prompts.render import texts
from tests.connectors.wecom.lines import BOT, Heard, VirtualTime, after, socket_of, until
from tests.support import fake_office as invented
from tests.support.fake_desk import FakeDesk, FakeOffice, FakeQueries
from tests.support.fake_paces import FakePaces

CHANNEL = ChannelId(3)
LINA = private(BOT, "lina")
MEMBERS = {"lina": Role.LEAD, "wangwei": Role.APPROVER, "zhaomin": Role.VIEWER}


@dataclass
class LiveDesk(FakeDesk):
    """A desk that stores a message once and whose turn 5 shows what it is told, when it is told."""

    receipts: dict[str, Receipt] = field(default_factory=dict)
    told: list[TurnEvent] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: AppError | None = None
    gate: asyncio.Event | None = None
    presenting: "asyncio.Event | None" = None
    edited: bool = False
    breaks: list[AppError] = field(default_factory=list)
    owners: dict[int, MemberId] = field(default_factory=lambda: {41: MemberId(1)})

    async def receive(self, scope: Scope, inbound: Inbound) -> Receipt:
        """The first receipt of this message."""
        if inbound.outside_id not in self.receipts:
            self.receipts[inbound.outside_id] = await super().receive(scope, inbound)
        return self.receipts[inbound.outside_id]

    async def follow(self, scope: Scope, turn: TurnId, *, after: int = 0) -> AsyncIterator[TurnEvent]:
        """What was told so far, then what comes, to the turn's end."""
        place = after
        while True:
            while place < len(self.told):
                event = self.told[place]
                place += 1
                yield event
                if event.is_last:
                    return
            if self.breaks:
                raise self.breaks.pop(0)
            self.news.clear()
            await self.news.wait()

    def tell(self, kind: TurnEventKind, **data: object) -> None:
        """One more event of the turn."""
        raw = {"turn": 5, "seq": len(self.told) + 1, "kind": kind, "data": data}
        self.told.append(TurnEvent.model_validate(raw))
        self.news.set()

    def answer(self, reply: Reply) -> None:
        """The turn's end."""
        self.tell(TurnEventKind.ANSWER, reply=reply.model_dump(mode="json"))

    async def decide(self, scope: Scope, tap: Tap) -> Reply:
        """As the office, or refused as a test asked; behind a gate where there is one."""
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        if self.owners.get(tap.presentation) != scope.member:
            raise NotFound("card_gone")
        return await super().decide(scope, tap)

    async def present(
        self,
        scope: Scope,
        batch: str,
        *,
        conversation: ConversationId | None = None,
        numbers: Collection[int] | None = None,
    ) -> DraftsCard:
        """The member's own, of the texts as they are now; `presenting`: it is being made, and is never had."""
        if self.presenting is not None:
            self.presenting.set()
            await asyncio.Event().wait()
        card = await super().present(scope, batch, conversation=conversation, numbers=numbers)
        assert card.presentation is not None
        self.owners[card.presentation] = scope.member
        rows = [row.model_copy(update={"digest": "new"}) if self.edited else row for row in card.items]
        return card.model_copy(update={"items": tuple(rows), "presentation": card.presentation})


@dataclass
class Building:
    """Who is let in, what was claimed, what was judged: shared by all processes of a test."""

    desk: LiveDesk
    mark: str = "演示数据"
    visitors: list[Arrival] = field(default_factory=list)
    claimed: set[str] = field(default_factory=set)
    owed: list[Owed] = field(default_factory=list)
    dropped: list[Owed] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    given: list[tuple[str, str]] = field(default_factory=list)
    judged: list[tuple[MemberId, Judgement]] = field(default_factory=list)
    closed: AppError | None = None
    deaf: AppError | None = None
    moments: FakePaces = field(default_factory=FakePaces)
    slow: str = ""
    opens: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, arrival: Arrival) -> Admitted | TurnedAway:
        """Three of the four are members. Whoever says what is `slow` waits until it `opens`."""
        self.visitors.append(arrival)
        if arrival.text == self.slow != "":
            await self.opens.wait()
        if self.closed is not None:
            raise self.closed
        role = MEMBERS.get(arrival.user)
        if role is None:
            return TurnedAway("请先绑定：K3P9")
        member = MemberId(1 + list(MEMBERS).index(arrival.user))
        return Admitted(Scope(invented.TENANT, None, member, role), "Asia/Shanghai", self.mark)

    async def known(self, arrival: Arrival) -> Admitted | None:
        """The same without a word to strangers."""
        entry = await self.enter(arrival) if arrival.user in MEMBERS else None
        return entry if isinstance(entry, Admitted) else None

    @asynccontextmanager
    async def saying(
        self,
        channel: ChannelId,
        outside_id: str,
        paced: Paced | None = None,
        *,
        kept_for: timedelta | None = None,
    ) -> AsyncIterator[bool]:
        """Once, unless nothing was accepted."""
        if not await self.is_open(channel, outside_id):
            yield False
            return
        if paced is not None:
            self.moments.grant(channel, paced)
        self.claimed.add(outside_id)
        try:
            yield True
        except AppError as failed:
            self.ends.append(type(failed).__name__)
            if isinstance(failed, Unavailable):
                self.claimed.discard(outside_id)
            raise
        self.ends.append("said" if kept_for is None else "kept")

    async def ended(self, channel: ChannelId, outside_id: str, failure: AppError | None) -> None:
        """Remember it, unless it cannot be told."""
        assert channel == CHANNEL
        if self.deaf is not None:
            raise self.deaf
        self.given.append((outside_id, failure.text_key if failure is not None else ""))

    async def is_open(self, channel: ChannelId, outside_id: str) -> bool:
        """Whether nobody began."""
        assert channel == CHANNEL
        return outside_id not in self.claimed

    async def waiting(self, channel: ChannelId) -> Sequence[Owed]:
        """What a test says is owed."""
        return [one for one in self.owed if one.place.channel == channel and one.outside_id not in self.claimed]

    async def owe(self, scope: Scope, place: Place, *, outside_id: str, reply: Reply) -> None:
        """For the next process, unless somebody has said it."""
        assert place.channel == CHANNEL
        self.owed.append(Owed(DeliveryId(1 + len(self.owed)), place, outside_id, scope.member, reply=reply))

    async def drop(self, owed: Owed) -> None:
        """Remember it."""
        self.dropped.append(owed)

    async def keep(self, scope: Scope, judgement: Judgement) -> None:
        """Remember it."""
        self.judged.append((scope.member, judgement))


@dataclass
class Process:
    """One running process of the product."""

    socket: BotSocket
    channel: BotChannel
    task: "asyncio.Task[Ended]"

    async def kill(self) -> None:
        """As SIGKILL leaves it: nothing more is said, the platform sees the line drop."""
        await self.channel.stop()
        self.task.cancel()
        await asyncio.wait({self.task})


async def loopback(url: str) -> bool:
    """Media of the emulator."""
    return url.startswith("http://127.0.0.1:")


def building() -> Building:
    """A fresh one."""
    return Building(LiveDesk(FakeOffice(presented=50)))


def channel_of(house: Building, socket: BotSocket, http: httpx.AsyncClient) -> BotChannel:
    """The channel around a socket."""
    say = texts().say
    queries = FakeQueries(house.desk.office)
    answering = Answering(house.desk, house, say, socket.time, queries, Random(5))
    return BotChannel(
        CHANNEL,
        "达人助手",
        socket,
        house.desk,
        queries,
        house,
        house,
        answering,
        MediaDoor(http, loopback),
        say,
        masked,
    )


def masked(text: str) -> str:
    """A plain mask: every e-mail address."""
    return " ".join("***" if "@" in word and "." in word and not word.startswith(("@", "**@")) else word
                    for word in text.split(" "))  # fmt: skip


@asynccontextmanager
async def process(emulator: Emulator, house: Building, *, connect_seconds: float = 0.0) -> AsyncIterator[Process]:
    """A process that holds the socket."""
    async with httpx.AsyncClient(trust_env=False, timeout=30) as http:
        socket = socket_of(emulator, Heard(emulator.platform.records.ring))
        channel = channel_of(house, socket, http)
        socket.hear = channel.hear
        assert isinstance(socket.time, VirtualTime)
        task = asyncio.create_task(socket.run())
        try:
            if connect_seconds:
                await after(emulator, connect_seconds, lambda: socket.state.connected_since is not None, step=0.1)
            await until(lambda: socket.state.connected_since is not None)
            yield Process(socket, channel, task)
        finally:
            await channel.stop()
            await socket.close()
            await asyncio.wait({task})


def said(emulator: Emulator, chat: str) -> list[Message]:
    """What the bot has said in a chat."""
    return [message for message in emulator.platform.chats.of(chat) if message.sender == BOT]


def faults_seen(emulator: Emulator) -> list[str]:
    """What the platform would not have liked: overlapping frames, unknown fields."""
    return [warning for warning in emulator.platform.records.warnings if "shorter than before" not in warning]
