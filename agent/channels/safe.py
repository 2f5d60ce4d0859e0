"""Keeps what adapters need between calls: sealed for the one channel, or shop, and name, in rows."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from connectors.ports.custody import Fresh, Kept
from memory.domain.channels import SecretBox
from memory.domain.ids import ChannelId, ShopLinkId, TenantId
from memory.domain.kept import KeptServices, KeptStore, KeptWork, SealedKept

_VALUE = "value"
OwnerId = TypeVar("OwnerId", ChannelId, ShopLinkId)


@dataclass(frozen=True, slots=True)
class _Sealed(Generic[OwnerId]):
    """Satisfies `connectors.ports.custody.Safe`. `now` is the machine's clock: the demo's may be moved."""

    services: KeptServices
    box: SecretBox
    now: Callable[[], datetime]
    kept_in: Callable[[KeptWork], KeptStore[OwnerId]]
    noun: str

    async def read(self, owner: OwnerId, name: str) -> Kept | None:
        """See `Safe.read`."""
        async with self.services.across_tenants("what a channel keeps") as work:
            found = await self.kept_in(work).read(owner, name, now=self.now())
        return self._opened(owner, found) if found is not None else None

    async def keep(self, owner: OwnerId, name: str, fresh: Fresh) -> None:
        """See `Safe.keep`; nothing is kept for who is off."""
        async with self.services.across_tenants("a channel keeps something") as work:
            tenant = await self.kept_in(work).lock(owner, name)
            if tenant is not None:
                await self._keep(work, owner, tenant, name, fresh)

    async def find(self, owner: OwnerId, start: str) -> Sequence[Kept]:
        """See `Safe.find`."""
        async with self.services.across_tenants("what a channel keeps") as work:
            found = await self.kept_in(work).find(owner, start, now=self.now())
        return [self._opened(owner, one) for one in found]

    async def take(self, owner: OwnerId, start: str) -> Sequence[Kept]:
        """See `Safe.take`."""
        async with self.services.across_tenants("what a channel kept is used") as work:
            found = await self.kept_in(work).take(owner, start, now=self.now())
        return [self._opened(owner, one) for one in found]

    async def renewed(
        self, owner: OwnerId, name: str, renew: Callable[[Kept | None], Awaitable[Fresh | None]]
    ) -> Kept | None:
        """See `Safe.renewed`. The name stays locked while it is renewed, so that no other process does the same."""
        async with self.services.across_tenants("a channel renews something") as work:
            tenant = await self.kept_in(work).lock(owner, name)
            found = await self.kept_in(work).read(owner, name, now=self.now())
            kept = self._opened(owner, found) if found is not None else None
            fresh = await renew(kept)
            if fresh is None or tenant is None:
                return kept
            return await self._keep(work, owner, tenant, name, fresh)

    async def _keep(self, work: KeptWork, owner: OwnerId, tenant: TenantId, name: str, fresh: Fresh) -> Kept:
        made_at = self.now()
        sealed = self.box.seal({_VALUE: fresh.value}, of=self._owner(tenant, owner, name))
        kept = SealedKept(tenant, name, made_at, made_at + fresh.good_for, sealed)
        await self.kept_in(work).keep(owner, kept)
        return Kept(name, fresh.value, kept.made_at, kept.good_until)

    def _opened(self, owner: OwnerId, found: SealedKept) -> Kept:
        opened = self.box.unseal(found.sealed, of=self._owner(found.tenant, owner, found.name))
        return Kept(found.name, opened[_VALUE], found.made_at, found.good_until)

    def _owner(self, tenant: TenantId, owner: OwnerId, name: str) -> str:
        return f"{self.noun}:{tenant}:{owner}:{name}"


class SealedSafe(_Sealed[ChannelId]):
    """What channels keep."""

    def __init__(self, services: KeptServices, box: SecretBox, now: Callable[[], datetime]) -> None:
        super().__init__(services, box, now, lambda work: work.kept, "kept")


class ShopSafe(_Sealed[ShopLinkId]):
    """What shops keep."""

    def __init__(self, services: KeptServices, box: SecretBox, now: Callable[[], datetime]) -> None:
        super().__init__(services, box, now, lambda work: work.shop_kept, "shop")
