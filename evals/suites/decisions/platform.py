"""A platform that asks the model about every message at the moment it is handed one, and a process that may die."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from connectors.ports.platforms import Receipt
from evals.suites.decisions.nouns import Known, Where
from evals.suites.selling_office import RecordingMessenger
from memory.domain.errors import Refused, Unavailable
from memory.domain.outreach import SendTicket

Death = Literal["", "before", "after"]


class Killed(BaseException):
    """The process ends here."""


def _nobody(ticket: SendTicket, now: datetime) -> Known | None:
    raise LookupError(ticket.handle, now)


def _unheard(known: Known, where: Where) -> None:
    raise LookupError(known, where)


@dataclass(slots=True)
class CheckedMessenger(RecordingMessenger):
    """`check` judges a message that arrives, `ended` hears what became of it. Dies before or after it accepts."""

    check: Callable[[SendTicket, datetime], Known | None] = _nobody
    ended: Callable[[Known, Where], None] = _unheard
    brand: int = 0
    killed: Death = ""

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`."""
        if ticket.brand != self.brand:
            raise Refused("left_over")  # by an earlier history on the same database
        known = self.check(ticket, now)
        if known is None:
            raise Refused("unknown_text")
        self.ended(known, Where.UNCLEAR)  # until the platform says otherwise
        if self.killed == "before":
            raise Killed
        try:
            receipt = await RecordingMessenger.send(self, ticket, now=now)
        except Unavailable:
            self.ended(known, Where.WAITING)
            raise
        except Refused:
            self.ended(known, Where.FAILED)
            raise
        if self.killed == "after":
            raise Killed
        self.ended(known, Where.SENT)
        return receipt
