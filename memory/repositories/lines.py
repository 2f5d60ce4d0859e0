"""How connections stand that one process each holds."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.ids import ChannelId
from memory.domain.lines import SILENT, Line, LineEnd, LineState
from memory.models.channels import ChannelLineRow, ChannelSettingRow
from memory.tenancy import ScopedSession


class LineRepository:
    """Satisfies `memory.domain.lines.LineStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def note(self, channel: ChannelId, state: LineState) -> None:
        """See `LineStore.note`."""
        tenant = await self._session.scalar(
            select(ChannelSettingRow.tenant_id).where(ChannelSettingRow.id == channel, ChannelSettingRow.active)
        )
        if tenant is None:
            return
        values = {
            "connected_since": state.connected_since,
            "error": state.error,
            "ended": state.ended.value if state.ended else None,
            "seen_at": func.clock_timestamp(),
        }
        new = insert(ChannelLineRow).values(tenant_id=tenant, channel_id=channel, heard_at=state.heard_at, **values)
        heard = func.coalesce(new.excluded.heard_at, ChannelLineRow.heard_at)
        await self._session.execute(
            new.on_conflict_do_update(index_elements=["channel_id"], set_={**values, "heard_at": heard})
        )

    async def of(self, channel: ChannelId) -> Line | None:
        """See `LineStore.of`."""
        return await line_of(self._session, channel)


async def line_of(session: ScopedSession, channel: ChannelId) -> Line | None:
    """How a channel's connection stands; None where no process ever held it."""
    found = (
        await session.execute(
            select(ChannelLineRow, func.clock_timestamp() - ChannelLineRow.seen_at).where(
                ChannelLineRow.channel_id == channel
            )
        )
    ).one_or_none()
    if found is None:
        return None
    row, age = found
    state = LineState(row.connected_since, row.heard_at, row.error, LineEnd(row.ended) if row.ended else None)
    return Line(state, silent=_is_silent(age))


def _is_silent(age: timedelta) -> bool:
    return age > SILENT
