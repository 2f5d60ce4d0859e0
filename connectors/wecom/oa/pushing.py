"""An Official Account cannot speak first: it is set up and looked at like every channel, and pushes go elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel, Push
from connectors.ports.custody import Safe
from connectors.wecom.app import notes
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.probe import AccountProbe
from connectors.wecom.oa.settings import read_typed
from connectors.wecom.skew import require_right_time
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused
from memory.domain.ids import ChannelId


@dataclass(frozen=True, slots=True)
class AccountPusher:
    """Satisfies `connectors.ports.channels.Pusher`."""

    client: AccountClient
    safe: Safe
    probe: AccountProbe
    kind: ChannelKind = ChannelKind.WECHAT_ACCOUNT
    knows_repeats: bool = False
    per_minute: int = 0

    def holds(self, channel: ChannelId) -> bool:
        """See `Pusher.holds`: there is nothing to be pushed."""
        del channel
        return False

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        return read_typed(typed)

    async def push(self, channel: OpenChannel, push: Push, *, key: str) -> str | None:
        """Never. Raises Refused("channel_cannot_push")."""
        del channel, push, key
        raise Refused("channel_cannot_push")

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`: secret, address, right, clock, whether the address answers, what was seen so far."""
        require_right_time(await self.client.look(channel), self.probe.now())
        await self.probe.look(channel)
        notes.require_good(await notes.read(self.safe, channel.setting.id))
