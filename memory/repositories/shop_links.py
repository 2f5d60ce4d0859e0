"""Shops that brands let us into."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Select, or_, select, update

from memory.domain.deliveries import PushKind
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, MemberId, ShopLinkId, TenantId
from memory.domain.outreach import Flag
from memory.domain.shops import Hearing, SellerShop, ShopLink, Sync, SyncState
from memory.models.shop_links import ShopLinkRow
from memory.models.workspace import BrandRecord
from memory.repositories.making_deliveries import make_delivery
from memory.tenancy import ScopedSession

NOTED_EVERY: Final = timedelta(seconds=5)  # a busy hour does not stand in line for one row
_QUIET: Final = {"synchronize_session": False}


class ShopLinkRepository:
    """Satisfies `memory.domain.shops.ShopStore` in either kind of unit; never commits."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def of_brand(self, brand: BrandId) -> ShopLink | None:
        """See `ShopStore.of_brand`."""
        row = await self._session.scalar(_rows().where(ShopLinkRow.brand_id == brand))
        return to_link(row) if row is not None else None

    async def by_id(self, link: ShopLinkId) -> ShopLink | None:
        """See `ShopStore.by_id`."""
        row = await self._session.scalar(_rows().where(ShopLinkRow.id == link))
        return to_link(row) if row is not None else None

    async def connected(self) -> Sequence[ShopLink]:
        """See `ShopStore.connected`."""
        rows = await self._session.scalars(_rows().where(ShopLinkRow.active).order_by(ShopLinkRow.id))
        return [link for link in map(to_link, rows) if link.connected]

    async def begin(self, brand: BrandId, *, by: MemberId) -> ShopLink:
        """See `ShopStore.begin`. The brand's row is locked: two who begin at once share one link."""
        found = await self._session.scalar(
            select(BrandRecord.tenant_id).where(BrandRecord.id == brand).with_for_update(key_share=True)
        )
        if found is None:
            raise NotFound("brand_not_found", brand=brand)
        row = await self._session.scalar(_rows().where(ShopLinkRow.brand_id == brand))
        if row is None:
            row = ShopLinkRow(tenant_id=found, brand_id=brand, shop="", shops=[], made_at=self._now)
            row.sync_state, row.sync_found, row.sync_bare, row.sync_position = SyncState.NEVER.value, 0, 0, ""
            self._session.add(row)
        row.active, row.changed_by, row.changed_at = True, by, self._now
        await self._session.flush()
        return to_link(row)

    async def connect(self, link: ShopLinkId, shops: Sequence[SellerShop]) -> ShopLink:
        """See `ShopStore.connect`."""
        row = await self._locked(link)
        ids = [one.id for one in shops]
        row.shops = [{"id": one.id, "name": one.name, "region": one.region} for one in shops]
        if row.shop not in ids:
            row.shop = ids[0] if ids else ""
            _start_over(row)
        row.active, row.authorised_at, row.changed_at = True, self._now, self._now
        row.revoked_at = None
        if row.sync_state == SyncState.FAILED.value:
            row.sync_due_at = self._now  # what it failed on may be mended now
        await self._session.flush()
        return to_link(row)

    async def choose(self, link: ShopLinkId, shop: str) -> None:
        """See `ShopStore.choose`."""
        row = await self._locked(link)
        if shop not in [one["id"] for one in row.shops]:
            raise NotFound("shop_not_authorised")
        if row.shop != shop:
            row.shop, row.changed_at = shop, self._now
            _start_over(row)
        await self._session.flush()

    async def disconnect(self, link: ShopLinkId) -> None:
        """See `ShopStore.disconnect`."""
        row = await self._locked(link)
        row.active, row.shops, row.changed_at, row.revoked_at = False, [], self._now, None
        _start_over(row)
        await self._session.flush()

    async def revoke(self, link: ShopLinkId, *, at: datetime) -> bool:
        """See `ShopStore.revoke`. What was read of it stays, for the day it is connected again."""
        row = await self._locked(link)
        if not to_link(row).connected or (row.authorised_at is not None and at <= row.authorised_at):
            return False
        name = next((one["name"] for one in row.shops if one["id"] == row.shop), row.shop)
        row.active, row.shops, row.revoked_at, row.changed_at = False, [], self._now, self._now
        await self._session.flush()
        await make_delivery(
            self._session, PushKind.SHOP, tenant=TenantId(row.tenant_id), brand=BrandId(row.brand_id),
            occasion=f"shop:{row.id}:revoked:{at:%Y%m%dT%H%M%S}", subject={"event": "revoked", "shop": name},
            now=self._now,
        )  # fmt: skip
        return True

    async def sync_to(self, link: ShopLinkId, sync: Sync) -> None:
        """See `ShopStore.sync_to`."""
        row = await self._locked(link)
        row.sync_state, row.sync_found, row.sync_position = sync.state.value, sync.found, sync.position
        row.sync_started_at, row.sync_ended_at, row.sync_due_at = sync.started_at, sync.ended_at, sync.due_at
        row.sync_trouble, row.sync_bare = from_flag(sync.trouble), sync.bare
        await self._session.flush()

    async def due(self, *, now: datetime) -> Sequence[ShopLink]:
        """See `ShopStore.due`."""
        rows = await self._session.scalars(
            _rows().where(ShopLinkRow.active, ShopLinkRow.sync_due_at <= now).order_by(ShopLinkRow.sync_due_at)
        )
        return [link for link in map(to_link, rows) if link.connected]

    async def of_shop(self, shop: str) -> Sequence[ShopLink]:
        """See `ShopStore.of_shop`."""
        rows = await self._session.scalars(
            _rows().where(ShopLinkRow.active, ShopLinkRow.shop == shop).order_by(ShopLinkRow.id)
        )
        return [link for link in map(to_link, rows) if link.connected]

    async def told(self, links: Sequence[ShopLinkId]) -> None:
        """See `ShopStore.told`."""
        before = self._now - NOTED_EVERY
        await self._session.execute(
            update(ShopLinkRow)
            .where(
                ShopLinkRow.id.in_(links),
                or_(ShopLinkRow.told_at.is_(None), ShopLinkRow.told_at < before,
                    ShopLinkRow.refused_at >= ShopLinkRow.told_at),
            )
            .values(told_at=self._now),
            execution_options=_QUIET,
        )  # fmt: skip

    async def refused(self) -> None:
        """See `ShopStore.refused`."""
        before = self._now - NOTED_EVERY
        await self._session.execute(
            update(ShopLinkRow)
            .where(ShopLinkRow.active, or_(ShopLinkRow.refused_at.is_(None), ShopLinkRow.refused_at < before))
            .values(refused_at=self._now),
            execution_options=_QUIET,
        )

    async def read(self, link: ShopLinkId, trouble: Flag | None) -> None:
        """See `ShopStore.read`."""
        row = await self._locked(link)
        row.read_trouble = from_flag(trouble)
        if trouble is None:
            row.read_at = self._now
        await self._session.flush()

    async def _locked(self, link: ShopLinkId) -> ShopLinkRow:
        row = await self._session.scalar(_rows().where(ShopLinkRow.id == link).with_for_update())
        if row is None:
            raise NotFound("shop_not_authorised")
        return row


