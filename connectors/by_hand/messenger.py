"""People as a messenger: they reach every creator, and are never called; see `agent/by_hand` for what they do."""

from dataclasses import dataclass
from datetime import datetime

from connectors.ports.platforms import Receipt, SendFate
from memory.domain.creator import Creator
from memory.domain.errors import Refused, Unavailable
from memory.domain.outreach import Channel, Flag, SendTicket


@dataclass(frozen=True, slots=True)
class ByHandMessenger:
    """Satisfies `Messenger` so that every creator has a channel; a step of it waits for a person."""

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return Channel.BY_HAND

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`: whoever has a profile can be written to by somebody."""
        del creator
        return None

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """Refused, always: nothing is sent by itself."""
        del now
        raise Refused("by_hand_only", handle=ticket.handle)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """Only the member who held it can tell."""
        raise Unavailable("by_hand_only", handle=ticket.handle)
