"""Moments for messages, counted in memory as the rows do; shared by all processes of a test."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from connectors.ports.channels import OpenChannel
from connectors.ports.pacing import Paced
from memory.domain.ids import ChannelId


@dataclass
class FakePaces:
    """`seconds`: the clock; a test sets its own."""

    seconds: Callable[[], float] = lambda: 0.0
    given: dict[tuple[ChannelId, str], list[float]] = field(default_factory=dict)
    taken: int = 0

    async def take(self, channel: OpenChannel, paced: Paced) -> None:
        """See `Paces.take`."""
        self.taken += 1
        self.grant(channel.setting.id, paced)

    def grant(self, channel: ChannelId, paced: Paced) -> None:
        """As `SaidOnce` does with its claim."""
        paced.grant(self._waits(channel, paced))

    def _waits(self, channel: ChannelId, paced: Paced) -> Sequence[float]:
        moments, now = self.given.setdefault((channel, paced.chat), []), self.seconds()
        waits = []
        for _ in range(max(1, min(paced.wanted, paced.most))):
            is_full = len(moments) >= paced.most
            moments.append(max(now, moments[-paced.most] + paced.seconds) if is_full else now)
            waits.append(moments[-1] - now)
        return waits
