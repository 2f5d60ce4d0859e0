"""Says owed answers once: claimed in the ledger before the first word, settled after the last."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from agent.channels.pacing import grant
from agent.deliveries.carrying import LEASE
from agent.deliveries.rules import MOST_ATTEMPTS
from connectors.ports.pacing import Paced
from memory.domain.deliveries import Audience, DeliveryState, Parcel, Route
from memory.domain.errors import AppError, Refused, Unavailable
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag
from memory.domain.owed import Owed, OwedService

_AGAIN = timedelta(seconds=20)
_READER = Audience(brand="", zone="UTC")  # an answer is worded for its reader before it is claimed


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """Satisfies `connectors.ports.answers.Answers` over the deliveries' ledger."""

    service: OwedService

    @asynccontextmanager
    async def saying(self, channel: ChannelId, outside_id: str, paced: Paced | None = None) -> AsyncIterator[bool]:
        """See `Answers.saying`. What is cut off in the block stays claimed, and is unknown after its lease."""
        parcel = await self._claimed(channel, outside_id, paced)
        if parcel is None:
            yield False
            return
        try:
            yield True
        except Unavailable as failed:
            await self._put_back(parcel, failed)
            raise
        except Refused as refused:
            await self._end(parcel, DeliveryState.REFUSED, _flag(refused))
            raise
        except AppError as lost:
            await self._end(parcel, DeliveryState.UNKNOWN, _flag(lost))
            raise
        await self._end(parcel, DeliveryState.DELIVERED, None)

    async def is_open(self, channel: ChannelId, outside_id: str) -> bool:
        """See `Answers.is_open`."""
        async with self.service.across_tenants("whether an answer is owed") as work:
            return await work.owed.is_waiting(channel, outside_id)

    async def waiting(self, channel: ChannelId) -> Sequence[Owed]:
        """See `Answers.waiting`."""
        async with self.service.across_tenants("answers nobody has said") as work:
            return await work.owed.waiting(channel)

    async def drop(self, owed: Owed) -> None:
        """See `Answers.drop`."""
        async with self.service.across_tenants("an answer nobody may hear") as work:
            locked = await work.owed.lock(owed.place.channel, owed.outside_id)
            if locked is not None:
                await work.deliveries.end(owed.id, DeliveryState.DROPPED, reason=Flag("reply_not_bound", {}))

    async def _claimed(self, channel: ChannelId, outside_id: str, paced: Paced | None) -> Parcel | None:
        async with self.service.across_tenants("claim an answer") as work:
            locked = await work.owed.lock(channel, outside_id)
            if locked is None:
                return None
            route = Route(locked.channel, paused=False, last_minute=0)
            parcel = await work.deliveries.claim(locked.queue, route, [locked.delivery], _READER, lease=LEASE)
            if paced is not None:
                await grant(work.paces, locked.queue.tenant, channel, paced)
            return parcel

    async def _put_back(self, parcel: Parcel, failed: Unavailable) -> None:
        """Nothing was accepted: it waits for the next look, some times over."""
        if max(one.attempt for one in parcel.tries) >= MOST_ATTEMPTS:
            await self._end(parcel, DeliveryState.REFUSED, _flag(failed))
            return
        async with self.service.across_tenants("an answer waits again") as work:
            await work.deliveries.settle(
                parcel, DeliveryState.REFUSED, reason=_flag(failed), over=False, look_at=work.now + _AGAIN
            )

    async def _end(self, parcel: Parcel, state: DeliveryState, reason: Flag | None) -> None:
        async with self.service.across_tenants("settle an answer") as work:
            settled = await work.deliveries.settle(parcel, state, reason=reason, look_at=work.now)
            if settled and state is DeliveryState.REFUSED:
                for delivery in parcel.deliveries:
                    await work.deliveries.end(delivery.id, state, reason=reason)


def _flag(failure: AppError) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
