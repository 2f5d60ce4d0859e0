"""One shown result: what an answer is put together from."""

from dataclasses import dataclass, field

from pydantic import JsonValue

from memory.domain.cards import Card
from memory.domain.chat import FileOut


@dataclass(frozen=True, slots=True)
class Piece:
    """What one tool result looks like to the person, and the little of it a planner needs to go on."""

    text: str = ""
    cards: tuple[Card, ...] = ()
    files: tuple[FileOut, ...] = ()
    for_planner: dict[str, JsonValue] = field(default_factory=dict)
