"""Everything of shops one process works with, over whichever platform it is handed."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from agent.settings import Settings
from agent.shops.checking import ShopDoctor
from agent.shops.desk import ShopDesk, linked
from agent.shops.syncing import ShopSync
from connectors.ports.shops import LinkedShop, ShopPlatform
from memory.database import Database
from memory.domain.ids import BrandId, TenantId
from memory.domain.workspace import Scope


@dataclass(frozen=True, slots=True)
class Shops:
    """The page's desk, the job, the doctor, and whose messages go where."""

    database: Database
    desk: ShopDesk
    sync: ShopSync
    doctor: ShopDoctor

    async def of_brand(self, brand: BrandId) -> LinkedShop | None:
        """Satisfies `connectors.ports.shops.ShopOf`."""
        async with self.database.across_tenants("where a brand's messages go") as work:
            return linked(await work.shops.of_brand(brand))


def open_shops(
    settings: Settings,
    platform: ShopPlatform,
    database: Database,
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]],
) -> Shops:
    """Put it together."""
    address = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return Shops(
        database,
        ShopDesk(database, platform, address),
        ShopSync(database, platform, scope_of_tenant),
        ShopDoctor(database, platform),
    )
