"""Channels of one scope as they are set up; what is secret in them arrives sealed and leaves sealed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.exc import IntegrityError

from memory.domain.channels import ChannelFields, ChannelKind, ChannelSetting
from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, ChannelId, TenantId
from memory.domain.workspace import Scope
from memory.models.channels import ChannelSettingRow
from memory.models.workspace import BrandRecord
from memory.repositories.people import brand_or_none
from memory.standing import as_row, columns_of, standing
from memory.tenancy import ScopedSession

_ACTIVE = standing(
    select(*columns_of(ChannelSettingRow)).where(ChannelSettingRow.id == bindparam("channel"), ChannelSettingRow.active)
)


class ChannelRepository:
    """Satisfies `memory.domain.channels.ChannelStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def all(self) -> Sequence[ChannelSetting]:
        """See `ChannelStore.all`."""
        rows = await self._session.scalars(self._in_sight().order_by(ChannelSettingRow.name, ChannelSettingRow.id))
        return [to_channel(row) for row in rows]

    async def by_id(self, channel: ChannelId) -> ChannelSetting | None:
        """See `ChannelStore.by_id`."""
        row = await self._session.scalar(self._in_sight().where(ChannelSettingRow.id == channel))
        return to_channel(row) if row else None

    async def save(self, channel: ChannelId | None, fields: ChannelFields) -> ChannelSetting:
        """See `ChannelStore.save`."""
        await self._check_brand(fields.serves)
        try:
            async with self._session.savepoint():
                row = self._new(fields) if channel is None else await self._changed(channel, fields)
                await self._session.flush()
        except IntegrityError as taken:
            raise Conflict("channel_name_taken", name=fields.name, field="name") from taken
        return to_channel(row)

    def _new(self, fields: ChannelFields) -> ChannelSettingRow:
        row = ChannelSettingRow(
            kind=fields.kind,
            name=fields.name,
            serves_id=fields.serves,
            options=dict(fields.options),
            sealed=fields.sealed or b"",
            active=fields.active,
            changed_by=self._scope.member,
            made_at=self._now,
            changed_at=self._now,
        )
        self._session.add(row)
        return row

    async def _changed(self, channel: ChannelId, fields: ChannelFields) -> ChannelSettingRow:
        row = await self._session.scalar(self._in_sight().where(ChannelSettingRow.id == channel).with_for_update())
        if row is None:
            raise NotFound("no_such_channel")
        row.name, row.serves_id, row.options, row.active = (
            fields.name,
            fields.serves,
            dict(fields.options),
            fields.active,
        )
        row.sealed = row.sealed if fields.sealed is None else fields.sealed
        row.changed_by, row.changed_at = self._scope.member, self._now
        return row

    async def _check_brand(self, brand: BrandId | None) -> None:
        if brand is None:
            return
        if await self._session.scalar(select(BrandRecord.id).where(BrandRecord.id == brand)) is None:
            raise NotFound("brand_not_found", brand=brand)

    def _in_sight(self) -> Select[ChannelSettingRow]:
        return select(ChannelSettingRow).where(*in_sight(self._scope))


def in_sight(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    """Which channels a scope sees: a brand's sees those that serve it."""
    serves = ChannelSettingRow.serves_id
    return () if scope.brand is None else (or_(serves.is_(None), serves == scope.brand),)


class AnyChannelRepository:
    """Channels of every tenant, for services; satisfies `memory.domain.channels.AnyChannelStore`."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def active(self, channel: ChannelId) -> ChannelSetting | None:
        """See `AnyChannelStore.active`."""
        row = as_row(ChannelSettingRow, await self._session.execute(_ACTIVE, {"channel": channel}))
        return to_channel(row) if row else None

    async def every(self) -> Sequence[ChannelSetting]:
        """See `AnyChannelStore.every`."""
        rows = await self._session.scalars(
            select(ChannelSettingRow).where(ChannelSettingRow.active).order_by(ChannelSettingRow.id)
        )
        return [to_channel(row) for row in rows]


def to_channel(row: ChannelSettingRow) -> ChannelSetting:
    """A row as a noun."""
    return ChannelSetting(
        id=ChannelId(row.id),
        tenant=TenantId(row.tenant_id),
        kind=ChannelKind(row.kind),
        name=row.name,
        serves=brand_or_none(row.serves_id),
        options={name: str(value) for name, value in row.options.items()},
        active=row.active,
        changed_at=row.changed_at,
        sealed=row.sealed,
    )
