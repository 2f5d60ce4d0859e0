"""The model of deciding and sending: it repeats itself, and finds what is there when a guard is taken away."""

from datetime import datetime
from types import ModuleType

import pytest

from agent.approval import deciding
from agent.outreach import dispatch, guards
from agent.outreach.quota import Allowance
from evals.suites.decisions import suite
from evals.suites.decisions.machine import ACTS, DecisionMachine
from evals.suites.decisions.running import LARGE, LARGEST, check_url, plot_of
from memory.domain.dispatch import BrandDay

MOST = 60
SEEDS = [seed for seed in range(2 * MOST) if plot_of(seed).first_batch == 2][:MOST]  # large batches are slow


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


def no_limits(day: BrandDay, *, now: datetime) -> Allowance:
    del day
    return Allowance(1_000, now)


@pytest.mark.timeout(280)
@pytest.mark.parametrize(
    ("module", "guard", "instead", "found", "first"),
    [
        (deciding, "may_sign_own", lambda *_, **__: True, "their own", 5),
        (dispatch, "allowance", no_limits, "too many in a minute", 0),
        (guards, "SEQUENCE_GUARDS", {}, "before what it follows", 3),
    ],
    ids=["own_drafts", "pace", "sequence"],
)
def test_a_guard_that_is_gone_is_missed(
    database_url: str,
    monkeypatch: pytest.MonkeyPatch,
    module: ModuleType,
    guard: str,
    instead: object,
    found: str,
    first: int,
) -> None:
    """What `tests/agent/outreach/test_guards.py` does scene by scene, found by chance, and told with its number.

    The history that found it last is played first; should it not any more, all others are.
    """
    monkeypatch.setattr(module, guard, instead)
    violation = check_url(database_url, sorted(SEEDS, key=lambda seed: seed != first)).violation
    assert violation.startswith("daren eval decisions --runs 1 --seed ")
    assert found in violation
    assert " is shown 0: " in violation
