"""Keeps the connection of each bot in the one process that may, and answers over it. Satisfies `LineKeeper`."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from urllib.parse import urlsplit

import httpx

from connectors.ports.answers import Answers, Judgements
from connectors.ports.channels import OpenChannel
from connectors.ports.desk import Desk
from connectors.ports.door import Door
from connectors.ports.queries import Queries
from connectors.wecom.bot.answering import Answering
from connectors.wecom.bot.channel import BotChannel
from connectors.wecom.bot.frames import Callback
from connectors.wecom.bot.media import MayFetch, MediaDoor, is_public
from connectors.wecom.bot.settings import BotSettings, settings_of
from connectors.wecom.bot.socket import BotSocket, Dial, Ended, State, dialling
from connectors.wecom.saying import Say
from connectors.wecom.timing import Time, within
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError, Refused, Unavailable
from memory.domain.ids import ChannelId
from memory.domain.lines import LineEnd, LineState

TRY_SECONDS = 15.0
_ENDS = {Ended.TAKEN_OVER: LineEnd.TAKEN_OVER, Ended.WRONG_SECRET: LineEnd.WRONG_SECRET}


@dataclass(slots=True, eq=False)
class BotLine:
    """A bot's connection that is kept up. Satisfies `OpenLine`."""

    socket: BotSocket
    channel: BotChannel
    now: Callable[[], datetime]
    _moments: dict[float, datetime] = field(default_factory=dict)

    def state(self) -> LineState:
        """See `OpenLine.state`."""
        found = self.socket.state
        self._moments = {at: self._moments.get(at) or self._moment(at) for at in _times(found)}
        return LineState(
            _of(self._moments, found.connected_since),
            _of(self._moments, found.last_callback),
            found.last_error,
            _ENDS.get(found.ended) if found.ended else None,
        )

    async def catch_up(self) -> None:
        """See `OpenLine.catch_up`."""
        if self.socket.state.connected_since is None:
            return
        for owed in await self.channel.answering.answers.waiting(self.channel.id):
            self.channel.answer(owed)

    def _moment(self, seconds: float) -> datetime:
        """On the calendar; worked out once, so that it stays what it was."""
        return self.now() - timedelta(seconds=self.socket.time.seconds() - seconds)


Lines = dict[ChannelId, BotLine]  # of this process


@dataclass(frozen=True, slots=True)
class BotKeeper:
    """What every bot's conversation is put together from. `lines` are shared with whoever pushes."""

    url: str
    lines: Lines
    desk: Desk
    queries: Queries
    door: Door
    answers: Answers
    judgements: Judgements
    say: Say
    mask: Callable[[str], str]
    now: Callable[[], datetime]
    time: Time
    rng: Random = field(default_factory=Random)
    kind: ChannelKind = ChannelKind.WECOM_BOT

    def name(self, channel: OpenChannel) -> str:
        """See `LineKeeper.name`: a second subscription of a bot ends the first, whichever row it is of."""
        return f"wecom_bot:{settings_of(channel).bot_id}"

    @asynccontextmanager
    async def opened(self, channel: OpenChannel) -> AsyncIterator[BotLine]:
        """See `LineKeeper.opened`."""
        settings = settings_of(channel)
        socket = self._socket(settings)
        async with http_for(self.url) as http, asyncio.TaskGroup() as tasks:
            media = MediaDoor(http, fetchable(self.url))
            line = BotLine(socket, self._channel(channel.setting.id, settings, socket, media), self.now)
            socket.hear = line.channel.hear
            running = tasks.create_task(socket.run(), name="wecom_bot")
            self.lines[channel.setting.id] = line
            try:
                yield line
            finally:
                self.lines.pop(channel.setting.id, None)
                await line.channel.stop()
                await socket.close()
                running.cancel()

    async def try_out(self, channel: OpenChannel) -> None:
        """See `LineKeeper.try_out`."""
        socket = self._socket(settings_of(channel))
        running = asyncio.create_task(socket.run())
        subscribed = asyncio.create_task(socket.subscribed())
        try:
            either = asyncio.wait({running, subscribed}, return_when=asyncio.FIRST_COMPLETED)
            await within(self.time, TRY_SECONDS, either)
            failure = _failure(socket)
        finally:
            subscribed.cancel()
            await socket.close()
            running.cancel()
            await asyncio.wait({running, subscribed})
        if failure is not None:
            raise failure

    def _socket(self, settings: BotSettings) -> BotSocket:
        return BotSocket(settings.bot_id, settings.secret, dial_to(self.url), _unheard, self.time, self.rng)

    def _channel(self, channel: ChannelId, settings: BotSettings, socket: BotSocket, media: MediaDoor) -> BotChannel:
        answering = Answering(self.desk, self.answers, self.say, self.time, self.queries, self.rng)
        return BotChannel(
            channel,
            settings.name,
            socket,
            self.desk,
            self.queries,
            self.door,
            self.judgements,
            answering,
            media,
            self.say,
            self.mask,
        )


def _times(state: State) -> list[float]:
    return [at for at in (state.connected_since, state.last_callback) if at is not None]


def _of(moments: Mapping[float, datetime], seconds: float | None) -> datetime | None:
    return moments[seconds] if seconds is not None else None


def dial_to(url: str) -> Dial:
    """Connections to an address; one on this machine is reached without the proxy of the environment."""
    return dialling(url, through_proxy=not _is_here(url))


def http_for(url: str) -> httpx.AsyncClient:
    """A client for what belongs to such a connection; it follows no redirect."""
    return httpx.AsyncClient(timeout=httpx.Timeout(20.0, connect=5.0), trust_env=not _is_here(url))


def fetchable(url: str) -> MayFetch:
    """Which media may be fetched: on public hosts, and on this machine where the platform itself is an emulated one."""

    async def may_fetch(wanted: str) -> bool:
        return (_is_here(url) and _is_here(wanted)) or await is_public(wanted)

    return may_fetch


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in ("127.0.0.1", "localhost", "::1")


def _failure(socket: BotSocket) -> AppError | None:
    state = socket.state
    if state.ended is Ended.WRONG_SECRET:
        return Refused("bot_wrong_secret")
    if state.connected_since is None:
        return Unavailable("bot_down", error=state.last_error or "-")
    return None


def _unheard(callback: Callback) -> None:
    del callback
