"""How a rationed channel does, for the channels page: as any that is called back, and whose answers wait on a shelf."""

from dataclasses import dataclass, replace

from connectors.ports.callbacks import CallbackState
from connectors.ports.custody import Safe
from connectors.wecom.app.standing import AppStanding
from connectors.wecom.rations.giving import SHELF
from connectors.wecom.rations.shelf import Shelf
from memory.domain.errors import Misconfigured
from memory.domain.ids import ChannelId


@dataclass(frozen=True, slots=True)
class RationedStanding:
    """Satisfies `connectors.ports.callbacks.CalledBack`."""

    called: AppStanding
    safe: Safe

    async def state(self, channel: ChannelId) -> CallbackState:
        """See `CalledBack.state`. Without the key of secrets nobody can say what is on a shelf."""
        state = await self.called.state(channel)
        try:
            shelves = [Shelf.model_validate_json(kept.value) for kept in await self.safe.find(channel, SHELF)]
        except Misconfigured:
            return state
        return replace(state, shelved=sum(bool(shelf.waiting) for shelf in shelves))
