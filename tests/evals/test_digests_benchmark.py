"""The cut of the benchmark of digests: each due one made once, whoever makes it."""

from evals.benchmarks.digests import measure
from memory.database import Database


async def test_every_digest_that_is_due_at_once_is_made_once(database: Database) -> None:
    card = await measure(database, due=12, lines=200)
    assert [(line.metric, line.value) for line in card.lines if not line.ok] == []
    assert {line.metric: line.value for line in card.lines}["conversations told once"] == "12"
