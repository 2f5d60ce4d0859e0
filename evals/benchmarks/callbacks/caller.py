"""Calls back as the platform does, at a steady rate whatever the other side does: bodies sealed beforehand, connections
kept. A callback's time counts from the moment it was due, so that one that waits for the one before is not flattered.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode, urlsplit

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.core.corp import App, Corp

GIVE_UP_SECONDS = 5.0  # as the platform does
_OK = b" 200 "


@dataclass(frozen=True, slots=True)
class Question:
    """What one member asks; `number` makes its message id."""

    number: int
    user: str
    text: str


@dataclass(slots=True)
class Called:
    """What became of every callback, in the order they were due: seconds to a 200, None without one.

    `began` is seconds since the epoch; `cpu_seconds` are the caller's own.
    """

    seconds: list[float | None]
    began: float = 0.0
    cpu_seconds: float = 0.0


def sealed(questions: Sequence[Question], corp: Corp, app: App, address: str) -> list[bytes]:
    """Each as a whole HTTP request; one that stands there twice is sealed twice, as a repeat is."""
    rng, envelope, now = Random(len(questions)), corp.envelope(app), str(int(time.time()))
    found = urlsplit(address)
    requests = []
    for question in questions:
        inner = xml.write(
            {
                "ToUserName": corp.corpid, "FromUserName": question.user, "CreateTime": int(now), "MsgType": "text",
                "Content": question.text, "MsgId": 10**15 + question.number, "AgentID": app.agentid,
            }
        )  # fmt: skip
        nonce, encrypted = str(rng.randrange(10**9)), envelope.seal(inner, random16=rng.randbytes(16))
        signature = envelope.sign(now, nonce, encrypted)
        query = urlencode({"msg_signature": signature, "timestamp": now, "nonce": nonce})
        outer = {"ToUserName": corp.corpid, "AgentID": str(app.agentid), "Encrypt": encrypted}
        body = xml.write(outer).encode()
        head = (
            f"POST {found.path}?{query} HTTP/1.1\r\nHost: {found.netloc}\r\nContent-Type: text/xml\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        requests.append(head.encode() + body)
    return requests


class _Line(asyncio.Protocol):
    """One connection, one request at a time."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[bool] | None = None
        self._heard = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def ask(self, request: bytes) -> "asyncio.Future[bool]":
        """Whether the answer is a 200."""
        assert self.transport is not None
        self._heard, self._answer = b"", asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self._answer

    def data_received(self, data: bytes) -> None:
        self._heard += data
        head, found, body = self._heard.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head):
            self._settle(ok=_OK in head[:16])

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.transport = None
        self._settle(ok=False)

    def _settle(self, *, ok: bool) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_result(ok)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def call(requests: Sequence[bytes], address: str, *, a_second: float) -> Called:
    """Send each when it is due; return when every one was answered or given up."""
    loop, found = asyncio.get_running_loop(), urlsplit(address)
    called, idle = Called([None] * len(requests)), deque[_Line]()

    async def one(place: int, due: float) -> None:
        line = idle.pop() if idle else None
        if line is None or line.transport is None:
            _, line = await loop.create_connection(_Line, found.hostname or "", found.port or 0)
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                good = await line.ask(requests[place])
        except TimeoutError:
            if line.transport is not None:
                line.transport.abort()
            return
        if good:
            called.seconds[place] = loop.time() - due
            idle.append(line)

    cpu = time.process_time()
    called.began, began = time.time(), loop.time()
    async with asyncio.TaskGroup() as tasks:
        for place in range(len(requests)):
            due = began + place / a_second
            await asyncio.sleep(max(0.0, due - loop.time()))
            tasks.create_task(one(place, due))
    called.cpu_seconds = time.process_time() - cpu
    for line in idle:
        if line.transport is not None:
            line.transport.close()
    return called
