"""An application on a loopback port, whose connections can be cut and none of which outlives it."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from evals.emulators.cut import CuttableProtocol

LOOPBACK = "127.0.0.1"


def _listener(port: int) -> socket.socket:
    # The protocol is named because asyncio sends small frames at once only on sockets that say they are TCP; on others
    # each answer waits some 40 ms for the other side's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((LOOPBACK, port))
    listener.listen(socket.SOMAXCONN)
    return listener


@asynccontextmanager
async def serving(app: ASGIApp, *, port: int = 0) -> AsyncIterator[str]:
    """Serve an application on loopback (0: any free port); its address."""
    listener = _listener(port)
    config = uvicorn.Config(
        app,
        http=CuttableProtocol,
        ws="websockets-sansio",
        lifespan="off",
        log_config=None,
        log_level=logging.CRITICAL,
        access_log=False,
        timeout_graceful_shutdown=1,
        ws_ping_interval=None,
    )
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup(sockets=[listener])
    try:
        yield f"http://{LOOPBACK}:{listener.getsockname()[1]}"
    finally:
        await _stop_accepting(listener)
        await server.shutdown(sockets=[listener])
        await _cut_what_is_left(server)
        listener.close()


async def _stop_accepting(listener: socket.socket) -> None:
    """Let whoever is being accepted arrive: asyncio forgets a connection whose server closes in that moment, open."""
    asyncio.get_running_loop().remove_reader(listener)
    for _ in range(3):
        await asyncio.sleep(0)


async def _cut_what_is_left(server: uvicorn.Server) -> None:
    """Uvicorn leaves a connection open that does not read what it was sent; its socket would outlive the loop."""
    state = server.server_state
    while state.connections or state.tasks:
        for connection in list(state.connections):
            connection.transport.abort()
        for task in list(state.tasks):
            task.cancel()
        await asyncio.sleep(0)
