"""Changes that are too large to run at once, or give something away: they wait under a code for the same member."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from pydantic import JsonValue

from memory.domain.ids import CreatorId


@dataclass(frozen=True, slots=True)
class WaitingChange:
    """What would be changed of whom.

    `change` is JSON-shaped: `samples` alone, `report_link` alone, or as `tools.confirming` knows it.
    """

    code: str
    creators: tuple[CreatorId, ...]
    change: dict[str, JsonValue]
    decide_by: datetime


class WaitingChangeStore(Protocol):
    """The scope member's own waiting changes."""

    async def add(
        self, creators: Sequence[CreatorId], change: dict[str, JsonValue], *, decide_by: datetime
    ) -> WaitingChange:
        """Keep one under the tenant's next code (C1, C2 …)."""
        ...

    async def take(self, code: str) -> WaitingChange | None:
        """Take one out for good; None: unknown, somebody else's, taken already, or past its time."""
        ...
