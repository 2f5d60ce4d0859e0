"""Says owed answers once: claimed in the ledger before the first word, settled after the last."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from agent.channels.pacing import grant
from agent.deliveries.carrying import LEASE
from agent.deliveries.rules import MOST_ATTEMPTS
from connectors.ports.pacing import Paced
from memory.domain.chat import Reply
from memory.domain.deliveries import Claimed, DeliveryState
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.outreach import Flag
from memory.domain.owed import Owed, OwedDoor, OwedWork
from memory.domain.places import Place
from memory.domain.workspace import Scope

_AGAIN = timedelta(seconds=20)
_NOT_GIVEN = Flag("ration_not_given", {})


@dataclass(frozen=True, slots=True)
class SaidOnce:
    """Satisfies `connectors.ports.answers.Answers` over the deliveries' ledger."""

    service: OwedDoor

    @asynccontextmanager
    async def saying(
        self,
        channel: ChannelId,
        outside_id: str,
        paced: Paced | None = None,
        *,
        kept_for: timedelta | None = None,
    ) -> AsyncIterator[bool]:
        """See `Answers.saying`. What is cut off in the block stays claimed, and is unknown after its lease."""
        async with self.service.across_tenants("claim an answer") as work:
            answer = await work.owed.claim(channel, outside_id, lease=LEASE)
            if answer is not None and paced is not None:
                await grant(work.paces, answer.tenant, channel, paced)
        if answer is None:
            yield False
            return
        ours = answer.claimed
        try:
            yield True
        except Unavailable as failed:
            await self._put_back(ours, failed)
            raise
        except Refused as refused:
            await self._end(ours, DeliveryState.REFUSED, _flag(refused))
            raise
        except AppError as lost:
            await self._end(ours, DeliveryState.UNKNOWN, _flag(lost))
            raise
        if kept_for is None:
            await self._end(ours, DeliveryState.DELIVERED, None)
            return
        async with self.service.across_tenants("an answer is kept to be given") as work:
            await work.deliveries.keep(ours, for_=kept_for, unless=_NOT_GIVEN)

    async def ended(self, channel: ChannelId, outside_id: str, failure: AppError | None) -> None:
        """See `Answers.ended`."""
        async with self.service.across_tenants("an answer that was kept") as work:
            kept = await work.owed.kept(channel, outside_id)
            if kept is not None:
                reason = _flag(failure) if failure is not None else None
                await _settle(work, kept.claimed, _state_after(failure), reason)

    async def is_open(self, channel: ChannelId, outside_id: str) -> bool:
        """See `Answers.is_open`."""
        async with self.service.across_tenants("whether an answer is owed") as work:
            return await work.owed.is_waiting(channel, outside_id)

    async def waiting(self, channel: ChannelId) -> Sequence[Owed]:
        """See `Answers.waiting`."""
        async with self.service.across_tenants("answers nobody has said") as work:
            return await work.owed.waiting(channel)

    async def owe(self, scope: Scope, place: Place, *, outside_id: str, reply: Reply) -> None:
        """See `Answers.owe`."""
        async with self.service.unit(scope) as unit:
            await unit.owed.owe(place, outside_id=outside_id, reply=reply)

    async def drop(self, owed: Owed) -> None:
        """See `Answers.drop`."""
        async with self.service.across_tenants("an answer nobody may hear") as work:
            await work.owed.drop(owed.id)

    async def _put_back(self, ours: Claimed, failed: Unavailable) -> None:
        """Nothing was accepted: it waits for the next look, some times over."""
        if ours.attempt >= MOST_ATTEMPTS:
            await self._end(ours, DeliveryState.REFUSED, _flag(failed))
            return
        async with self.service.across_tenants("an answer waits again") as work:
            await work.deliveries.settle(
                [ours], DeliveryState.REFUSED, reason=_flag(failed), over=False, look_at=work.now + _AGAIN
            )

    async def _end(self, ours: Claimed, state: DeliveryState, reason: Flag | None) -> None:
        async with self.service.across_tenants("settle an answer") as work:
            await _settle(work, ours, state, reason)


async def _settle(work: OwedWork, ours: Claimed, state: DeliveryState, reason: Flag | None) -> None:
    settled = await work.deliveries.settle([ours], state, reason=reason, look_at=work.now)
    if settled and state is DeliveryState.REFUSED:
        await work.deliveries.end(ours.delivery, state, reason=reason)


def _state_after(failure: AppError | None) -> DeliveryState:
    if failure is None:
        return DeliveryState.DELIVERED
    return DeliveryState.UNKNOWN if isinstance(failure, Unclear) else DeliveryState.REFUSED


def _flag(failure: AppError) -> Flag:
    return Flag(failure.text_key, dict(failure.facts))
