"""What client and keeper say to each other: a length, then JSON. Vectors travel as base64 of 32-bit floats."""

import asyncio
import base64
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, TypeAdapter

from memory.domain.creator import CreatorQuery, Hit, IndexEntry
from memory.domain.ids import CreatorId, TenantId
from memory.domain.stores import IndexInfo

LONGEST_FRAME = 64 * 1024 * 1024
_LENGTH = struct.Struct(">I")
State = Literal["ready", "new", "damaged"]


@dataclass(frozen=True, slots=True)
class Greet:
    """What are you keeping?"""

    op: Literal["greet"] = "greet"


@dataclass(frozen=True, slots=True)
class Search:
    """See `CreatorIndex.search`. Without `vector` the keeper embeds the topic itself."""

    query: CreatorQuery
    tenant: TenantId
    limit: int
    offset: int = 0
    vector: str | None = None
    op: Literal["search"] = "search"


@dataclass(frozen=True, slots=True)
class Similar:
    """See `CreatorIndex.similar`."""

    creator: CreatorId
    query: CreatorQuery
    tenant: TenantId
    limit: int
    op: Literal["similar"] = "similar"


@dataclass(frozen=True, slots=True)
class Count:
    """See `CreatorIndex.count`."""

    queries: list[CreatorQuery]
    tenant: TenantId
    op: Literal["count"] = "count"


@dataclass(frozen=True, slots=True)
class Upsert:
    """See `CreatorIndex.upsert`. Without `vectors` the keeper embeds the texts itself."""

    entries: list[IndexEntry]
    vectors: list[str] | None = None
    op: Literal["upsert"] = "upsert"


@dataclass(frozen=True, slots=True)
class Delete:
    """See `CreatorIndex.delete`."""

    ids: list[CreatorId]
    op: Literal["delete"] = "delete"


@dataclass(frozen=True, slots=True)
class Info:
    """See `CreatorIndex.info`."""

    op: Literal["info"] = "info"


@dataclass(frozen=True, slots=True)
class MarkFilled:
    """Every row is in: remember it in the manifest."""

    op: Literal["mark_filled"] = "mark_filled"


@dataclass(frozen=True, slots=True)
class TakeOver:
    """To a builder: finish the new index and listen where clients ask."""

    op: Literal["take_over"] = "take_over"


@dataclass(frozen=True, slots=True)
class Stop:
    """Answer what you have begun, flush, and end."""

    op: Literal["stop"] = "stop"


Request = Greet | Search | Similar | Count | Upsert | Delete | Info | MarkFilled | TakeOver | Stop


@dataclass(frozen=True, slots=True)
class Greeting:
    """What the keeper keeps. `new`: an empty index no row has been put into; `damaged`: only a rebuild helps."""

    state: State
    model: str
    dimension: int
    pid: int
    kind: Literal["greeting"] = "greeting"


@dataclass(frozen=True, slots=True)
class Hits:
    """Creators found."""

    hits: list[Hit]
    kind: Literal["hits"] = "hits"


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers, in the order asked."""

    counts: list[int]
    kind: Literal["counts"] = "counts"


@dataclass(frozen=True, slots=True)
class Facts:
    """About the index."""

    info: IndexInfo
    kind: Literal["facts"] = "facts"


@dataclass(frozen=True, slots=True)
class Done:
    """It is done."""

    kind: Literal["done"] = "done"


@dataclass(frozen=True, slots=True)
class Failed:
    """One of our own errors, by the name of its class."""

    error: Literal["BadRequest", "NotFound", "Unavailable", "Misconfigured"]
    key: str
    facts: dict[str, str | int | float]
    kind: Literal["failed"] = "failed"


Answer = Greeting | Hits | Counts | Facts | Done | Failed

_REQUEST: TypeAdapter[Request] = TypeAdapter(Annotated[Request, Field(discriminator="op")])
_ANSWER: TypeAdapter[Answer] = TypeAdapter(Annotated[Answer, Field(discriminator="kind")])


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request; None when the other side has left. Raises ValueError on anything but a request."""
    frame = await _read_frame(reader)
    return None if frame is None else _REQUEST.validate_json(frame)


async def read_answer(reader: asyncio.StreamReader) -> Answer:
    """Read one answer. Raises ConnectionError when the keeper is gone."""
    frame = await _read_frame(reader)
    if frame is None:
        raise ConnectionResetError("the keeper closed the connection")
    return _ANSWER.validate_json(frame)


async def send_request(writer: asyncio.StreamWriter, request: Request) -> None:
    """Write one request."""
    await _write_frame(writer, _REQUEST.dump_json(request))


async def send_answer(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Write one answer."""
    await _write_frame(writer, _ANSWER.dump_json(answer))


def pack_vector(vector: Sequence[float]) -> str:
    """A vector as text."""
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()


def unpack_vector(text: str) -> list[float]:
    """A vector from text."""
    numbers: list[float] = np.frombuffer(base64.b64decode(text), dtype="<f4").tolist()
    return numbers


async def _read_frame(reader: asyncio.StreamReader) -> bytes | None:
    try:
        (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
        if length > LONGEST_FRAME:
            raise ValueError("a frame longer than any of ours")
        return await reader.readexactly(length)
    except asyncio.IncompleteReadError:
        return None


async def _write_frame(writer: asyncio.StreamWriter, frame: bytes) -> None:
    writer.write(_LENGTH.pack(len(frame)) + frame)
    await writer.drain()
