"""The sums of days compared with what was told of sales, and told commissions with the agreed rates."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

import structlog

from memory.domain.account_stores import Services
from memory.domain.ids import BrandId, TenantId
from memory.domain.performance_stores import RateDiffers
from memory.domain.stores import Units
from memory.domain.workspace import Brand, Scope

log = structlog.get_logger()
DIFFERS: Final = "commission.differs"
LOOKED_BACK: Final = timedelta(days=90)  # by then a commission is settled


@dataclass(frozen=True, slots=True)
class WrongSums:
    """Days of a brand whose sums were not those of its sales, and orders told at another rate than agreed."""

    brand: Brand
    days: tuple[date, ...]
    differing: tuple[RateDiffers, ...] = ()


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
        """Look, add up anew what is wrong, and write down which orders were told at another rate than agreed.

        That a sum was wrong is logged as an error, for it is a defect.
        """
        for scope in await self._scopes():
            for wrong in await self._of(scope):
                if wrong.days:
                    log.error("sales.sums_wrong", brand=wrong.brand.id, days=len(wrong.days), first=str(wrong.days[0]))
                    async with self.units.unit(scope) as unit:
                        await unit.sales.mend(wrong.brand.id, wrong.days)
                if wrong.differing:
                    log.warning("sales.rates_differ", brand=wrong.brand.id, orders=len(wrong.differing))
                    async with self.units.unit(replace(scope, brand=wrong.brand.id)) as unit:
                        await unit.audit.record(
                            DIFFERS, subject=subject_of(wrong.brand.id), after=_told(wrong.differing)
                        )

    async def _scopes(self) -> list[Scope]:
        async with self.services.across_tenants("whose sums to look at") as work:
            tenants = await work.accounts.tenants()
        scopes = [await self.scope_of_tenant(tenant) for tenant in tenants]
        return [replace(scope, brand=None) for scope in scopes if scope is not None]

    async def _of(self, scope: Scope) -> list[WrongSums]:
        async with self.units.unit(scope) as unit:
            brands = await unit.people.brands()
            since = unit.now - LOOKED_BACK
            return [
                WrongSums(
                    brand,
                    tuple(await unit.sales.wrong_days(brand.id)),
                    tuple(await unit.sales.differing_rates(brand.id, since=since)),
                )
                for brand in brands
            ]


def subject_of(brand: BrandId) -> str:
    """Under what it is written down that orders of a brand were told at another rate than agreed."""
    return f"commission:{brand}/"


def _told(differing: Sequence[RateDiffers]) -> dict[str, object]:
    """How many, and the newest of them."""
    last = differing[-1]
    return {
        "count": len(differing),
        "order": last.order,
        "handle": last.handle,
        "told": last.told_bp,
        "agreed": last.agreed_bp,
    }
