"""微信客服 is set up and looked at like every channel; it cannot speak first."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.wecom.kf.channel import FAILED
from connectors.wecom.kf.settings import read_typed
from connectors.wecom.rations.pushing import SilentPusher
from memory.domain.channels import ChannelKind
from memory.domain.errors import Refused


@dataclass(frozen=True, slots=True)
class KfPusher(SilentPusher):
    """Satisfies `connectors.ports.channels.Pusher`."""

    kind: ChannelKind = ChannelKind.WECOM_KF
    never_called: str = "kf_never_called"

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        return read_typed(typed)

    async def look(self, channel: OpenChannel) -> None:
        """See `Pusher.look`.

        Raises Refused("kf_not_delivered") besides, for a message that was accepted and did not arrive.
        """
        await SilentPusher.look(self, channel)
        failed = await self.safe.read(channel.setting.id, FAILED)
        if failed is not None:
            raise Refused("kf_not_delivered", why=int(failed.value))
