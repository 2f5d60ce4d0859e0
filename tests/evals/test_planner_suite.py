"""The planner suite: known cases hold their bounds; the held-out ones are scored beside them and well formed."""

from collections import Counter

from evals.scorers.calls import ExpectedCall
from evals.suites import planner


async def test_the_fast_cut_holds_its_bounds_on_the_known_cases() -> None:
    card = await planner.run(fast=True)
    known = [line for line in card.lines if not line.metric.startswith("held out")]
    assert [line for line in known if not line.ok] == []
    assert {"held out: tools right", "held out: arguments right", "held out: messy right"} <= {
        line.metric for line in card.lines
    }


def test_the_held_out_cases_are_enough_messy_enough_and_in_both_languages() -> None:
    fresh = planner.cases(planner.FRESH)
    assert len(fresh) >= planner.LEAST_CASES[planner.FRESH]
    assert sum(case.messy for case in fresh) >= planner.LEAST_MESSY[planner.FRESH]
    assert len({case.id for case in fresh}) == len(fresh)


def test_no_held_out_message_is_a_known_one() -> None:
    known = {case.turns for case in planner.cases(planner.KNOWN)}
    assert [case.id for case in planner.cases(planner.FRESH) if case.turns in known] == []


def test_a_wrong_expectation_is_a_miss_that_names_the_field() -> None:
    [case] = [case for case in planner.cases(planner.KNOWN) if case.id == "p003"]
    right = planner.judge(case)
    wrong = planner.judge(planner.PlannerCase(case.id, case.tags, case.turns, {}, (_with_limit(case.calls[0], 11),)))
    assert right.right
    assert (wrong.tools, wrong.wrong) == (True, ("search_creators.limit",))


def test_the_tools_of_the_held_out_cases_are_many() -> None:
    used = Counter(call.name for case in planner.cases(planner.FRESH) for call in case.calls)
    assert len(used) >= 15


def _with_limit(call: ExpectedCall, limit: int) -> ExpectedCall:
    return ExpectedCall(call.name, {**call.arguments, "limit": limit}, call.accept)
