"""The long connection of one AI bot: connect, subscribe, heartbeat, reconnect; until told to stop.

Exactly one process of a deployment may run it; when another one subscribes, this one stops for good.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import count
from random import Random

import structlog
from pydantic import SecretStr
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from connectors.wecom.bot import wire
from connectors.wecom.bot.errors import Verdict, verdict
from connectors.wecom.bot.frames import DISCONNECTED, Ack, Callback, Cmd, EventCallback, Json
from connectors.wecom.bot.line import Connection, Line
from connectors.wecom.timing import Time, within
from memory.domain.errors import Unavailable, Unclear

log = structlog.get_logger()

Dial = Callable[[], Awaitable[Connection]]
MOST_MISSED = 2
MAX_FRAME_BYTES = 4_194_304


class Ended(StrEnum):
    """Why a connection is not kept up any more. Only the first is what somebody here asked for."""

    CLOSED = "closed"
    TAKEN_OVER = "taken_over"  # another process subscribed with this bot
    WRONG_SECRET = "wrong_secret"  # noqa: S105  # a reason's name


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. `ready`: how long a frame waits for a connection that is just being made."""

    ack: float = 10.0
    ping: float = 30.0
    ready: float = 30.0
    first_pause: float = 1.0
    longest_pause: float = 30.0
    throttled_pause: float = 60.0


@dataclass(slots=True)
class State:
    """How the connection stands, in the seconds of its clock; shown to whoever set the channel up."""

    connected_since: float | None = None
    last_callback: float | None = None
    last_error: str = ""
    ended: Ended | None = None


