"""A platform on a loopback port that writes down every message it is handed, repeats included."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random


@dataclass(slots=True)
class RecordingPlatform:
    """What it got: idempotency keys in the order they came. Some answers are slow, some connections just end."""

    rng: Random
    port: int = 0
    received: list[str] = field(default_factory=list)
    lost_share: float = 0.02
    slow_seconds: float = 0.02
    _arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def duplicates(self) -> int:
        """Messages handed over more than once."""
        return sum(count - 1 for count in Counter(self.received).values())

    async def reached(self, count: int) -> None:
        """Return once so many messages arrived."""
        async with self._arrived:
            await self._arrived.wait_for(lambda: len(self.received) >= count)

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection: `POST /send` or `POST /fate` with {"key"}."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("ascii")
            length = next(
                int(line.split(":")[1]) for line in head.splitlines() if line.lower().startswith("content-length")
            )
            key = json.loads(await reader.readexactly(length))["key"]
            if head.startswith("POST /send"):
                await self._send(key, writer)
            else:
                self._answer(writer, {"seen": key in self.received})
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the caller was killed in mid-request
        finally:
            writer.close()

    async def _send(self, key: str, writer: asyncio.StreamWriter) -> None:
        before = self.rng.random() < self.lost_share
        after = self.rng.random() < self.lost_share
        if before:
            return
        self.received.append(key)
        async with self._arrived:
            self._arrived.notify_all()
        await asyncio.sleep(self.rng.random() * self.slow_seconds)
        if not after:
            self._answer(writer, {"id": f"m{len(self.received)}"})

    @staticmethod
    def _answer(writer: asyncio.StreamWriter, body: dict[str, object]) -> None:
        content = json.dumps(body).encode()
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n")
        writer.write(b"Content-Length: %d\r\n\r\n%b" % (len(content), content))


@asynccontextmanager
async def recording_platform(*, seed: int) -> AsyncIterator[RecordingPlatform]:
    """A running platform on a free port of 127.0.0.1."""
    platform = RecordingPlatform(Random(seed))
    server = await asyncio.start_server(platform.handle, "127.0.0.1", 0)
    platform.port = server.sockets[0].getsockname()[1]
    async with server:
        yield platform