def _rows() -> Select[ShopLinkRow]:
    return select(ShopLinkRow).execution_options(populate_existing=True)


def _start_over(row: ShopLinkRow) -> None:
    """Another shop sees other creators; one connected again may."""
    row.sync_state, row.sync_found, row.sync_bare, row.sync_position = SyncState.NEVER.value, 0, 0, ""
    row.sync_started_at = row.sync_ended_at = row.sync_due_at = row.sync_trouble = None
    row.told_at = row.refused_at = row.read_at = row.read_trouble = None


def to_link(row: ShopLinkRow) -> ShopLink:
    """A row as a noun."""
    return ShopLink(
        id=ShopLinkId(row.id),
        tenant=TenantId(row.tenant_id),
        brand=BrandId(row.brand_id),
        active=row.active,
        shop=row.shop,
        shops=tuple(SellerShop(one["id"], one["name"], one["region"]) for one in row.shops),
        authorised_at=row.authorised_at,
        sync=Sync(
            state=SyncState(row.sync_state),
            found=row.sync_found,
            started_at=row.sync_started_at,
            ended_at=row.sync_ended_at,
            due_at=row.sync_due_at,
            trouble=to_flag(row.sync_trouble),
            position=row.sync_position,
            bare=row.sync_bare,
        ),
        hearing=Hearing(row.told_at, row.refused_at, row.read_at, to_flag(row.read_trouble)),
        revoked_at=row.revoked_at,
    )


def from_flag(flag: Flag | None) -> dict[str, Any] | None:
    """A reason as it is kept."""
    return {"key": flag.key, "facts": dict(flag.facts)} if flag else None


def to_flag(found: Mapping[str, Any] | None) -> Flag | None:
    """A reason as it was kept."""
    return Flag(found["key"], found["facts"]) if found else None
