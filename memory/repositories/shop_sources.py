"""How reading each list of a shop stands."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import NotFound
from memory.domain.ids import ShopLinkId
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import ShopLink, Sync, SyncState
from memory.models.collaborations import ShopSourceRow
from memory.models.shop_links import ShopLinkRow
from memory.repositories.shop_links import from_flag, to_flag, to_link
from memory.tenancy import ScopedSession


class ShopSourceRepository:
    """Satisfies `memory.domain.shop_sources.ShopSourceStore` in either kind of unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def of(self, link: ShopLinkId) -> Mapping[ShopSource, Sync]:
        """See `ShopSourceStore.of`; what was read of another shop of the link says nothing of this one."""
        rows = await self._session.scalars(
            select(ShopSourceRow)
            .join(ShopLinkRow, ShopLinkRow.id == ShopSourceRow.link_id)
            .where(ShopSourceRow.link_id == link, ShopSourceRow.shop == ShopLinkRow.shop)
            .execution_options(populate_existing=True)
        )
        return {ShopSource(row.source): _to_sync(row) for row in rows}

    async def lock(self, link: ShopLinkId, source: ShopSource) -> Sync:
        """See `ShopSourceStore.lock`; one of another shop of the link begins anew."""
        found = await self._session.scalar(
            select(ShopLinkRow).where(ShopLinkRow.id == link).execution_options(populate_existing=True)
        )
        if found is None:
            raise NotFound("shop_not_authorised")
        await self._session.execute(
            insert(ShopSourceRow)
            .values(
                link_id=link, source=source.value, shop=found.shop, tenant_id=found.tenant_id,
                state=SyncState.NEVER.value, found=0, position="",
            )
            .on_conflict_do_nothing()
        )  # fmt: skip
        row = await self._row(link, source)
        if row.shop != found.shop:
            row.shop = found.shop
            _write(row, Sync())
            await self._session.flush()
        return _to_sync(row)

    async def keep(self, link: ShopLinkId, source: ShopSource, sync: Sync) -> None:
        """See `ShopSourceStore.keep`."""
        _write(await self._row(link, source), sync)
        await self._session.flush()

    async def due(self, *, now: datetime) -> Sequence[tuple[ShopLink, ShopSource]]:
        """See `ShopSourceStore.due`."""
        links = [
            link
            for link in map(to_link, await self._session.scalars(
                select(ShopLinkRow)
                .where(ShopLinkRow.active)
                .order_by(ShopLinkRow.id)
                .execution_options(populate_existing=True)
            ))
            if link.connected
        ]  # fmt: skip
        known = {
            (row.link_id, row.source): row
            for row in await self._session.scalars(select(ShopSourceRow).execution_options(populate_existing=True))
        }
        return [(link, source) for link in links for source in ShopSource if _is_due(known, link, source, now)]

    async def _row(self, link: ShopLinkId, source: ShopSource) -> ShopSourceRow:
        return (
            await self._session.scalars(
                select(ShopSourceRow)
                .where(ShopSourceRow.link_id == link, ShopSourceRow.source == source.value)
                .with_for_update()
                .execution_options(populate_existing=True)
            )
        ).one()


def _is_due(
    known: Mapping[tuple[int, str], ShopSourceRow], link: ShopLink, source: ShopSource, now: datetime
) -> bool:  # fmt: skip
    row = known.get((link.id, source.value))
    return row is None or row.shop != link.shop or row.due_at is None or row.due_at <= now


def _write(row: ShopSourceRow, sync: Sync) -> None:
    row.state, row.found, row.position = sync.state.value, sync.found, sync.position
    row.started_at, row.ended_at, row.due_at = sync.started_at, sync.ended_at, sync.due_at
    row.trouble = from_flag(sync.trouble)


def _to_sync(row: ShopSourceRow) -> Sync:
    return Sync(
        SyncState(row.state), row.found, row.started_at, row.ended_at, row.due_at, to_flag(row.trouble), row.position
    )
