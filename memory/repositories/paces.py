"""When messages may go into chats: one row a chat, one statement however many messages are asked for."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import BindParameter, Double, bindparam, cast, func
from sqlalchemy.dialects.postgresql import array, insert
from sqlalchemy.sql.dml import ReturningInsert

from memory.domain.ids import ChannelId, TenantId
from memory.models.channels import ChannelPaceRow
from memory.standing import standing
from memory.tenancy import ScopedSession

_NEVER = 0.0
_MOMENTS = ChannelPaceRow.moments


class PaceRepository:
    """Satisfies `memory.domain.pacing.PaceStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def take(
        self, tenant: TenantId, channel: ChannelId, chat: str, *, messages: int, most: int, seconds: float
    ) -> Sequence[float]:
        """See `PaceStore.take`. A message goes when the one `most` before it is `seconds` old."""
        count = max(1, min(messages, most))
        row = {"tenant_id": tenant, "channel_id": channel, "chat": chat, "apart": seconds}
        moments, moment = (await self._session.execute(_taking(count, most), row)).one()
        return [max(0.0, at - moment) for at in moments[-count:]]


@lru_cache(maxsize=200)
def _taking(count: int, most: int) -> ReturningInsert[list[float], float]:
    """The statement that takes some messages' moments out of the last `most`."""
    now = cast(func.extract("epoch", func.clock_timestamp()), Double)
    fresh = array([*[cast(_NEVER, Double)] * (most - count), *[now] * count])
    apart: BindParameter[float] = bindparam("apart", type_=Double())
    after = array([func.greatest(now, _MOMENTS[place] + apart) for place in range(1, count + 1)])
    return standing(
        insert(ChannelPaceRow)
        .values(moments=fresh)
        .on_conflict_do_update(
            index_elements=["channel_id", "chat"],
            set_={"moments": func.array_cat(_MOMENTS[count + 1 : most], after)},
        )
        .returning(_MOMENTS, now)
    )
