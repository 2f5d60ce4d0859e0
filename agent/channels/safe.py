"""Keeps what adapters of channels need between calls: sealed for the one channel and name, in rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from connectors.ports.custody import Fresh, Kept
from memory.domain.channels import SecretBox
from memory.domain.ids import ChannelId, TenantId
from memory.domain.kept import KeptServices, KeptWork, SealedKept

_VALUE = "value"


@dataclass(frozen=True, slots=True)
class SealedSafe:
    """Satisfies `connectors.ports.custody.Safe`. `now` is the machine's clock: the demo's may be moved."""

    services: KeptServices
    box: SecretBox
    now: Callable[[], datetime]

    async def read(self, channel: ChannelId, name: str) -> Kept | None:
        """See `Safe.read`."""
        async with self.services.across_tenants("what a channel keeps") as work:
            found = await work.kept.read(channel, name, now=self.now())
        return self._opened(channel, found) if found is not None else None

    async def keep(self, channel: ChannelId, name: str, fresh: Fresh) -> None:
        """See `Safe.keep`; nothing is kept for a channel that is off."""
        async with self.services.across_tenants("a channel keeps something") as work:
            tenant = await work.kept.lock(channel, name)
            if tenant is not None:
                await self._keep(work, channel, tenant, name, fresh)

    async def find(self, channel: ChannelId, start: str) -> Sequence[Kept]:
        """See `Safe.find`."""
        async with self.services.across_tenants("what a channel keeps") as work:
            found = await work.kept.find(channel, start, now=self.now())
        return [self._opened(channel, one) for one in found]

    async def take(self, channel: ChannelId, start: str) -> Sequence[Kept]:
        """See `Safe.take`."""
        async with self.services.across_tenants("what a channel kept is used") as work:
            found = await work.kept.take(channel, start, now=self.now())
        return [self._opened(channel, one) for one in found]

    async def renewed(
        self, channel: ChannelId, name: str, renew: Callable[[Kept | None], Awaitable[Fresh | None]]
    ) -> Kept | None:
        """See `Safe.renewed`. The name stays locked while it is renewed, so that no other process does the same."""
        async with self.services.across_tenants("a channel renews something") as work:
            tenant = await work.kept.lock(channel, name)
            found = await work.kept.read(channel, name, now=self.now())
            kept = self._opened(channel, found) if found is not None else None
            fresh = await renew(kept)
            if fresh is None or tenant is None:
                return kept
            return await self._keep(work, channel, tenant, name, fresh)

    async def _keep(self, work: KeptWork, channel: ChannelId, tenant: TenantId, name: str, fresh: Fresh) -> Kept:
        made_at = self.now()
        sealed = self.box.seal({_VALUE: fresh.value}, of=_owner(tenant, channel, name))
        kept = SealedKept(tenant, name, made_at, made_at + fresh.good_for, sealed)
        await work.kept.keep(channel, kept)
        return Kept(name, fresh.value, kept.made_at, kept.good_until)

    def _opened(self, channel: ChannelId, found: SealedKept) -> Kept:
        opened = self.box.unseal(found.sealed, of=_owner(found.tenant, channel, found.name))
        return Kept(found.name, opened[_VALUE], found.made_at, found.good_until)


def _owner(tenant: TenantId, channel: ChannelId, name: str) -> str:
    return f"kept:{tenant}:{channel}:{name}"
