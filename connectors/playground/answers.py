"""What simulated creators wrote, through the port every platform has."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.playground.world import World
from connectors.ports.platforms import Answer


@dataclass(frozen=True, slots=True)
class PlaygroundAnswers:
    """Satisfies `AnswerSource`. The cursor is the number of the last answer handed out."""

    world: World

    @property
    def name(self) -> str:
        """See `AnswerSource.name`."""
        return "playground"

    async def answers(self, *, after: str | None, now: datetime) -> tuple[Sequence[Answer], str | None]:
        """See `AnswerSource.answers`."""
        position = int(after) if after else 0
        found = await self.world.answers(after=position, now=now)
        return [answer for _, answer in found], str(found[-1][0]) if found else after

    async def next_due(self) -> datetime | None:
        """See `AnswerSource.next_due`."""
        return await self.world.next_due()
