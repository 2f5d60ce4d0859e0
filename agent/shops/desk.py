"""What a lead does about their brand's shop: let us in, choose, fetch creators, leave. No unit waits for a platform."""

from dataclasses import dataclass, replace

from agent.team.rights import look_again, needs_own
from connectors.ports.shops import RETURN_PATH, TOLD_PATH, LinkedShop, ShopPlatform, ShopView
from memory.domain import jobs
from memory.domain.errors import BadRequest, Refused
from memory.domain.ids import BrandId, ShopLinkId
from memory.domain.shops import ShopLink, SyncState
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role, Scope


@dataclass(frozen=True, slots=True)
class ShopDesk:
    """Satisfies `connectors.ports.shops.ShopDoor`. `address`: where browsers reach us; `is_public`: platforms too."""

    units: Units
    platform: ShopPlatform
    address: str
    is_public: bool = False

    async def view(self, scope: Scope) -> ShopView:
        """See `ShopDoor.view`."""
        async with self.units.unit(scope) as unit:
            link = await unit.shops.of_brand(_brand(scope))
            workspace = await unit.people.workspace()
            sources = await unit.shop_sources.of(link.id) if link is not None else {}
        until = await self.platform.until(link.id) if link is not None and link.connected else None
        told_at = f"{self.address}{TOLD_PATH}" if self.is_public else None
        return ShopView(link, until, f"{self.address}{RETURN_PATH}", workspace.is_demo, told_at, sources)

    async def begin(self, scope: Scope) -> str:
        """See `ShopDoor.begin`."""
        async with self.units.unit(scope) as unit:
            await _needs_lead(unit)
            if (await unit.people.workspace()).is_demo:
                raise Refused("shop_not_in_demo")
            link = await unit.shops.begin(_brand(scope), by=scope.member)
        return await self.platform.begin(link.id, member=scope.member)

    async def finish(self, scope: Scope, *, state: str, code: str) -> None:
        """See `ShopDoor.finish`."""
        link = await self._meant(scope, state)
        if not code:
            await self.platform.decline(link, member=scope.member, state=state)
            raise Refused("shop_declined")
        shops = await self.platform.finish(link, member=scope.member, state=state, code=code)
        if not shops:
            raise Refused("shop_none")
        async with self.units.unit(scope) as unit:
            connected = await unit.shops.connect(link, shops)
            await _record(unit, "shop.connected", connected)
        async with self.units.unit(scope) as unit:
            await look_again(unit)

    async def choose(self, scope: Scope, shop: str) -> None:
        """See `ShopDoor.choose`."""
        async with self.units.unit(scope) as unit:
            link = await _connected(unit)
            await unit.shops.choose(link.id, shop)
            await _record(unit, "shop.chosen", replace(link, shop=shop))

    async def disconnect(self, scope: Scope) -> None:
        """See `ShopDoor.disconnect`. Nothing is sent from the commit on; then the tokens are forgotten."""
        async with self.units.unit(scope) as unit:
            link = await _connected(unit)
            await unit.shops.disconnect(link.id)
            await _record(unit, "shop.disconnected", link)
        await self.platform.forget(link.id)
        async with self.units.unit(scope) as unit:
            await look_again(unit)

    async def sync(self, scope: Scope) -> None:
        """See `ShopDoor.sync`."""
        async with self.units.unit(scope) as unit:
            link = await _connected(unit)
            if link.sync.state is SyncState.RUNNING:
                return
            waiting = replace(link.sync, state=SyncState.WAITING, due_at=unit.now, trouble=None)
            await unit.shops.sync_to(link.id, waiting)
            await unit.defer(jobs.sync_shop(link.id, link.tenant))

    async def _meant(self, scope: Scope, state: str) -> ShopLinkId:
        """The link a return is about, of the brand in sight."""
        named = self.platform.link_of(state)
        async with self.units.unit(scope) as unit:
            await _needs_lead(unit)
            link = await unit.shops.by_id(named) if named is not None else None
        if link is None:
            raise Refused("shop_state_unknown")
        return link.id


def linked(link: ShopLink | None) -> LinkedShop | None:
    """The shop that is worked with, if any."""
    return LinkedShop(link.id, link.shop) if link is not None and link.connected else None


async def _needs_lead(unit: Unit) -> None:
    needs_own(unit, await unit.people.members(), Role.LEAD)


async def _connected(unit: Unit) -> ShopLink:
    await _needs_lead(unit)
    link = await unit.shops.of_brand(_brand(unit.scope))
    if link is None or not link.connected:
        raise Refused("shop_not_connected")
    return link


async def _record(unit: Unit, event: str, link: ShopLink) -> None:
    shop = link.chosen
    shown = {"brand": link.brand, "shop": link.shop, "name": shop.name if shop else ""}
    await unit.audit.record(event, subject=f"shop_link:{link.id}", after=shown)


def _brand(scope: Scope) -> BrandId:
    if scope.brand is None:
        raise BadRequest("choose_a_brand")
    return scope.brand
