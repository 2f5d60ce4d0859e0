"""How creators' answers in a shop's conversations come in: what the platform tells is kept and handled, the rest read.

Both hand on the same answers under the platform's own ids, so that whatever comes on both ways is stored once.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

import structlog

from agent.shops.desk import linked
from agent.shops.invited import known_creators
from agent.shops.sampled import keep_applications
from agent.shops.sources import read_soon
from agent.shops.syncing import same
from connectors.ports.orders import OrderPlatform
from connectors.ports.platforms import Answer
from connectors.ports.samples import SamplePlatform
from connectors.ports.shops import LinkedShop, ShopPlatform
from memory.domain import jobs
from memory.domain.channels import SecretBox
from memory.domain.errors import AppError, Refused, Unavailable
from memory.domain.ids import BrandId, ShopLinkId, TenantId
from memory.domain.outreach import Flag
from memory.domain.shop_events import SealedShopEvent, ShopEventServices, ShopEventWork
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import ShopLink
from memory.domain.stores import Units
from memory.domain.workspace import Scope

log = structlog.get_logger()

REST: Final = timedelta(seconds=30)  # conversations are not read more often, however much is sent
TROUBLE_REST: Final = timedelta(minutes=2)  # whatever else is sent does not wait for a platform that does not answer
KEPT: Final = timedelta(days=7)  # what cannot be handled by then was found by reading long since
AT_ONCE: Final = 100
_TOLD: Final = "told"

Take = Callable[[TenantId, str, Sequence[Answer]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class ShopHearing:
    """Satisfies `connectors.ports.shops.ShopEars`; each method may be repeated at any time.

    `rests`: when this process may read conversations again that could not be read. `samples`, `orders`: where what is
    told of sample applications and of orders is looked at, None: nowhere.
    """

    services: ShopEventServices
    units: Units
    platform: ShopPlatform
    box: SecretBox
    scope_of_tenant: Callable[[TenantId], Awaitable[Scope | None]]
    rests: dict[ShopLinkId, datetime] = field(default_factory=dict)
    samples: SamplePlatform | None = None
    orders: OrderPlatform | None = None

    async def keep(self, shop: str, *, name: str, told: str) -> None:
        """See `ShopEars.keep`."""
        async with self.services.across_tenants("a platform told of a shop") as work:
            links = await work.shops.of_shop(shop)
            await work.shop_events.add([self._sealed(link, name, told, now=work.now) for link in links])
            await work.shops.told([link.id for link in links])
            for link in links:
                await work.defer(jobs.hear_shop(link.id, link.tenant))

    async def revoked(self, shop: str, *, at: datetime | None) -> None:
        """See `ShopEars.revoked`. Nothing is sent from the commit on; then the tokens are forgotten."""
        async with self.services.across_tenants("a seller took a permission back") as work:
            links = await work.shops.of_shop(shop)
            taken = [link.id for link in links if await work.shops.revoke(link.id, at=at or work.now)]
        for link in taken:
            log.warning("shop.revoked", link=link)
            await self.platform.forget(link)

    async def refused(self) -> None:
        """See `ShopEars.refused`."""
        async with self.services.across_tenants("something came that was not signed") as work:
            await work.shops.refused()

    async def handle(self, link: ShopLinkId, tenant: TenantId, take: Take) -> None:
        """Hand on what was kept, oldest first. What cannot be understood yet stays and is tried again.

        Raises:
            Unavailable: the rows cannot be reached (retryable).
        """
        async with self.services.across_tenants("what a platform told of a shop") as work:
            found = await work.shops.by_id(link)
            waiting = await work.shop_events.waiting(link, limit=AT_ONCE)
            now, brand = work.now, await _brand(work, found)
        at = linked(found)
        if at is None or found is None:
            return
        handled = 0
        for event in waiting:
            try:
                told = self.box.unseal(event.sealed, of=_owner(event))[_TOLD]
                await self._sampled(at, tenant, told)
                await self._ordered(at, tenant, told)
                answer = await self.platform.answer(at, told)
            except AppError as failure:
                log.warning("shop.event_waits", link=link, error=failure.text_key)
                if now - event.told_at >= KEPT:
                    await self._forget(event)
                if failure.retryable:
                    return
                continue
            if answer is not None:
                await take(tenant, source_of(found), await self.known(tenant, [replace(answer, brand=brand)]))
            await self._forget(event)
            handled += 1
        if handled and len(waiting) == AT_ONCE:
            await self._again(link, tenant)

    async def _sampled(self, at: LinkedShop, tenant: TenantId, told: str) -> None:
        """What was told of a sample application, kept as the platform shows it now: late or twice it is the same."""
        found = await self.samples.told(at, told) if self.samples is not None else ()
        scope = await self.scope_of_tenant(tenant) if found else None
        if scope is None:
            return
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is not None:
                await keep_applications(unit, link, found, name=self.platform.name)

    async def _ordered(self, at: LinkedShop, tenant: TenantId, told: str) -> None:
        """An order that changed is read as it stands now: late, twice or out of order it is the same.

        One that is not known yet comes with the next reading, which is not far off then.
        """
        number = self.orders.told(told) if self.orders is not None else ""
        scope = await self.scope_of_tenant(tenant) if number else None
        if scope is None or self.orders is None:
            return
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            placed_at = await unit.sales.placed_at(number, brand=link.brand) if link is not None else None
            if link is not None and placed_at is None:
                await read_soon(unit, link, ShopSource.ORDERS)
        if placed_at is None:
            return
        asked_at = unit.now
        try:
            sales = await self.orders.order(at, number, placed_at=placed_at)
        except (
            Refused
        ) as refused:  # older than the platform answers for, say: whatever is told of it later is no better
            log.warning("shop.order_not_read", link=at.link, error=refused.text_key)
            return
        async with self.units.unit(scope) as unit:
            link = await same(unit, at)
            if link is not None:
                await unit.sales.upsert(sales, brand=link.brand, source=self.platform.name, as_of=asked_at)

    async def sources(self, tenant: TenantId) -> Sequence["ShopAnswers"]:
        """The conversations of each shop that a tenant works with."""
        async with self.services.across_tenants("whose conversations to read") as work:
            links = [link for link in await work.shops.connected() if link.tenant == tenant]
            return [ShopAnswers(self, link, await _brand(work, link)) for link in links]

    async def note(self, link: ShopLinkId, failure: AppError | None) -> None:
        """Its conversations were read, or why they were not."""
        trouble = Flag(failure.text_key, dict(failure.facts)) if failure is not None else None
        async with self.services.across_tenants("how reading conversations went") as work:
            await work.shops.read(link, trouble)

    async def known(self, tenant: TenantId, answers: Sequence[Answer]) -> Sequence[Answer]:
        """The same; whoever wrote and was not fetched yet is a creator the shop sees, and known from now on."""
        scope = await self.scope_of_tenant(tenant) if answers else None
        if scope is None:
            return answers
        async with self.units.unit(scope) as unit:
            await known_creators(unit, [answer.handle for answer in answers], name=self.platform.name)
        return answers

    def _sealed(self, link: ShopLink, name: str, told: str, *, now: datetime) -> SealedShopEvent:
        bare = SealedShopEvent(name, link.tenant, link.id, now, b"")
        return replace(bare, sealed=self.box.seal({_TOLD: told}, of=_owner(bare)))

    async def _forget(self, event: SealedShopEvent) -> None:
        async with self.services.across_tenants("what a platform told is handled") as work:
            await work.shop_events.forget(event.link, [event.name])

    async def _again(self, link: ShopLinkId, tenant: TenantId) -> None:
        async with self.services.across_tenants("more was told of a shop") as work:
            await work.defer(jobs.hear_shop(link, tenant))


@dataclass(frozen=True, slots=True)
class ShopAnswers:
    """Satisfies `connectors.ports.platforms.AnswerSource` for one shop. `brand` None: whichever wrote to them last."""

    hearing: ShopHearing
    link: ShopLink
    brand: BrandId | None

    @property
    def name(self) -> str:
        """See `AnswerSource.name`."""
        return source_of(self.link)

    async def answers(self, *, after: str | None, now: datetime) -> tuple[Sequence[Answer], str | None]:
        """See `AnswerSource.answers`; nothing new shortly after the last look or trouble. Why none came is noted."""
        at, read_at, rests = linked(self.link), self.link.hearing.read_at, self.hearing.rests
        is_early = read_at is not None and now - read_at < REST
        if at is None or is_early or now < rests.get(self.link.id, now):
            return (), after
        since = self.link.authorised_at or now
        try:
            page = await self.hearing.platform.answers(at, after=after or "", since=since)
        except AppError as failure:
            rests[self.link.id] = now + TROUBLE_REST
            await self.hearing.note(self.link.id, failure)
            raise Unavailable(failure.text_key, **failure.facts) from failure
        await self.hearing.note(self.link.id, None)
        answers = [replace(answer, brand=self.brand) for answer in page.answers]
        return await self.hearing.known(self.link.tenant, answers), page.position

    async def next_due(self) -> datetime | None:
        """See `AnswerSource.next_due`: no demo has a shop."""
        return None


def source_of(link: ShopLink) -> str:
    """The name under which a shop's answers are stored, and how far they were read."""
    return f"tiktok_shop:{link.shop}"


async def _brand(work: ShopEventWork, link: ShopLink | None) -> BrandId | None:
    """Whose shop it is; None where several brands of one tenant share it: then who wrote last is meant."""
    if link is None:
        return None
    sharing = [one for one in await work.shops.of_shop(link.shop) if one.tenant == link.tenant]
    return link.brand if len(sharing) == 1 else None


def _owner(event: SealedShopEvent) -> str:
    return f"shop_event:{event.tenant}:{event.link}:{event.name}"
