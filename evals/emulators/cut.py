"""Ending a connection without an answer: uvicorn hands its transports to the application for it."""

import asyncio
from typing import Final

from starlette.requests import Request
from uvicorn.protocols.http.h11_impl import H11Protocol

_CUT: Final = "cut"


class CuttableProtocol(H11Protocol):
    """HTTP whose requests carry, in their state, the way to end their connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        """Put the way into the state that every request of this connection gets a copy of."""
        self.app_state = {**self.app_state, _CUT: transport.abort}
        super().connection_made(transport)


async def cut_off(request: Request) -> None:
    """End the connection and wait until the server has noticed: what is answered then goes nowhere."""
    request.scope["state"][_CUT]()
    while (await request.receive())["type"] != "http.disconnect":
        pass
