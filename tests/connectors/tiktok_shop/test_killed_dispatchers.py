"""Dispatchers are killed while answers get lost: every message comes once, whatever its ledger believed on the way."""

import pytest

from evals.benchmarks.shop_dispatch import run


@pytest.mark.timeout(120)
async def test_killed_at_random_points_no_creator_hears_a_message_twice_and_each_hears_it(database_url: str) -> None:
    card = await run(120, 3, url=database_url)
    assert card.ok, [line for line in card.lines if not line.ok]
