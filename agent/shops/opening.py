"""Everything of shops one process works with, over whichever platform it is handed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from agent.settings import Settings, TikTokShopSettings
from agent.shops.checking import ShopDoctor
from agent.shops.deeds import Deeds, Tell
from agent.shops.desk import ShopDesk, linked
from agent.shops.hearing import ShopHearing, Take
from agent.shops.invited import CollaborationReading
from agent.shops.planned import OpenPlanReading
from agent.shops.sampled import SampleReading
from agent.shops.sold import OrderReading
from agent.shops.sources import SourceSync
from agent.shops.syncing import ShopSync
from connectors.ports.collaborations import Checked, CollaborationPlatform
from connectors.ports.orders import OrderPlatform
from connectors.ports.samples import SamplePlatform
from connectors.ports.shops import LinkedShop, ShopPlatform
from memory.database import Database
from memory.domain.channels import SecretBox
from memory.domain.clock import Clock, SystemClock
from memory.domain.errors import BadRequest, Misconfigured, Refused, Unavailable
from memory.domain.ids import BrandId, ShopLinkId, TenantId
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import Eligibility, PlatformQuota
from memory.domain.workspace import Scope

T = TypeVar("T")
log = structlog.get_logger(__name__)

QUOTA_SECONDS = 8.0  # somebody waits for the answer
CHECK_SECONDS = 40.0  # a request for each creator who is new
KNOWN_FOR = timedelta(hours=1)
ASK_AGAIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class _Week:
    """A platform's count as it was read, or that it could not be."""

    quota: PlatformQuota | None
    good_until: datetime


@dataclass(frozen=True, slots=True)
class Shops:
    """The page's desk, the jobs, the doctor, and whose messages go where."""

    database: Database
    platform: ShopPlatform
    desk: ShopDesk
    sync: ShopSync
    hearing: ShopHearing
    doctor: ShopDoctor
    sources: SourceSync
    deeds: Deeds
    collaborations: CollaborationPlatform
    clock: Clock = field(default_factory=SystemClock)
    _weeks: dict[LinkedShop, _Week] = field(default_factory=dict)

    async def quota(self, brand: BrandId) -> PlatformQuota | None:
        """The platform's own count for a brand's shop; None without a shop.

        Raises:
            Unavailable: no answer came in time (retryable).
            Refused, Misconfigured: as `ShopPlatform.quota` (not retryable).
        """
        at = await self.of_brand(brand)
        return await _in_time(self.platform.quota(at)) if at is not None else None

    async def eligible(self, brand: BrandId, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """Whether creators may be written to first over a brand's shop; nobody is told of without one.

        Raises as `quota`.
        """
        at = await self.of_brand(brand)
        return await _in_time(self.platform.eligible(at, handles)) if at is not None else {}

    async def check(self, brand: BrandId, handles: Sequence[str], products: Sequence[str]) -> Checked:
        """Satisfies `tools.collaborations.tool.InvitationChecks`. Raises BadRequest without a shop, else as `quota`."""
        at = await self.of_brand(brand)
        if at is None:
            raise BadRequest("shop_not_connected")
        asked = self.collaborations.check(at, handles=handles, products=products)
        return await _in_time(asked, seconds=CHECK_SECONDS)

    async def week(self, brand: BrandId) -> PlatformQuota | None:
        """Satisfies `agent.outreach.contacts.WeekOf`: read anew every hour; after a failure not for some minutes."""
        at = await self.of_brand(brand)
        if at is None:
            return None
        kept, now = self._weeks.get(at), self.clock.now()
        if kept is None or kept.good_until <= now:
            kept = await self._read_week(brand, now)
            self._weeks[at] = kept
        return kept.quota

    async def _read_week(self, brand: BrandId, now: datetime) -> _Week:
        try:
            quota = await self.quota(brand)
        except (Unavailable, Refused, Misconfigured) as failure:
            log.warning("shop.week_unknown", brand=brand, error=failure.text_key)
            return _Week(None, now + ASK_AGAIN)
        until = now + KNOWN_FOR
        return _Week(quota, min(until, quota.ends_at) if quota is not None and quota.ends_at else until)

    def heard(self, take: Take) -> Callable[[ShopLinkId, TenantId], Awaitable[None]]:
        """The job that handles what the platform told; `take` stores what creators wrote."""

        async def handle(link: ShopLinkId, tenant: TenantId) -> None:
            await self.hearing.handle(link, tenant, take)

        return handle

    async def of_brand(self, brand: BrandId) -> LinkedShop | None:
        """Satisfies `connectors.ports.shops.ShopOf`."""
        return await _of_brand(self.database, brand)


async def _of_brand(database: Database, brand: BrandId) -> LinkedShop | None:
    async with database.across_tenants("where a brand's messages go") as work:
        return linked(await work.shops.of_brand(brand))


def app_of(shop: TikTokShopSettings) -> dict[str, object]:
    """The app as the platform knows it; how much is fetched is ours alone."""
    return {
        "app_key": shop.app_key, "app_secret": shop.app_secret, "service_id": shop.service_id,
        "api_base": shop.api_base, "auth_base": shop.auth_base, "authorize_base": shop.authorize_base,
        "per_second": shop.per_second, "burst": shop.burst, "versions": shop.versions, "categories": shop.categories,
    }  # fmt: skip


async def _in_time(asked: Awaitable[T], *, seconds: float = QUOTA_SECONDS) -> T:
    try:
        async with asyncio.timeout(seconds):
            return await asked
    except TimeoutError as late:
        raise Unavailable("shop_internal") from late


def open_shops(
    settings: Settings,
    platform: ShopPlatform,
    collaborations: CollaborationPlatform,
    samples: SamplePlatform,
    orders: OrderPlatform,
    database: Database,
    box: SecretBox,
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]],
    scope_of: Callable[..., Awaitable[Scope | None]],
    tell: Tell,
) -> Shops:
    """Put it together. `tell`: says in the conversation that asked how something done in a shop ended."""
    address = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    return Shops(
        database,
        platform,
        ShopDesk(database, platform, address, is_public=bool(settings.public_url)),
        ShopSync(database, platform, scope_of_tenant),
        ShopHearing(database, database, platform, box, scope_of_tenant, samples=samples, orders=orders),
        ShopDoctor(database, platform),
        SourceSync(
            database,
            {
                ShopSource.COLLABORATIONS: CollaborationReading(collaborations, platform.name),
                ShopSource.SAMPLES: SampleReading(samples, platform.name),
                ShopSource.ORDERS: OrderReading(orders, platform.name),
                ShopSource.OPEN_PLANS: OpenPlanReading(collaborations),
            },
            scope_of_tenant,
        ),
        Deeds(database, database, collaborations, samples, platform.name, partial(_of_brand, database), scope_of, tell),
        collaborations,
    )
