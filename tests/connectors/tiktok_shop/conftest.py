"""An authorised client on an emulated platform for each test."""

from collections.abc import AsyncIterator

import pytest

from tests.support.shops import ShopBench, shop_bench


@pytest.fixture
async def bench() -> AsyncIterator[ShopBench]:
    """The example seller's."""
    async with shop_bench() as made:
        yield made
