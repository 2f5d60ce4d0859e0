import pytest

from evals.suites.decisions.running import check


@pytest.mark.timeout(280)
def test_no_history_breaks_a_promise(database_url: str) -> None:
    check(database_url, examples=8, steps=25)
