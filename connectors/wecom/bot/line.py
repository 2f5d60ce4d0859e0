"""One connection: frames go out, acks find their frame by req_id, and one req_id has one frame in flight."""

import asyncio
from dataclasses import dataclass, field
from typing import Protocol

from websockets.exceptions import ConnectionClosed

from connectors.wecom.bot import wire
from connectors.wecom.bot.frames import Ack, Cmd, Json
from connectors.wecom.timing import Time, within
from memory.domain.errors import Unavailable, Unclear


class Connection(Protocol):
    """What a websocket offers; satisfied by `websockets`."""

    async def send(self, message: str) -> None:
        """Send a text frame. Raises ConnectionClosed."""
        ...

    async def recv(self) -> str | bytes:
        """The next frame. Raises ConnectionClosed."""
        ...

    async def close(self) -> None:
        """Say goodbye."""
        ...


@dataclass(slots=True)
class _Turn:
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


@dataclass(slots=True, eq=False)
class Line:
    """Different req_ids go side by side: one lost ack holds up its own conversation and no other."""

    connection: Connection
    time: Time
    ack_seconds: float
    _waiting: dict[str, asyncio.Future[Ack]] = field(default_factory=dict)
    _turns: dict[str, _Turn] = field(default_factory=dict)
    _is_closed: bool = False

    async def call(self, cmd: Cmd, body: Json | None, *, req_id: str) -> Ack:
        """Send a frame once the one before it under this req_id is settled; its ack, whatever it says.

        Raises:
            Unavailable: the connection was gone before anything was sent (retryable).
            Unclear: sent, and no ack came in time or before the connection ended.
        """
        turn = self._turns.setdefault(req_id, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                return await self._call(cmd, body, req_id)
        finally:
            turn.users -= 1
            if not turn.users:
                self._turns.pop(req_id, None)

    async def _call(self, cmd: Cmd, body: Json | None, req_id: str) -> Ack:
        if self._is_closed:
            raise Unavailable("wecom_not_connected")
        waiting: asyncio.Future[Ack] = asyncio.get_running_loop().create_future()
        self._waiting[req_id] = waiting
        try:
            await self.connection.send(wire.written(cmd, body, req_id=req_id))
            ack = await within(self.time, self.ack_seconds, waiting)
        except ConnectionClosed as closed:
            raise Unclear("wecom_no_ack") from closed
        finally:
            self._waiting.pop(req_id, None)
        if ack is None or ack.cancelled():
            raise Unclear("wecom_no_ack")
        return ack.result()

    def settle(self, ack: Ack) -> bool:
        """Hand an ack to the frame that waits for it; False when none does (any more)."""
        waiting = self._waiting.get(ack.req_id)
        if waiting is None or waiting.done():
            return False
        waiting.set_result(ack)
        return True

    async def close(self) -> None:
        """End it; whoever waits for an ack learns that none will come."""
        self.end()
        await self.connection.close()

    def end(self) -> None:
        """Nothing more is sent or heard here."""
        self._is_closed = True
        for waiting in self._waiting.values():
            waiting.cancel()
