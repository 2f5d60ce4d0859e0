"""One streaming answer: the whole text in each frame, the newest wins, one frame in flight, ended before its limits."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from random import Random

from connectors.wecom.bot.calling import Calls
from connectors.wecom.bot.errors import Verdict, verdict
from connectors.wecom.bot.frames import Ack, Cmd, Stream
from connectors.wecom.bot.voice import BUSY_SECONDS
from connectors.wecom.cut import head_of
from connectors.wecom.pace import MINUTE, Pace
from connectors.wecom.timing import Time, within
from memory.domain.errors import Unavailable, Unclear

TRIES = 5


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """`stream_seconds`: of its life from the first frame; 360 are promised, and 330 never relied on more."""

    content_bytes: int = 20_480
    stream_seconds: float = 330.0
    update_seconds: float = 1.0


@dataclass(slots=True, eq=False)
class StreamingAnswer:
    """Answers one callback. `over` says why nothing can be written into it any more.

    `feedback_id`: what a judgement of it comes back under; it goes with the first frame alone.
    """

    calls: Calls
    req_id: str
    stream_id: str
    feedback_id: str
    farewell: str
    pace: Pace
    time: Time
    rng: Random
    limits: StreamLimits = field(default_factory=StreamLimits)
    over: Verdict | None = None
    _newest: str = ""
    _accepted: str | None = None
    _began: float | None = None
    _finishing: bool = False
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    @asynccontextmanager
    async def running(self) -> AsyncIterator["StreamingAnswer"]:
        """What is shown goes out while this is open."""
        sending = asyncio.create_task(self._send_newest())
        try:
            yield self
        finally:
            self._finishing = True
            sending.cancel()
            await asyncio.wait({sending})

    def show(self, text: str) -> None:
        """This is the whole text now; what was not sent yet need not be any more."""
        self._newest = text
        self._changed.set()

    async def finish(self, text: str) -> bool:
        """End it with this text (at most `content_bytes`); False when it could not be: it must go another way.

        Raises:
            Unclear: sent, and nobody knows whether it is shown; it must not go another way.
        """
        self._finishing = True
        self._changed.set()
        return await self._frame(text, finish=True)

    async def _send_newest(self) -> None:
        """One update after another, each when the one before is settled, until the end or the last safe moment."""
        while self.over is None:
            if not await self._something_new():
                await self._end_early()
                return
            if self._finishing:
                return
            self._changed.clear()
            if self._newest != self._accepted:
                await self._frame(head_of(self._newest, self.limits.content_bytes), finish=False)
                pause = max(self.limits.update_seconds, self.pace.update_wait())
                left = self._left()
                await self.time.sleep(pause if left is None else min(pause, max(left, 0.0)))

    async def _something_new(self) -> bool:
        """False once the stream's time is up."""
        left = self._left()
        if left is None:
            await self._changed.wait()
            return True
        if left <= 0:
            return False
        changed = asyncio.ensure_future(self._changed.wait())
        try:
            return await within(self.time, left, changed) is not None
        finally:
            changed.cancel()

    async def _end_early(self) -> None:
        """Say that the result comes as a message of its own; then the stream is over."""
        room = self.limits.content_bytes - len(self.farewell.encode()) - 2
        text = "\n\n".join(part for part in (head_of(self._newest, room), self.farewell) if part)
        with suppress(Unclear):
            await self._frame(text, finish=True)
        self.over = self.over or Verdict.STREAM_OVER

    def _left(self) -> float | None:
        """Seconds of its life; None before it has one."""
        return None if self._began is None else self._began + self.limits.stream_seconds - self.time.seconds()

    async def _frame(self, text: str, *, finish: bool) -> bool:
        """Send a frame until the platform takes it or never will. The whole text again does no harm."""
        is_unclear = False
        for attempt in range(TRIES):
            if self.over is not None or (self._finishing and not finish):
                break
            try:
                ack = await self._sent(text, finish=finish)
            except Unclear:
                is_unclear = True
                continue
            except Unavailable:
                self.over = Verdict.NO_RIGHT
                break
            meaning = verdict(ack.errcode)
            if meaning is Verdict.DONE or (finish and is_unclear and meaning is Verdict.REFUSED):
                self._accepted = text
                return True
            pause = self._pause(meaning, attempt)
            if pause is None:
                self.over = meaning
                break
            await self.time.sleep(pause)
            text = text if finish else head_of(self._newest, self.limits.content_bytes)
        if finish and is_unclear:
            raise Unclear("wecom_no_ack")
        return False

    async def _sent(self, text: str, *, finish: bool) -> Ack:
        body: Stream = {"id": self.stream_id, "finish": finish, "content": text}
        if self._began is None:
            self._began = self.time.seconds()
            body["feedback"] = {"id": self.feedback_id}
        self.pace.count()
        return await self.calls.call(Cmd.RESPOND_MSG, {"msgtype": "stream", "stream": body}, req_id=self.req_id)

    def _pause(self, meaning: Verdict, attempt: int) -> float | None:
        """Seconds until the next try; None: this stream takes nothing any more."""
        match meaning:
            case Verdict.CONFLICT:
                return self.rng.uniform(0.2, 2.0)
            case Verdict.BUSY:
                return BUSY_SECONDS[min(attempt, len(BUSY_SECONDS) - 1)] * self.rng.uniform(1.0, 1.5)
            case Verdict.TOO_OFTEN:
                left = self._left()
                return MINUTE if left is None or left > MINUTE else None
            case _:
                return None
