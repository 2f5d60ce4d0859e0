"""Cards on their way after a text that went: where each stands, and the Protocol of the rows behind it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from memory.domain.dispatch import Candidate, Queue
from memory.domain.ids import CardSendId
from memory.domain.outreach import Channel, Flag, SendTicket
from memory.domain.shop_cards import ShopCard


class CardState(StrEnum):
    """Where one stands. `unknown`: it went or not, nobody knows yet; `dropped`: it never goes."""

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    UNKNOWN = "unknown"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True)
class DueCard:
    """A card to look at now. `is_unclear`: its platform is asked what became of it before anything else."""

    id: CardSendId
    queue: Queue
    channel: Channel
    ticket: SendTicket
    is_unclear: bool


@dataclass(frozen=True, slots=True)
class CardCandidate:
    """A locked card that waits, with its message's step as it stands now. `answered`: its creator has written since."""

    id: CardSendId
    card: ShopCard
    ticket: SendTicket
    attempts: int
    text_at: datetime
    answered: bool
    step: Candidate


class CardSendStore(Protocol):
    """Cards of every tenant, for who sends them; each method locks what it changes."""

    async def due(self, *, limit: int) -> Sequence[DueCard]:
        """Those to look at now, longest due first. One whose process went away is unclear."""
        ...

    async def lock(self, card: DueCard) -> CardCandidate | None:
        """One that waits and is due, nobody else's until the transaction ends; None where somebody was quicker."""
        ...

    async def claim(self, card: CardSendId, *, lease: timedelta) -> None:
        """A locked one is being sent from now on."""
        ...

    async def leave(self, card: CardSendId, reason: Flag | None, *, rest: timedelta) -> None:
        """A locked one waits on."""
        ...

    async def settle(
        self, card: CardSendId, to: CardState, *, outside_id: str | None = None, reason: Flag | None = None,
        rest: timedelta = timedelta(0),
    ) -> bool:  # fmt: skip
        """How a try ended; `rest`: it is not looked at before. False where it had ended already.

        What a person should know of it is written on its message, and told.
        """
        ...
