"""Tries every channel without saying anything to anybody: what `daren doctor` shows of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel, Pusher
from memory.domain.bindings import DoorServices
from memory.domain.channels import ChannelKind, ChannelSetting, SecretBox, owner_of_secrets
from memory.domain.errors import AppError


@dataclass(frozen=True, slots=True)
class Found:
    """How one channel does; `failure` None: it would work."""

    channel: ChannelSetting
    failure: AppError | None


@dataclass(frozen=True, slots=True)
class ChannelDoctor:
    """Looks at channels one after another."""

    services: DoorServices
    box: SecretBox
    pushers: Mapping[ChannelKind, Pusher]

    async def look(self) -> Sequence[Found]:
        """Every active channel with what is wrong with it. Raises Unavailable when the rows cannot be read."""
        async with self.services.across_tenants("how channels do") as work:
            channels = await work.channels.every()
        return [Found(channel, await self._failure(channel)) for channel in channels]

    async def _failure(self, channel: ChannelSetting) -> AppError | None:
        pusher = self.pushers.get(channel.kind)
        if pusher is None:
            return None
        try:
            secrets = self.box.unseal(channel.sealed, of=owner_of_secrets(channel.tenant, channel.kind))
            await pusher.look(OpenChannel(channel, secrets))
        except AppError as failure:
            return failure
        return None
