"""When messages may go into chats: one row a chat, one statement however many messages are asked for."""

from collections.abc import Sequence

from sqlalchemy import Double, cast, func
from sqlalchemy.dialects.postgresql import array, insert

from memory.domain.ids import ChannelId, TenantId
from memory.models.channels import ChannelPaceRow
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
        now = cast(func.extract("epoch", func.clock_timestamp()), Double)
        fresh = array([*[cast(_NEVER, Double)] * (most - count), *[now] * count])
        after = array([func.greatest(now, _MOMENTS[place] + seconds) for place in range(1, count + 1)])
        taken = (
            insert(ChannelPaceRow)
            .values(tenant_id=tenant, channel_id=channel, chat=chat, moments=fresh)
            .on_conflict_do_update(
                index_elements=["channel_id", "chat"],
                set_={"moments": func.array_cat(_MOMENTS[count + 1 : most], after)},
            )
            .returning(_MOMENTS, now)
        )
        moments, moment = (await self._session.execute(taken)).one()
        return [max(0.0, at - moment) for at in moments[-count:]]