@dataclass(slots=True, eq=False)
class BotSocket:
    """Callbacks go to `hear`, which must return at once; frames go out through `call`, from any task."""

    bot_id: str
    secret: SecretStr
    dial: Dial
    hear: Callable[[Callback], None]
    time: Time
    rng: Random
    timings: Timings = field(default_factory=Timings)
    state: State = field(default_factory=State)
    _line: Line | None = None
    _subscribed: asyncio.Event = field(default_factory=asyncio.Event)
    _stopping: asyncio.Event = field(default_factory=asyncio.Event)
    _failures: int = 0
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def run(self) -> Ended:
        """Keep the connection up until it must not be; say why it ended."""
        while not self._stopping.is_set():
            pause = await self._once()
            if self.state.ended is not None:
                log.error("wecom_bot.ended", bot_id=self.bot_id, reason=str(self.state.ended))
                return self.state.ended
            if not self._stopping.is_set():
                await self._rest(pause)
        self.state.ended = Ended.CLOSED
        return Ended.CLOSED

    async def close(self) -> None:
        """Say goodbye; frames without an ack end unclear, `run` returns."""
        self._stopping.set()
        if self._line is not None:
            await self._line.close()

    async def subscribed(self) -> None:
        """Return once the bot's callbacks come here."""
        await self._subscribed.wait()

    async def call(self, cmd: Cmd, body: Json | None = None, *, req_id: str | None = None) -> Ack:
        """Send a frame over the subscribed connection, waiting for one; its ack, whatever it says.

        `req_id`: of the callback it answers; None for a request of our own.

        Raises:
            Unavailable: there was no connection in time, nothing was sent (retryable).
            Unclear: sent, and no ack came.
        """
        line = await self._ready()
        ack = await line.call(cmd, body, req_id=req_id or self._fresh(cmd))
        if verdict(ack.errcode) is Verdict.NOT_SUBSCRIBED:
            await self._drop(line, "846609")
        return ack

    async def _ready(self) -> Line:
        if self._line is None and self.state.ended is None:
            subscribed = asyncio.ensure_future(self._subscribed.wait())
            try:
                await within(self.time, self.timings.ready, subscribed)
            finally:
                subscribed.cancel()
        if self._line is None or self._stopping.is_set():
            raise Unavailable("wecom_not_connected")
        return self._line

    async def _once(self) -> float:
        """One connection from its beginning to its end; the seconds to wait before the next."""
        try:
            connection = await self.dial()
        except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as failed:
            return self._failed(type(failed).__name__)
        line = Line(connection, self.time, self.timings.ack)
        reading = asyncio.create_task(self._read(line))
        beating: asyncio.Task[None] | None = None
        try:
            pause = await self._subscribe(line)
            if pause is not None:
                return pause
            self._opened(line)
            beating = asyncio.create_task(self._beat(line))
            await reading
            return self._failed(self.state.last_error or "closed")
        finally:
            self._line, self.state.connected_since = None, None
            self._subscribed.clear()
            for task in (reading, beating):
                if task is not None:
                    task.cancel()
            await line.close()

    async def _subscribe(self, line: Line) -> float | None:
        """None once the bot's callbacks come here, else the seconds to wait."""
        body: Json = {"bot_id": self.bot_id, "secret": self.secret.get_secret_value()}
        try:
            ack = await line.call(Cmd.SUBSCRIBE, body, req_id=self._fresh(Cmd.SUBSCRIBE))
        except (Unavailable, Unclear) as failed:
            return self._failed(failed.text_key)
        match verdict(ack.errcode):
            case Verdict.DONE:
                return None
            case Verdict.WRONG_SECRET:
                self.state.last_error, self.state.ended = str(ack.errcode), Ended.WRONG_SECRET
                return 0.0
            case Verdict.TOO_OFTEN:
                return max(self._failed(str(ack.errcode)), self.timings.throttled_pause)
            case _:
                return self._failed(str(ack.errcode))

    def _opened(self, line: Line) -> None:
        self._line, self._failures = line, 0
        self.state.connected_since, self.state.last_error = self.time.seconds(), ""
        self._subscribed.set()
        log.info("wecom_bot.subscribed", bot_id=self.bot_id)

    def _failed(self, why: str) -> float:
        """Note it; 1, 2, 4 … 30 s, the upper half of each by chance, so that many do not come back at once."""
        self.state.last_error = why
        longest = min(self.timings.longest_pause, self.timings.first_pause * 2 ** min(self._failures, 16))
        self._failures += 1
        log.warning("wecom_bot.disconnected", bot_id=self.bot_id, reason=why, failures=self._failures)
        return self.rng.uniform(longest / 2, longest)

    async def _read(self, line: Line) -> None:
        """Route frames and wait for nothing but the next one."""
        try:
            while True:
                frame = self._understood(await line.connection.recv())
                if isinstance(frame, Ack):
                    line.settle(frame)
                elif isinstance(frame, EventCallback) and frame.body.event.eventtype == DISCONNECTED:
                    self.state.ended = Ended.TAKEN_OVER
                    return
                elif frame is not None:
                    self.state.last_callback = self.time.seconds()
                    self.hear(frame)
        except ConnectionClosed as closed:
            self.state.last_error = self.state.last_error or f"closed {closed.rcvd.code if closed.rcvd else 1006}"
        finally:
            line.end()

    def _understood(self, text: str | bytes) -> Ack | Callback | None:
        try:
            return wire.read(text)
        except wire.Unreadable as wrong:
            log.warning("wecom_bot.unreadable_frame", bot_id=self.bot_id, where=str(wrong))
            return None

    async def _beat(self, line: Line) -> None:
        missed = 0
        while missed < MOST_MISSED:
            await self.time.sleep(self.timings.ping)
            try:
                await line.call(Cmd.PING, None, req_id=self._fresh(Cmd.PING))
                missed = 0
            except (Unavailable, Unclear):
                missed += 1
        await self._drop(line, "no_heartbeat")

    async def _drop(self, line: Line, why: str) -> None:
        """Give this connection up; `run` makes the next."""
        if self._line is line:
            self._line = None
            self._subscribed.clear()
        self.state.last_error = why
        await line.close()

    async def _rest(self, seconds: float) -> None:
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await within(self.time, seconds, stopping)
        finally:
            stopping.cancel()

    def _fresh(self, cmd: Cmd) -> str:
        return f"{cmd}-{next(self._numbers)}-{self.rng.getrandbits(48):012x}"


def dialling(url: str, *, timeout_seconds: float = 10.0, through_proxy: bool = True) -> Dial:
    """Open websockets to `url`. The platform's own ping frames are the heartbeat, so the library sends none."""

    async def dial() -> Connection:
        return await connect(
            url,
            proxy=True if through_proxy else None,
            ping_interval=None,
            open_timeout=timeout_seconds,
            close_timeout=2.0,
            max_size=MAX_FRAME_BYTES,
        )

    return dial
