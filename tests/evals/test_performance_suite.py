"""Some questions about a drawn year, each figure against DuckDB; and what is said once sums are no longer right."""

from collections.abc import Iterator

import psycopg
import pytest
from structlog.testing import capture_logs

from evals.suites.performance import suite
from evals.suites.performance.history import Year
from evals.suites.performance.rows import plant
from memory.database import Database


@pytest.fixture(autouse=True)
def _unsaid() -> Iterator[None]:
    """A logger that tells of every unit would fill the screen."""
    with capture_logs():
        yield


async def test_every_figure_is_what_duckdb_makes_of_the_rows_and_a_wrong_sum_is_found(
    database: Database, database_url: str
) -> None:
    scope, shops = await suite.opened_shops(database)
    plant(database_url, seed=11, shops=shops, tenant=scope.tenant, member=scope.member)
    await Year(11, shops).tell(database, scope, lines=60)
    card = await suite.judged(database, scope, shops, seed=11, questions=12)
    assert card.ok, [line for line in card.lines if not line.ok]
    with psycopg.connect(database_url, autocommit=True) as line:
        line.execute("set role daren_service")
        line.execute("update rollup_day set gross = gross + 1, orders = orders + 1")
    spoiled = await suite.judged(database, scope, shops, seed=11, questions=12)
    assert not spoiled.ok
