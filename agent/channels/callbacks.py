"""Finds the channel a callback is for by the last part of its address, which only the key of secrets can make."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field

from connectors.ports.channels import OpenChannel
from memory.domain.bindings import DoorServices
from memory.domain.channels import ChannelKind, SecretBox, owner_of_secrets
from memory.domain.ids import ChannelId

FRESH_SECONDS = 5.0  # a changed row is followed within this; two hundred callbacks a second do not read it each
_DIGITS = 32
_OF = "callback"


@dataclass(slots=True, eq=False)
class KeyedPaths:
    """Satisfies `connectors.ports.callbacks.CallbackPaths`. `seconds`: a clock that never goes back."""

    services: DoorServices
    box: SecretBox
    seconds: Callable[[], float]
    _found: dict[ChannelId, tuple[float, OpenChannel | None]] = field(default_factory=dict)

    def path(self, channel: ChannelId) -> str:
        """See `CallbackPaths.path`."""
        return f"{channel}-{self.box.digest(str(channel), of=_OF)[:_DIGITS]}"

    async def channel(self, kind: ChannelKind, path: str) -> OpenChannel | None:
        """See `CallbackPaths.channel`."""
        number = path.partition("-")[0]
        if not (number.isascii() and number.isdecimal() and len(number) < _DIGITS):
            return None
        channel = ChannelId(int(number))
        if not hmac.compare_digest(self.path(channel).encode(), path.encode()):
            return None
        read_at, found = self._found.get(channel, (0.0, None))
        if found is None or self.seconds() - read_at > FRESH_SECONDS:
            found = await self._read(channel)
            self._found[channel] = (self.seconds(), found)
        return found if found is not None and found.setting.kind is kind else None

    async def _read(self, channel: ChannelId) -> OpenChannel | None:
        async with self.services.across_tenants("which channel is called back") as work:
            setting = await work.channels.active(channel)
        if setting is None:
            return None
        return OpenChannel(setting, self.box.unseal(setting.sealed, of=owner_of_secrets(setting.tenant, setting.kind)))
