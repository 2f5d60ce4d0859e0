"""Holds the connection of every channel that lives on one: one process each, decided by a lock in the database.

Rows are followed: one that was changed or switched off is let go of within seconds, a new one is taken up.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.lines import LineKeeper, OpenLine
from memory.domain.channels import ChannelKind, ChannelSetting, SecretBox, owner_of_secrets
from memory.domain.errors import Misconfigured, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.lines import NOTED_EVERY, LineServices, LineState

log = structlog.get_logger(__name__)


class Hold(Protocol):
    """A name that one process may hold; satisfied by `memory.custody.Leadership`."""

    def won(self, *, every_seconds: float = 0.5) -> AbstractAsyncContextManager[asyncio.Event]:
        """See `Leadership.won`."""
        ...

    def claimed(self) -> AbstractAsyncContextManager[asyncio.Event]:
        """See `Leadership.claimed`."""
        ...


class Bell(Protocol):
    """What rings when there is something to deliver; satisfied by `memory.wakeups.Bell`."""

    async def heard(self, *, within_seconds: float) -> str | None:
        """The next ring; None when none came in time."""
        ...


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between looks: at the rows, for the lock, at what is to be delivered without a ring, at the state."""

    rows: float = 2.0
    lock: float = 0.5
    deliver: float = 5.0
    state: float = 1.0


@dataclass(frozen=True, slots=True)
class Holder:
    """Runs beside the worker or the web process. `deliver` pushes what this process may push."""

    services: LineServices
    hold: Callable[[str], Hold]
    keepers: Mapping[ChannelKind, LineKeeper]
    box: SecretBox
    deliver: Callable[[], Awaitable[None]]
    bell: Callable[[], AbstractContextManager[Bell]]
    rhythm: Rhythm = field(default_factory=Rhythm)

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Hold what can be held beside the block; let go of everything when it ends."""
        following = asyncio.create_task(self._follow_rows(), name="channels")
        following.add_done_callback(_tell)
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following

    async def _follow_rows(self) -> None:
        held: dict[ChannelId, tuple[ChannelSetting, asyncio.Task[None]]] = {}
        try:
            while True:
                wanted = await self._wanted()
                if wanted is not None:
                    await self._let_go(held, wanted)
                    for channel, setting in wanted.items():
                        if channel not in held:
                            task = asyncio.create_task(self._keep_trying(setting), name=f"channel-{channel}")
                            held[channel] = (setting, task)
                await asyncio.sleep(self.rhythm.rows)
        finally:
            await self._let_go(held, {})

    async def _wanted(self) -> dict[ChannelId, ChannelSetting] | None:
        """Channels to be held, as their rows are now; None when the rows cannot be read."""
        try:
            async with self.services.across_tenants("channels on a connection") as work:
                return {one.id: one for one in await work.channels.every() if one.kind in self.keepers}
        except Unavailable as failure:
            log.warning("channels.rows_unavailable", key=failure.text_key)
            return None

    async def _let_go(
        self,
        held: dict[ChannelId, tuple[ChannelSetting, asyncio.Task[None]]],
        wanted: Mapping[ChannelId, ChannelSetting],
    ) -> None:
        """End those that are wanted otherwise, and take out those that ended by themselves."""
        over = [channel for channel, (was, task) in held.items() if wanted.get(channel) != was or task.done()]
        tasks = [held.pop(channel)[1] for channel in over]
        for task in tasks:
            task.cancel()
        for ended in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(ended, Exception):
                log.error("channel.broke", exc_info=ended)

    async def _keep_trying(self, setting: ChannelSetting) -> None:
        """Hold one channel whenever nobody else does, until cancelled."""
        keeper = self.keepers[setting.kind]
        while True:
            try:
                channel = OpenChannel(
                    setting, self.box.unseal(setting.sealed, of=owner_of_secrets(setting.tenant, setting.kind))
                )
                async with self.hold(keeper.name(channel)).won(every_seconds=self.rhythm.lock) as lost:
                    await self._hold(keeper, channel, lost)
                    log.warning("channel.lock_lost", channel=setting.id)
            except (Unavailable, Misconfigured) as failure:
                log.warning("channel.not_held", channel=setting.id, key=failure.text_key)
            await asyncio.sleep(self.rhythm.rows)

    async def _hold(self, keeper: LineKeeper, channel: OpenChannel, lost: asyncio.Event) -> None:
        """Keep the connection, tell how it stands, carry out what waits; until the lock is lost."""
        async with keeper.opened(channel) as line, asyncio.TaskGroup() as tasks:
            works = [
                tasks.create_task(self._note(channel.setting.id, line), name="note"),
                tasks.create_task(self._carry(line), name="carry"),
            ]
            await lost.wait()
            for work in works:
                work.cancel()

    async def _note(self, channel: ChannelId, line: OpenLine) -> None:
        """Write how it stands when that changes, and now and then that somebody holds it."""
        written: LineState | None = None
        age = 0.0
        while True:
            state = line.state()
            if state != written or age >= NOTED_EVERY.total_seconds():
                try:
                    async with self.services.across_tenants("how a connection stands") as work:
                        await work.lines.note(channel, state)
                    written, age = state, 0.0
                except (Unavailable, Unclear) as failure:
                    log.warning("channel.not_noted", channel=channel, key=failure.text_key)
            await asyncio.sleep(self.rhythm.state)
            age += self.rhythm.state

    async def _carry(self, line: OpenLine) -> None:
        """Say what is owed and push what waits, at each ring and every few seconds."""
        with self.bell() as bell:
            while True:
                try:
                    await line.catch_up()
                    await self.deliver()
                except (Unavailable, Unclear) as failure:
                    log.warning("channel.not_carried", key=failure.text_key)
                await bell.heard(within_seconds=self.rhythm.deliver)


def _tell(following: "asyncio.Task[None]") -> None:
    if not following.cancelled() and (failure := following.exception()) is not None:
        log.error("channels.died", exc_info=failure)
