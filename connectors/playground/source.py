"""Creators of the playground world, through the port every platform has."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from connectors.playground.world import World
from memory.domain.creator import CreatorFacts

BATCH = 500


@dataclass(frozen=True, slots=True)
class PlaygroundSource:
    """Satisfies `CreatorSource`."""

    world: World

    @property
    def name(self) -> str:
        """See `CreatorSource.name`."""
        return "playground"

    async def creators(self) -> AsyncIterator[Sequence[CreatorFacts]]:
        """See `CreatorSource.creators`; in the order of their numbers."""
        after = 0
        while page := await self.world.creators(after=after, limit=BATCH):
            yield [facts for _, facts in page]
            after = page[-1][0]
