"""The platform of the year: it writes down what reached it and when, is busy at times, and loses an answer at times."""

from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from connectors.ports.platforms import Receipt, SendFate
from memory.domain.creator import Creator
from memory.domain.errors import Refused, Unavailable, Unclear
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import Channel, SendTicket

_BUSY, _LOST, _REFUSED = 0.02, 0.02, 0.005


@dataclass(frozen=True, slots=True)
class Arrived:
    """One message that reached a creator. `at`: when, UTC. `round`: 0 for a first message."""

    at: datetime
    brand: BrandId
    creator: CreatorId
    key: str
    batch: str
    round: int


@dataclass(slots=True)
class Platform:
    """Satisfies `Messenger`."""

    draw: Random
    arrived: list[Arrived] = field(default_factory=list)
    busy: int = 0
    lost: int = 0
    refused: int = 0
    _keys: set[str] = field(default_factory=set)

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return Channel.PLAYGROUND

    def accepts(self, creator: Creator) -> None:
        """Everybody."""
        del creator

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`; half of what ends without an answer has arrived."""
        luck = self.draw.random()
        if luck < _BUSY:
            self.busy += 1
            raise Unavailable("platform_busy")
        if luck < _BUSY + _REFUSED:
            self.refused += 1
            raise Refused("platform_refused")
        if luck >= 1 - _LOST / 2:
            self.lost += 1
            raise Unclear("unclear")
        batch, round_ = ticket.text.split()
        self._keys.add(ticket.idempotency_key)
        self.arrived.append(Arrived(now, ticket.brand, ticket.creator, ticket.idempotency_key, batch, int(round_)))
        if luck >= 1 - _LOST:
            self.lost += 1
            raise Unclear("unclear")
        return Receipt(f"out-{len(self.arrived)}", now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`."""
        return SendFate.ACCEPTED if ticket.idempotency_key in self._keys else SendFate.NEVER_SEEN
