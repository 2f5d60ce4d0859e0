"""A loopback endpoint that speaks streaming Chat Completions from a script, and keeps what it was asked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

KEY = "scripted-key"
PIECE = 12  # characters a streamed chunk holds


@dataclass(frozen=True, slots=True)
class Says:
    """An answer in words."""

    text: str


@dataclass(frozen=True, slots=True)
class Calls:
    """An answer that calls one tool."""

    tool: str
    arguments: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Holds:
    """The beginning of an answer in words; its end comes when it is let go, or never."""

    text: str
    rest: str
    go: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(slots=True)
class ModelEndpoint:
    """Answers the next line of the script; with an empty script what `otherwise` says to the request, or never."""

    script: list[Says | Calls | Holds] = field(default_factory=list)
    otherwise: Callable[[dict[str, Any]], str] | None = None
    asked: list[dict[str, Any]] = field(default_factory=list)
    refused: int = 0
    base_url: str = ""
    # A connection whose caller was killed is nobody's but this set's: without it the task may be collected as it waits.
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    def connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve a connection, until it ends or `close` ends it."""
        self._serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        """End every connection, answered or not."""
        for task in self._serving:
            task.cancel()
        for ended in await asyncio.gather(*self._serving, return_exceptions=True):
            if isinstance(ended, Exception):
                raise ended

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One request a connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            headers = {
                name.lower(): value
                for name, _, value in (line.partition(": ") for line in head.split("\r\n")[1:] if line)
            }
            body = await reader.readexactly(int(headers["content-length"]))
            if headers.get("authorization") != f"Bearer {KEY}":
                self.refused += 1
                await _send(writer, "401 Unauthorized", "application/json", '{"error":{"message":"wrong key"}}')
                return
            self.asked.append(json.loads(body))
            if not self.script and self.otherwise is None:
                await asyncio.Event().wait()
            answer = (
                self.script.pop(0) if self.script or self.otherwise is None else Says(self.otherwise(self.asked[-1]))
            )
            if isinstance(answer, Holds):
                await _send_in_two(writer, answer)
            else:
                await _send(writer, "200 OK", "text/event-stream", _stream(answer))
        except ConnectionError:
            pass  # whoever asked was killed
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


async def _send(writer: asyncio.StreamWriter, status: str, kind: str, body: str) -> None:
    raw = body.encode()
    head = f"HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {len(raw)}\r\nconnection: close\r\n\r\n"
    writer.write(head.encode() + raw)
    await writer.drain()


async def _send_in_two(writer: asyncio.StreamWriter, answer: Holds) -> None:
    first, rest = _stream(Says(answer.text), whole=False), _stream(Says(answer.rest))
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n" + first.encode())
    await writer.drain()
    await answer.go.wait()
    writer.write(rest.encode())
    await writer.drain()


def _stream(answer: Says | Calls, *, whole: bool = True) -> str:
    if isinstance(answer, Says):
        pieces = [answer.text[start : start + PIECE] for start in range(0, len(answer.text), PIECE)]
        deltas: list[dict[str, Any]] = [{"content": piece} for piece in pieces]
    else:
        written = json.dumps(answer.arguments, ensure_ascii=False)
        call = {"index": 0, "id": "call_1", "type": "function", "function": {"name": answer.tool, "arguments": ""}}
        deltas = [{"role": "assistant", "tool_calls": [call]}]
        deltas += [
            {"tool_calls": [{"index": 0, "function": {"arguments": written[start : start + PIECE]}}]}
            for start in range(0, len(written), PIECE)
        ]
    chunks = [_chunk([{"index": 0, "delta": delta, "finish_reason": None}]) for delta in deltas]
    if not whole:
        return _events(chunks)
    end = "tool_calls" if isinstance(answer, Calls) else "stop"
    chunks.append(_chunk([{"index": 0, "delta": {}, "finish_reason": end}]))
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120}
    chunks.append(_chunk([], usage=usage))
    return _events(chunks) + "data: [DONE]\n\n"


def _events(chunks: list[dict[str, Any]]) -> str:
    return "".join(f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n" for chunk in chunks)


def _chunk(choices: list[dict[str, Any]], *, usage: dict[str, int] | None = None) -> dict[str, Any]:
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "scripted",
        "choices": choices,
        "usage": usage,
    }


@asynccontextmanager
async def listening() -> AsyncIterator[ModelEndpoint]:
    """An endpoint on a free loopback port."""
    endpoint = ModelEndpoint()
    server = await asyncio.start_server(endpoint.connected, "127.0.0.1", 0)
    endpoint.base_url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
    try:
        yield endpoint
    finally:
        server.close()
        await endpoint.close()
        await server.wait_closed()
