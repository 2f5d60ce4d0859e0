"""Dispatchers that die in mid-send: cancelled where they stand, or killed as a process.

As a process: it sends what is due until the `call`-th message, and kills itself there: after the shop took it in
(`through`) or before.
"""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from agent.outreach.dispatch import dispatch_due
from connectors.by_hand.messenger import ByHandMessenger
from connectors.playground.messenger import PlaygroundMessenger
from connectors.playground.world import World
from connectors.ports.platforms import Messenger, Receipt, SendFate
from evals.forking import forked
from evals.suites.week.shop import SHOP
from memory.database import Database
from memory.domain.creator import Creator
from memory.domain.outreach import Channel, Flag, SendTicket


@dataclass(slots=True)
class Faltering:
    """A messenger whose sender is struck at the `call`-th message, once the platform has it (`through`) or before."""

    inner: Messenger
    call: int
    through: bool
    strike: Callable[[], Awaitable[None]]

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return self.inner.channel

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`."""
        return self.inner.accepts(creator)

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`."""
        self.call -= 1
        if self.call == 0:
            if self.through:
                await self.inner.send(ticket, now=now)
            await self.strike()
        return await self.inner.send(ticket, now=now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`."""
        return await self.inner.fate(ticket)


async def cancelled(database: Database, messengers: Sequence[Messenger], *, call: int, through: bool) -> bool:
    """A dispatcher of this process, cancelled in mid-send; whether it got that far."""
    struck = asyncio.Event()

    async def strike() -> None:
        struck.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(dispatch_due(database, _faltering(messengers, strike, call=call, through=through)))
    waiting = asyncio.create_task(struck.wait())
    await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
    for each in (task, waiting):
        each.cancel()
    await asyncio.gather(task, waiting, return_exceptions=True)
    return struck.is_set()


async def killed(database: Database, *, call: int, through: bool) -> bool:
    """A dispatcher of its own process, killed in mid-send; whether it got that far."""
    ended = await (await forked(_die, database.url, call, through)).ended()
    if ended not in (0, -signal.SIGKILL):
        raise RuntimeError(ended)
    return ended != 0


def _faltering(
    messengers: Sequence[Messenger], strike: Callable[[], Awaitable[None]], *, call: int, through: bool
) -> tuple[Messenger, ...]:
    return tuple(
        Faltering(one, call, through, strike) if one.channel is Channel.PLAYGROUND else one for one in messengers
    )


def _die(url: str, call: int, through: bool) -> None:  # noqa: FBT001  # as a process is told it
    asyncio.run(_send(url, call, through=through))


async def _send(url: str, call: int, *, through: bool) -> None:
    async def strike() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    async with Database.open(home=Path(), url=url) as database:
        world = await World.open(url)
        messengers = (PlaygroundMessenger(world, SHOP), ByHandMessenger())
        await dispatch_due(database, _faltering(messengers, strike, call=call, through=through))
        await world.close()
