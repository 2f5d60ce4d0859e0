"""Gives out when messages may go into a chat, counted over all processes."""

from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from connectors.ports.pacing import Paced
from memory.domain.ids import ChannelId, TenantId
from memory.domain.pacing import PaceServices, PaceStore


@dataclass(frozen=True, slots=True)
class CountedPaces:
    """Satisfies `connectors.ports.pacing.Paces`: a transaction of its own, one statement."""

    services: PaceServices

    async def take(self, channel: OpenChannel, paced: Paced) -> None:
        """See `Paces.take`."""
        async with self.services.across_tenants("when a message may go") as work:
            await grant(work.paces, channel.setting.tenant, channel.setting.id, paced)


async def grant(paces: PaceStore, tenant: TenantId, channel: ChannelId, paced: Paced) -> None:
    """Take moments inside somebody's transaction."""
    waits = await paces.take(tenant, channel, paced.chat, messages=paced.wanted, most=paced.most, seconds=paced.seconds)
    paced.grant(waits)
