"""A running emulator for each test, and what a product brings to it."""

from collections.abc import AsyncIterator

import pytest

from evals.emulators.wecom.server import Emulator, running


@pytest.fixture
async def emulator() -> AsyncIterator[Emulator]:
    """The example corp on a free port of loopback."""
    async with running() as emulator:
        yield emulator
