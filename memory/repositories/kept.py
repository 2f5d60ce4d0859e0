"""What adapters of channels keep between calls."""

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.ids import ChannelId, TenantId
from memory.domain.kept import SealedKept
from memory.models.channels import ChannelKeptRow, ChannelSettingRow
from memory.tenancy import ScopedSession

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_MOST = 200


class KeptRepository:
    """Satisfies `memory.domain.kept.KeptStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def read(self, channel: ChannelId, name: str, *, now: datetime) -> SealedKept | None:
        """See `KeptStore.read`."""
        row = await self._session.scalar(
            select(ChannelKeptRow)
            .where(ChannelKeptRow.channel_id == channel, ChannelKeptRow.name == name, ChannelKeptRow.good_until > now)
            .execution_options(populate_existing=True)
        )
        return _to_kept(row) if row is not None else None

    async def lock(self, channel: ChannelId, name: str) -> TenantId | None:
        """See `KeptStore.lock`. An empty row stands for what is not there yet."""
        tenant = await self._session.scalar(
            select(ChannelSettingRow.tenant_id).where(ChannelSettingRow.id == channel, ChannelSettingRow.active)
        )
        if tenant is None:
            return None
        empty = {"sealed": b"", "made_at": _LONG_AGO, "good_until": _LONG_AGO}
        await self._session.execute(
            insert(ChannelKeptRow)
            .values(tenant_id=tenant, channel_id=channel, name=name, **empty)
            .on_conflict_do_nothing()
        )
        await self._session.scalar(
            select(ChannelKeptRow.name)
            .where(ChannelKeptRow.channel_id == channel, ChannelKeptRow.name == name)
            .with_for_update()
        )
        return TenantId(tenant)

    async def keep(self, channel: ChannelId, kept: SealedKept) -> None:
        """See `KeptStore.keep`."""
        over = (
            select(ChannelKeptRow.name)
            .where(
                ChannelKeptRow.channel_id == channel,
                ChannelKeptRow.name != kept.name,
                ChannelKeptRow.good_until <= kept.made_at,
            )
            .limit(_MOST)
            .with_for_update(skip_locked=True)
        )
        names = (await self._session.scalars(over)).all()
        if names:
            await self._forget(channel, names)
        values = {"sealed": kept.sealed, "made_at": kept.made_at, "good_until": kept.good_until}
        new = insert(ChannelKeptRow).values(tenant_id=kept.tenant, channel_id=channel, name=kept.name, **values)
        await self._session.execute(new.on_conflict_do_update(index_elements=["channel_id", "name"], set_=values))

    async def find(self, channel: ChannelId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """See `KeptStore.find`."""
        rows = await self._session.scalars(_beginning(channel, start).execution_options(populate_existing=True))
        return [_to_kept(row) for row in rows if row.good_until > now]

    async def take(self, channel: ChannelId, start: str, *, now: datetime) -> Sequence[SealedKept]:
        """See `KeptStore.take`."""
        rows = (await self._session.scalars(_beginning(channel, start).with_for_update())).all()
        found = [_to_kept(row) for row in rows]
        if found:
            await self._forget(channel, [one.name for one in found])
        return [one for one in found if one.good_until > now]

    async def _forget(self, channel: ChannelId, names: Sequence[str]) -> None:
        await self._session.execute(
            delete(ChannelKeptRow).where(ChannelKeptRow.channel_id == channel, ChannelKeptRow.name.in_(names)),
            execution_options={"synchronize_session": False},
        )


def _beginning(channel: ChannelId, start: str) -> Select[ChannelKeptRow]:
    return (
        select(ChannelKeptRow)
        .where(ChannelKeptRow.channel_id == channel, ChannelKeptRow.name.startswith(start, autoescape=True))
        .order_by(ChannelKeptRow.made_at, ChannelKeptRow.name)
    )


def _to_kept(row: ChannelKeptRow) -> SealedKept:
    return SealedKept(TenantId(row.tenant_id), row.name, row.made_at, row.good_until, row.sealed)
