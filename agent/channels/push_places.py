"""Where a brand's team is told things, for people in channels that cannot speak first."""

from collections.abc import Sequence
from dataclasses import dataclass

from connectors.ports.channels import OpenChannel
from memory.domain.bindings import DoorServices
from memory.domain.channels import PUSHING
from memory.domain.ids import BrandId


@dataclass(frozen=True, slots=True)
class PushPlaces:
    """Over the rows of channels."""

    services: DoorServices

    async def of(self, channel: OpenChannel, brand: BrandId | None) -> Sequence[str]:
        """Names of the tenant's channels that can push about a brand, the preferred first. Raises Unavailable."""
        async with self.services.across_tenants("where pushes come") as work:
            every = await work.channels.every()
        able = [one for one in every if one.tenant == channel.setting.tenant and one.kind in PUSHING]
        serving = [one for one in able if one.serves in (None, brand) or brand is None]
        return [one.name for one in sorted(serving, key=lambda one: (PUSHING.index(one.kind), one.id))]
