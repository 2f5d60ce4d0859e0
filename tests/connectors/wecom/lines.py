"""A bot's connection on the emulator's time, for tests."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

import pytest
from pydantic import SecretStr

from connectors.wecom.bot.frames import Callback
from connectors.wecom.bot.socket import BotSocket, Dial, Ended, dialling
from evals.emulators.clock import Clock
from evals.emulators.wecom.core.faults import Fault, FaultKind
from evals.emulators.wecom.server import Emulator

BOT = "AIBOT1"
MOST_TURNS = 300_000
TRIPS = 4  # to what works beside the clock, at each of its steps
Work = Callable[[], Awaitable[object]]


@dataclass
class VirtualTime:
    """The emulator's clock as ours."""

    clock: Clock

    def seconds(self) -> float:
        """Virtual seconds."""
        return self.clock.now

    async def sleep(self, seconds: float) -> None:
        """Until the clock was moved so far."""
        await self.clock.wait(seconds)


@dataclass
class Heard:
    """Callbacks in order; `ring` tells whoever waits for something on the emulator."""

    ring: Callable[[], None]
    callbacks: list[Callback] = field(default_factory=list)

    def __call__(self, callback: Callback) -> None:
        """Take one."""
        self.callbacks.append(callback)
        self.ring()


def socket_of(
    emulator: Emulator, hear: Callable[[Callback], None], *, secret: str | None = None, dial: Dial | None = None
) -> BotSocket:
    """A connection of the example corp's bot that nobody runs yet."""
    (bot,) = emulator.platform.corp.bots.values()
    return BotSocket(
        bot.bot_id,
        SecretStr(secret or bot.secret),
        dial or dialling(emulator.ws_url, through_proxy=False),
        hear,
        VirtualTime(emulator.platform.clock),
        Random(3),
    )


@dataclass
class Running:
    """A socket that runs, and what it heard."""

    socket: BotSocket
    heard: Heard
    task: asyncio.Task[Ended]


@asynccontextmanager
async def running_socket(emulator: Emulator) -> AsyncIterator[Running]:
    """A subscribed connection."""
    heard = Heard(emulator.platform.records.ring)
    socket = socket_of(emulator, heard)
    task = asyncio.create_task(socket.run())
    try:
        await until(lambda: socket.state.connected_since is not None)
        yield Running(socket, heard, task)
    finally:
        await socket.close()
        await task


async def until(holds: Callable[[], bool]) -> None:
    """Return once it holds; looked at again at every turn of the loop, up to very many."""
    for _ in range(MOST_TURNS):
        if holds():
            return
        await asyncio.sleep(0)
    pytest.fail("it never came to hold")


async def after(
    emulator: Emulator,
    seconds: float,
    holds: Callable[[], bool],
    *,
    step: float = 0.5,
    beside: Work | None = None,
) -> None:
    """Move the clock until it holds, by at most so many virtual seconds.

    `beside`: a trip to what works meanwhile in real time, a database; the clock goes no faster than it answers.
    """
    moved = 0.0
    while not holds():
        assert moved < seconds, f"not within {seconds} virtual seconds"
        await emulator.platform.clock.advance(step)
        moved += step
        for _ in range(50):
            await asyncio.sleep(0)
        if beside is not None:
            for _ in range(TRIPS):
                await beside()


async def live(emulator: Emulator, seconds: float, *, step: float = 1.0, beside: Work | None = None) -> None:
    """Let so much virtual time pass, with the network keeping up, and `beside` as `after` says."""
    end = emulator.platform.clock.now + seconds
    await after(emulator, seconds + 2 * step, lambda: emulator.platform.clock.now >= end, step=step, beside=beside)


def plan(emulator: Emulator, kind: FaultKind, endpoint: str = "*", **more: object) -> None:
    """Let something go wrong."""
    emulator.platform.faults.add(Fault.model_validate({"kind": kind, "endpoint": endpoint, **more}))
