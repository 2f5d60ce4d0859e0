"""The model of deciding and sending: it repeats itself, and finds what is there when a guard is taken away."""

from collections.abc import Callable

import pytest

from evals.suites.decisions import suite
from evals.suites.decisions.machine import ACTS, DecisionMachine
from evals.suites.decisions.running import LARGE, LARGEST, plot_of

MOST = 80
Removal = Callable[[pytest.MonkeyPatch], None]


def test_a_number_always_means_the_same_history() -> None:
    assert plot_of(7) == plot_of(7)
    assert plot_of(7) != plot_of(8)
    assert {plot_of(number).first_batch for number in range(200)} == {2, LARGE, LARGEST}


def test_every_act_is_there_and_comes_up() -> None:
    assert all(hasattr(DecisionMachine, act) for act in ACTS)
    assert {act.name for number in range(100) for act in plot_of(number).acts} == set(ACTS)


async def test_the_card_says_what_happened_and_misses_nothing_it_names(database_url: str) -> None:
    card = await suite.run(3, seed=30, url=database_url)
    lines = {line.metric: line for line in card.lines}
    assert card.ok
    assert (lines["histories"].value, lines["violations of promises 1-3 and 8"].value) == ("3", "0")
    assert int(lines["approvals"].value) > 0
    assert set(suite.EVERYTHING) <= set(lines)
