"""A running emulator for each test, and a seller's own client of it."""

from collections.abc import AsyncIterator

import pytest

from evals.emulators.tiktok_shop.server import Emulator, running
from tests.evals.emulators.tiktok_shop.callers import Caller, caller


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """The example partner on a free port of loopback."""
    async with running() as emulator:
        yield emulator


@pytest.fixture
async def shop(emulator: Emulator) -> AsyncIterator[Caller]:
    """An authorised client of its first shop."""
    async with caller(emulator) as client:
        yield client
