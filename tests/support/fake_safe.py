"""What a channel keeps between calls, in memory: `connectors.ports.custody.Safe` without a database."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from connectors.ports.custody import Fresh, Kept


@dataclass
class FakeSafe:
    """Rows that outlive processes, on the emulator's clock. `off`: of a channel that is switched off."""

    now: Callable[[], datetime]
    off: bool = False
    kept: dict[str, Kept] = field(default_factory=dict)
    locks: "defaultdict[str, asyncio.Lock]" = field(default_factory=lambda: defaultdict(asyncio.Lock))

    async def read(self, channel: int, name: str) -> Kept | None:
        """What is not over."""
        found = self.kept.get(name)
        return found if found is not None and found.good_until > self.now() else None

    async def keep(self, channel: int, name: str, fresh: Fresh) -> None:
        """Under its name, unless the channel is off."""
        if not self.off:
            self.kept[name] = Kept(name, fresh.value, self.now(), self.now() + fresh.good_for)

    async def find(self, channel: int, start: str) -> Sequence[Kept]:
        """What is not over."""
        return [kept for name, kept in self.kept.items() if name.startswith(start) and kept.good_until > self.now()]

    async def take(self, channel: int, start: str) -> Sequence[Kept]:
        """Once."""
        names = [name for name in self.kept if name.startswith(start)]
        return [kept for kept in map(self.kept.pop, names) if kept.good_until > self.now()]

    async def renewed(
        self, channel: int, name: str, renew: Callable[[Kept | None], Awaitable[Fresh | None]]
    ) -> Kept | None:
        """One at a time."""
        async with self.locks[name]:
            fresh = await renew(await self.read(channel, name))
            if fresh is not None:
                await self.keep(channel, name, fresh)
            return self.kept.get(name)
