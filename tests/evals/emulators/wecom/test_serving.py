"""When the emulator ends, nothing of it stays open: a socket left behind fails whichever test runs when it is found."""

import asyncio
import gc
import socket
import warnings

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from evals.emulators.serving import serving

UPGRADE = (
    b"GET /flood HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
GET = b"GET /wait HTTP/1.1\r\nHost: a\r\n\r\n"


async def _never(_: Request) -> Response:
    await asyncio.Event().wait()
    return Response()


async def _flood(websocket: WebSocket) -> None:
    await websocket.accept()
    for _ in range(400):
        await websocket.send_text("x" * 100_000)


async def _left_in_the_middle(said: bytes, *, turns: int) -> socket.socket:
    """Connect, say something, and end the server after so many turns of its loop; the caller's end."""
    app = Starlette(routes=[Route("/wait", _never), WebSocketRoute("/flood", _flood)])
    async with serving(app) as address:
        caller = socket.create_connection(("127.0.0.1", int(address.rsplit(":", 1)[1])))
        caller.sendall(said)
        for _ in range(turns):
            await asyncio.sleep(0)
    return caller


@pytest.mark.parametrize("said", [b"", GET, UPGRADE], ids=["silent", "waits", "never reads"])
@pytest.mark.parametrize("turns", [0, 1, 2, 3, 4, 300])
def test_no_connection_outlives_the_server(said: bytes, turns: int) -> None:
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        caller = asyncio.run(_left_in_the_middle(said, turns=turns))
        gc.collect()
        caller.close()
    assert [str(warning.message) for warning in seen] == []
