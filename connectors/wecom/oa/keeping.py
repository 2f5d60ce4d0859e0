"""Sees to it that what an Official Account owes is said although the process that heard of it is gone.

Satisfies `LineKeeper`; an account lives on no connection, so "held" means only that one process looks after it.
"""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from connectors.ports.channels import OpenChannel
from connectors.wecom.oa.channel import AccountChannel
from memory.domain.channels import ChannelKind
from memory.domain.lines import LineState


@dataclass(frozen=True, slots=True)
class AccountLine:
    """One account that is looked after. Satisfies `OpenLine`."""

    accounts: AccountChannel
    channel: OpenChannel
    since: datetime

    def state(self) -> LineState:
        """See `OpenLine.state`; `heard_at` is what this process heard."""
        return LineState(self.since, self.accounts.heard_at.get(self.channel.setting.id))

    async def catch_up(self) -> None:
        """See `OpenLine.catch_up`."""
        for user in await self.accounts.hearing.giving.users(self.channel.setting.id):
            self.accounts.give(self.channel, user)
        for owed in await self.accounts.hearing.telling.answers.waiting(self.channel.setting.id):
            self.accounts.answer(self.channel, owed)


@dataclass(frozen=True, slots=True)
class AccountKeeper:
    """Looks after accounts."""

    accounts: AccountChannel
    now: Callable[[], datetime]
    kind: ChannelKind = ChannelKind.WECHAT_ACCOUNT

    def name(self, channel: OpenChannel) -> str:
        """See `LineKeeper.name`."""
        return f"wechat_account:{channel.setting.id}"

    @asynccontextmanager
    async def opened(self, channel: OpenChannel) -> AsyncIterator[AccountLine]:
        """See `LineKeeper.opened`."""
        self.accounts.see_to_menu(channel)
        yield AccountLine(self.accounts, channel, self.now())

    async def try_out(self, channel: OpenChannel) -> None:
        """See `LineKeeper.try_out`."""
        await self.accounts.client.look(channel)
