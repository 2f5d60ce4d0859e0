"""A platform's count of the week is read once an hour, and after a failure not at once again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from agent.shops.checking import ShopDoctor
from agent.shops.desk import ShopDesk
from agent.shops.hearing import ShopHearing
from agent.shops.opening import ASK_AGAIN, KNOWN_FOR, Shops
from agent.shops.sources import SourceSync
from agent.shops.syncing import ShopSync
from connectors.ports.shops import LinkedShop, ShopPlatform
from memory.database import Database
from memory.domain.channels import SecretBox
from memory.domain.errors import Unavailable
from memory.domain.ids import BrandId, ShopLinkId, TenantId
from memory.domain.shops import PlatformQuota, SellerShop, ShopLink, Sync

SUNDAY = datetime(2026, 11, 29, 8, tzinfo=UTC)
BRAND = BrandId(1)
LINK = ShopLink(ShopLinkId(3), TenantId(1), BRAND, True, "7", (SellerShop("7", "Shop", "US"),), SUNDAY, Sync())


@dataclass
class FakePlatform:
    """Counts how often it is asked."""

    ends_at: datetime | None = None
    is_down: bool = False
    asked: int = 0

    async def quota(self, at: LinkedShop) -> PlatformQuota:
        assert at == LinkedShop(LINK.id, "7")
        self.asked += 1
        if self.is_down:
            raise Unavailable("shop_internal")
        return PlatformQuota(self.asked, 50, self.ends_at, SUNDAY)


@dataclass
class FakeRows:
    """A database in which a brand has a shop or not."""

    link: ShopLink | None = LINK

    @asynccontextmanager
    async def across_tenants(self, reason: str) -> AsyncIterator[SimpleNamespace]:
        assert reason

        async def of_brand(brand: BrandId) -> ShopLink | None:
            assert brand == BRAND
            return self.link

        yield SimpleNamespace(shops=SimpleNamespace(of_brand=of_brand))


@dataclass
class FakeClock:
    """A clock that is set by hand."""

    moment: datetime = SUNDAY

    def now(self) -> datetime:
        return self.moment


@dataclass
class Office:
    """What one test works with."""

    platform: FakePlatform = field(default_factory=FakePlatform)
    rows: FakeRows = field(default_factory=FakeRows)
    clock: FakeClock = field(default_factory=FakeClock)

    def shops(self) -> Shops:
        database, platform = cast(Database, self.rows), cast(ShopPlatform, self.platform)

        async def nobody(tenant: TenantId) -> None:
            del tenant

        desk, sync = ShopDesk(database, platform, ""), ShopSync(database, platform, nobody)
        hearing = ShopHearing(database, database, platform, cast(SecretBox, self.rows), nobody)
        doctor, sources = ShopDoctor(database, platform), SourceSync(database, {}, nobody)
        unasked = cast(Any, None)  # nothing here is about collaborations
        return Shops(database, platform, desk, sync, hearing, doctor, sources, unasked, unasked, self.clock)


async def used(shops: Shops) -> int | None:
    found = await shops.week(BRAND)
    return found.used if found is not None else None


async def test_a_count_is_good_for_an_hour_and_no_longer_than_its_week() -> None:
    office = Office()
    shops = office.shops()
    assert [await used(shops), await used(shops)] == [1, 1]
    office.clock.moment += KNOWN_FOR
    office.platform.ends_at = office.clock.moment + timedelta(minutes=5)
    assert [await used(shops), await used(shops)] == [2, 2]
    office.clock.moment += timedelta(minutes=5)
    assert await used(shops) == 3


async def test_a_platform_that_does_not_answer_is_left_alone_for_a_while_and_limits_nothing() -> None:
    office = Office(FakePlatform(is_down=True))
    shops = office.shops()
    assert [await used(shops), await used(shops)] == [None, None]
    assert office.platform.asked == 1
    office.platform.is_down = False
    office.clock.moment += ASK_AGAIN
    assert await used(shops) == 2


async def test_a_brand_without_a_shop_has_no_week_and_gets_one_as_soon_as_it_connects() -> None:
    office = Office(rows=FakeRows(None))
    shops = office.shops()
    assert (await used(shops), office.platform.asked) == (None, 0)
    office.rows.link = LINK
    assert await used(shops) == 1
