"""What the shop has in its books: messages it took in and answers it planned, for whoever compares with their own."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Received:
    """One message the shop accepted, under the sender's key."""

    key: str
    brand: int
    handle: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Written:
    """One answer to an accepted message. `outside_id` is how it is handed out; `out`: whether it was already."""

    outside_id: str
    key: str
    brand: int
    handle: str
    intent: str
    text: str
    at: datetime
    out: bool


@dataclass(frozen=True, slots=True)
class Statement:
    """All of it, oldest first."""

    received: tuple[Received, ...] = ()
    written: tuple[Written, ...] = ()
