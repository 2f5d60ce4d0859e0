"""Sees to it that what apps owe is said although the process that heard it is gone. Satisfies `LineKeeper`.

An app lives on no connection, so "held" means only that one process looks after what is left over.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.channel import AppChannel
from memory.domain.channels import ChannelKind
from memory.domain.lines import LineState


@dataclass(frozen=True, slots=True)
class AppLine:
    """One app that is looked after. Satisfies `OpenLine`."""

    apps: AppChannel
    channel: OpenChannel
    since: datetime

    def state(self) -> LineState:
        """See `OpenLine.state`. What was heard is noted by whichever process hears it."""
        return LineState(self.since)

    async def catch_up(self) -> None:
        """See `OpenLine.catch_up`."""
        for owed in await self.apps.telling.answers.waiting(self.channel.setting.id):
            self.apps.answer(self.channel, owed)


@dataclass(frozen=True, slots=True)
class AppKeeper:
    """Looks after apps."""

    apps: AppChannel
    now: Callable[[], datetime]
    kind: ChannelKind = ChannelKind.WECOM_APP

    def name(self, channel: OpenChannel) -> str:
        """See `LineKeeper.name`."""
        return f"wecom_app:{channel.setting.id}"

    @asynccontextmanager
    async def opened(self, channel: OpenChannel) -> AsyncIterator[AppLine]:
        """See `LineKeeper.opened`."""
        yield AppLine(self.apps, channel, self.now())

    async def try_out(self, channel: OpenChannel) -> None:
        """See `LineKeeper.try_out`."""
        await self.apps.client.look(channel)
