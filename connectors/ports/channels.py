"""What a channel of our side offers when Daren wants to say something first."""

from typing import Protocol

from memory.domain.chat import Reply


class ChatChannel(Protocol):
    """One place people talk to us."""

    async def post(self, to: str, reply: Reply, *, route: str) -> None:
        """Deliver a reply to a chat at most once per `route` key.

        Raises:
            Unavailable: nothing was accepted; the same reply may be tried again.
            Refused: the vendor rejected the recipient or the content.
            Unclear: the call ended without an answer; never try blindly again.
        """
        ...
