"""The sums of days compared with what was told of sales, and added up anew where they differ."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date

import structlog

from memory.domain.account_stores import Services
from memory.domain.ids import TenantId
from memory.domain.stores import Units
from memory.domain.workspace import Brand, Scope

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class WrongSums:
    """Days of a brand whose sums were not those of its sales; none: all is right."""

    brand: Brand
    days: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class SumAuditor:
    """Looks at the sums of every tenant's sales, on demand and once a night."""

    units: Units
    services: Services
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]

    async def look(self) -> list[WrongSums]:
        """Every brand. Reads all sales: some seconds for a million lines."""
        return [found for scope in await self._scopes() for found in await self._of(scope)]

    async def run(self) -> None:
        """Look, and add up anew what is wrong; that it was is logged, for it is a defect."""
        for scope in await self._scopes():
            for wrong in await self._of(scope):
                if wrong.days:
                    log.error("sales.sums_wrong", brand=wrong.brand.id, days=len(wrong.days), first=str(wrong.days[0]))
                    async with self.units.unit(scope) as unit:
                        await unit.sales.mend(wrong.brand.id, wrong.days)

    async def _scopes(self) -> list[Scope]:
        async with self.services.across_tenants("whose sums to look at") as work:
            tenants = await work.accounts.tenants()
        scopes = [await self.scope_of_tenant(tenant) for tenant in tenants]
        return [replace(scope, brand=None) for scope in scopes if scope is not None]

    async def _of(self, scope: Scope) -> list[WrongSums]:
        async with self.units.unit(scope) as unit:
            brands = await unit.people.brands()
            return [WrongSums(brand, tuple(await unit.sales.wrong_days(brand.id))) for brand in brands]
