"""An Official Account is set up and looked at like every channel; it cannot speak first."""

from collections.abc import Mapping
from dataclasses import dataclass

from connectors.wecom.oa.settings import read_typed
from connectors.wecom.rations.pushing import SilentPusher
from memory.domain.channels import ChannelKind


@dataclass(frozen=True, slots=True)
class AccountPusher(SilentPusher):
    """Satisfies `connectors.ports.channels.Pusher`."""

    kind: ChannelKind = ChannelKind.WECHAT_ACCOUNT
    never_called: str = "oa_never_called"

    def read(self, typed: Mapping[str, str]) -> dict[str, str]:
        """See `Pusher.read`."""
        return read_typed(typed)
