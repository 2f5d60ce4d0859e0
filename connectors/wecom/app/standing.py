"""How an app does, for the channels page: its callback address, when it was called last, what is wrong."""

from dataclasses import dataclass
from typing import Protocol

from connectors.ports.callbacks import CallbackState
from connectors.ports.custody import Safe
from connectors.wecom.app import notes
from memory.domain.errors import Misconfigured
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag


class Addressed(Protocol):
    """What knows a channel's callback address."""

    def address(self, channel: ChannelId) -> str | None:
        """What goes into the console; None without a public address."""
        ...


@dataclass(frozen=True, slots=True)
class AppStanding:
    """Satisfies `connectors.ports.callbacks.CalledBack`, for whatever keeps such notes."""

    safe: Safe
    probe: Addressed

    async def state(self, channel: ChannelId) -> CallbackState:
        """See `CalledBack.state`. Without the key of secrets that is what is wrong."""
        try:
            noted = await notes.read(self.safe, channel)
            return CallbackState(self.probe.address(channel), noted.called_at, noted.wrong)
        except Misconfigured as failure:
            return CallbackState(None, wrong=(Flag(failure.text_key, dict(failure.facts)),))
