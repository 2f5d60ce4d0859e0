"""What adapters keep between calls: of a channel, or of a shop."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Generic, TypeVar

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.ids import ChannelId, ShopLinkId, TenantId
from memory.domain.kept import SealedKept
from memory.models.channels import ChannelKeptRow, ChannelSettingRow
from memory.models.shop_links import ShopKeptRow, ShopLinkRow
from memory.tenancy import ScopedSession

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MOST = 200
OwnerId = TypeVar("OwnerId", ChannelId, ShopLinkId)
KeptRow = TypeVar("KeptRow", ChannelKeptRow, ShopKeptRow)


class _Kept(Generic[OwnerId, KeptRow]):
    """`rows`: where it is kept; `owners`: whose it is, who keep only while they are active."""

    rows: type[KeptRow]
    owners: type[ChannelSettingRow] | type[ShopLinkRow]

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def read(self, owner: OwnerId, name: str, *, now: datetime) -> SealedKept | None:
        """See `KeptStore.read`."""
        row = await self._session.scalar(
            select(self.rows)
            .where(self.rows.owner_id == owner, self.rows.name == name, self.rows.good_until > now)
            .execution_options(populate_existing=True)
        )
        return _to_kept(row) if row is not None else None

    async def lock(self, owner: OwnerId, name: str) -> TenantId | None:
        """See `KeptStore.lock`. An empty row stands for what is not there yet."""
        tenant = await self._session.scalar(
            select(self.owners.tenant_id).where(self.owners.id == owner, self.owners.active)
        )
        if tenant is None:
            return None
        empty = {"sealed": b"", "made_at": _LONG_AGO, "good_until": _LONG_AGO}
        await self._session.execute(
            insert(self.rows).values(tenant_id=tenant, owner_id=owner, name=name, **empty).on_conflict_do_nothing()
        )
        await self._session.scalar(
            select(self.rows.name).where(self.rows.owner_id == owner, self.rows.name == name).with_for_update()
        )
        return TenantId(tenant)

    async def keep(self, owner: OwnerId, kept: SealedKept) -> None:
        """See `KeptStore.keep`."""
        over = (
            select(self.rows.name)
            .where(
                self.rows.owner_id == owner,
                self.rows.name != kept.name,
                self.rows.good_until <= kept.made_at,
            )
            .limit(_MOST)
            .with_for_update(skip_locked=True)
        )
        names = (await self._session.scalars(over)).all()
        if names:
            await self._forget(owner, names)
        values = {"sealed": kept.sealed, "made_at": kept.made_at, "good_until": kept.good_until}
        new = insert(self.rows).values(tenant_id=kept.tenant, owner_id=owner, name=kept.name, **values)
        await self._session.execute(
            new.on_conflict_do_update(index_elements=[self.rows.owner_id, self.rows.name], set_=values)
        )

    async def find(self, owner: OwnerId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """See `KeptStore.find`."""
        rows = await self._session.scalars(self._beginning(owner, start).execution_options(populate_existing=True))
        return [_to_kept(row) for row in rows if row.good_until > now]

    async def take(self, owner: OwnerId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """See `KeptStore.take`."""
        rows = (await self._session.scalars(self._beginning(owner, start).with_for_update())).all()
        found = [_to_kept(row) for row in rows]
        if found:
            await self._forget(owner, [one.name for one in found])
        return [one for one in found if one.good_until > now]

    async def _forget(self, owner: OwnerId, names: Sequence[str]) -> None:
        await self._session.execute(
            delete(self.rows).where(self.rows.owner_id == owner, self.rows.name.in_(names)),
            execution_options={"synchronize_session": False},
        )

    def _beginning(self, owner: OwnerId, start: str) -> Select[KeptRow]:
        return (
            select(self.rows)
            .where(self.rows.owner_id == owner, self.rows.name.startswith(start, autoescape=True))
            .order_by(self.rows.made_at, self.rows.name)
        )


class KeptRepository(_Kept[ChannelId, ChannelKeptRow]):
    """Satisfies `memory.domain.kept.KeptStore` for channels in a service unit; never commits."""

    rows = ChannelKeptRow
    owners = ChannelSettingRow


class ShopKeptRepository(_Kept[ShopLinkId, ShopKeptRow]):
    """Satisfies `memory.domain.kept.KeptStore` for shops in a service unit; never commits."""

    rows = ShopKeptRow
    owners = ShopLinkRow


def _to_kept(row: ChannelKeptRow | ShopKeptRow) -> SealedKept:
    return SealedKept(TenantId(row.tenant_id), row.name, row.made_at, row.good_until, row.sealed)
