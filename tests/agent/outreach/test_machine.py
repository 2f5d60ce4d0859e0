import os
from random import Random

import pytest

from evals.suites.decisions.running import check_url


@pytest.mark.timeout(280)
def test_no_history_breaks_a_promise(database_url: str) -> None:
    """Where a change is judged the same histories are played every time; everywhere else new ones."""
    first = 1_000 if os.environ.get("CI") else Random().randrange(10**9)
    outcome = check_url(database_url, range(first, first + 12))
    assert outcome.violation == ""
    assert outcome.tally["histories"] == 12
