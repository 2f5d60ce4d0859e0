"""How the rooms of the bot see the long connection: a frame out, its ack back."""

from typing import Protocol

from connectors.wecom.bot.frames import Ack, Cmd, Json


class Calls(Protocol):
    """Frames with their acks; satisfied by `BotSocket`."""

    async def call(self, cmd: Cmd, body: Json | None = None, *, req_id: str | None = None) -> Ack:
        """See `BotSocket.call`."""
        ...
