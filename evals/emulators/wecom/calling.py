"""How the platform calls an address: with virtual limits of time, sealed anew for each attempt."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.platform import Platform

ATTEMPT_SECONDS: Final = 5.0
MOST_ATTEMPTS: Final = 3
URL_CHECK_SECONDS: Final = 1.0
HUGE_BYTES: Final = 8_388_608
OLD_SECONDS: Final = 7_200
OK: Final = 200
BOMB: Final = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml>&b;</xml>'


@dataclass(slots=True)
class Attempt:
    """One try: over without a status means no answer in time, or no connection."""

    at: float
    status: int | None = None
    over: bool = False
    faults: tuple[FaultKind, ...] = ()


@dataclass(frozen=True, slots=True)
class UrlCheck:
    """What saving a callback address in the console found. `seconds` are virtual; None: no answer."""

    passed: bool
    status: int | None
    body: str
    seconds: float


def _client_without_limits() -> httpx.AsyncClient:
    unlimited = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(trust_env=False, timeout=None, limits=unlimited)  # noqa: S113  # the limits are virtual


@dataclass(slots=True)
class Calling:
    """Calls under way."""

    platform: Platform
    client: httpx.AsyncClient = field(default_factory=_client_without_limits)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _last_nonce: str = ""

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.client.aclose()

    def start(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something run beside everything else."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def in_time(self, request: httpx.Request, seconds: float) -> httpx.Response | None:
        """The answer; None when there was none in so many virtual seconds, or no connection."""
        sending = asyncio.create_task(self.client.send(request))
        limit = asyncio.create_task(self.platform.clock.wait(seconds))
        try:
            await asyncio.wait({sending, limit}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                return None
            with suppress(httpx.HTTPError):
                return sending.result()
            return None
        finally:
            for task in (sending, limit):
                task.cancel()
            await asyncio.gather(sending, limit, return_exceptions=True)

    def stamp(self, *, is_old: bool = False, is_replayed: bool = False) -> tuple[str, str]:
        """A timestamp and a nonce, as faults would have them."""
        timestamp = str(int(self.platform.clock.now) - (OLD_SECONDS if is_old else 0))
        nonce = str(self.platform.rng.randrange(10**8, 10**10))
        if is_replayed and self._last_nonce:
            nonce = self._last_nonce
        self._last_nonce = nonce
        return timestamp, nonce


def spoilt(signature: str) -> str:
    """Another signature of the same length."""
    return ("1" if signature[0] == "0" else "0") + signature[1:]
