"""Channels that cannot speak first: set up and looked at like every channel, while pushes go elsewhere."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from connectors.ports.channels import OpenChannel, Push
from connectors.ports.custody import Safe
from connectors.wecom.app import notes
from connectors.wecom.probe import AddressProbe
from connectors.wecom.skew import require_right_time
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused
from memory.domain.ids import ChannelId


class Platform(Protocol):
    """The calls of one kind of channel."""

    async def look(self, channel: OpenChannel) -> str:
        """Whether a channel would work; the platform's time as HTTP says it. Raises as `Pusher.look`."""
        ...


@dataclass(frozen=True, slots=True)
class SilentPusher(ABC):
    """Satisfies `connectors.ports.channels.Pusher` but for what is typed."""

    client: Platform
    safe: Safe
    probe: AddressProbe
    per_minute: int = 0
    knows_repeats_for: timedelta = timedelta(0)

    @property
    @abstractmethod
    def kind(self) -> ChannelKind:
        """See `Pusher.kind`."""

    @property
    @abstractmethod
    def never_called(self) -> str:
        """The text of what is left to do where no callback came yet."""

    @abstractmethod
    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""

    def holds(self, channel: ChannelId) -> bool:
        """See `Pusher.holds`: there is nothing to be pushed."""
        del channel
        return False

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """Never. Raises Refused("channel_cannot_push")."""
        del channel, push, key
        raise Refused("channel_cannot_push")

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: what may call, clock, whether the address answers, what was seen so far."""
        require_right_time(await self.client.look(channel), self.probe.now())
        await self.probe.look(channel)
        notes.require_good(await notes.read(self.safe, channel.setting.id), never_called=self.never_called)
