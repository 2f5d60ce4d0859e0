"""One shown result: what an answer is put together from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import JsonValue

from agent.charts.poster import Poster
from memory.domain.cards import Card
from memory.domain.chat import FileOut
from memory.domain.office_stores import StoredFile
from memory.domain.workspace import Lang
from prompts.render import Texts


@dataclass(frozen=True, slots=True)
class Piece:
    """What one tool result looks like to the person, and the little of it a planner needs to go on.

    `poster`: a picture still to be drawn.
    """

    text: str = ""
    cards: tuple[Card, ...] = ()
    files: tuple[FileOut, ...] = ()
    poster: Poster | None = None
    for_planner: dict[str, JsonValue] = field(default_factory=dict)


def file_out(kept: StoredFile, *, personal: bool = True) -> FileOut:
    """A kept file as an answer names it. `personal`: it may hold contacts."""
    size = len(kept.content)
    return FileOut(key=kept.key, name=kept.name, media_type=kept.media_type, size=size, personal=personal)


# Each function knows its own result type; the table they stand in mixes them.
Show = Callable[[Any, Lang, Texts], Piece]
