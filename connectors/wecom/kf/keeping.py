"""Sees to it that a stream is pulled and what is owed is said although the process that heard of it is gone.

Satisfies `LineKeeper`; an account lives on no connection, so "held" means only that one process looks after it.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports.channels import OpenChannel
from connectors.wecom.kf.channel import KfChannel
from connectors.wecom.kf.pulling import Pulling
from memory.domain.channels import ChannelKind
from memory.domain.lines import LineState


@dataclass(frozen=True, slots=True)
class KfLine:
    """One account that is looked after. Satisfies `OpenLine`."""

    kf: KfChannel
    pulling: Pulling
    channel: OpenChannel
    since: datetime

    def state(self) -> LineState:
        """See `OpenLine.state`; `heard_at` is what this process heard."""
        return LineState(self.since, self.kf.heard_at.get(self.channel.setting.id))

    async def catch_up(self) -> None:
        """See `OpenLine.catch_up`."""
        await self.pulling.catch_up(self.channel)
        for user in await self.kf.hearing.giving.users(self.channel.setting.id):
            self.kf.give(self.channel, user)
        for owed in await self.kf.hearing.telling.answers.waiting(self.channel.setting.id):
            self.kf.answer(self.channel, owed)


@dataclass(frozen=True, slots=True)
class KfKeeper:
    """Looks after accounts."""

    kf: KfChannel
    pulling: Pulling
    now: Callable[[], datetime]
    kind: ChannelKind = ChannelKind.WECOM_KF

    def name(self, channel: OpenChannel) -> str:
        """See `LineKeeper.name`."""
        return f"wecom_kf:{channel.setting.id}"

    @asynccontextmanager
    async def opened(self, channel: OpenChannel) -> AsyncIterator[KfLine]:
        """See `LineKeeper.opened`."""
        yield KfLine(self.kf, self.pulling, channel, self.now())

    async def try_out(self, channel: OpenChannel) -> None:
        """See `LineKeeper.try_out`."""
        await self.kf.client.look(channel)
