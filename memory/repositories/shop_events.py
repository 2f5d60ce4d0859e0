"""What platforms told of shops, between its arrival and its handling."""

from collections.abc import Sequence

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.ids import ShopLinkId, TenantId
from memory.domain.shop_events import SealedShopEvent
from memory.domain.shops import ShopLink
from memory.models.shop_links import ShopEventRow, ShopLinkRow
from memory.repositories.shop_links import to_link
from memory.tenancy import ScopedSession


class ShopEventRepository:
    """Satisfies `memory.domain.shop_events.ShopEventStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def add(self, events: Sequence[SealedShopEvent]) -> None:
        """See `ShopEventStore.add`."""
        rows = [
            {
                "link_id": one.link, "name": one.name, "tenant_id": one.tenant, "told_at": one.told_at,
                "sealed": one.sealed,
            }
            for one in events
        ]  # fmt: skip
        if rows:
            await self._session.execute(insert(ShopEventRow).on_conflict_do_nothing(), rows)

    async def waiting(self, link: ShopLinkId, *, limit: int) -> Sequence[SealedShopEvent]:
        """See `ShopEventStore.waiting`."""
        rows = await self._session.scalars(
            select(ShopEventRow)
            .where(ShopEventRow.link_id == link)
            .order_by(ShopEventRow.told_at, ShopEventRow.name)
            .limit(limit)
        )
        return [SealedShopEvent(row.name, TenantId(row.tenant_id), link, row.told_at, row.sealed) for row in rows]

    async def waiting_links(self) -> Sequence[ShopLink]:
        """See `ShopEventStore.waiting_links`."""
        waiting = select(ShopEventRow.link_id)
        rows = await self._session.scalars(
            select(ShopLinkRow)
            .where(ShopLinkRow.active, ShopLinkRow.id.in_(waiting))
            .order_by(ShopLinkRow.id)
            .execution_options(populate_existing=True)
        )
        return [link for link in map(to_link, rows) if link.connected]

    async def forget(self, link: ShopLinkId, names: Sequence[str]) -> None:
        """See `ShopEventStore.forget`."""
        await self._session.execute(
            delete(ShopEventRow).where(ShopEventRow.link_id == link, ShopEventRow.name.in_(names)),
            execution_options={"synchronize_session": False},
        )
