"""When a rate may be spoken of, how far it may be off, and when one group may be called better."""

from hypothesis import given
from hypothesis import strategies as st

from memory.domain.funnel import Counts, Group, Interval, Outcome, judge, wilson


@st.composite
def samples(draw: st.DrawFn) -> tuple[int, int]:
    total = draw(st.integers(min_value=1, max_value=100_000))
    return draw(st.integers(min_value=0, max_value=total)), total


def replies(name: str, replied: int, contacted: int) -> Group:
    return Group(Counts(contacted, replied), name)


@given(samples())
def test_an_interval_lies_between_nothing_and_all_and_holds_the_share(sample: tuple[int, int]) -> None:
    successes, total = sample
    interval = wilson(successes, total)
    assert 0 <= interval.low <= successes / total <= interval.high <= 1


@given(samples(), st.integers(min_value=2, max_value=50))
def test_the_same_share_of_more_creators_is_surer(sample: tuple[int, int], times: int) -> None:
    successes, total = sample
    few, many = wilson(successes, total), wilson(successes * times, total * times)
    assert many.high - many.low < few.high - few.low


@given(samples())
def test_who_did_is_as_sure_as_who_did_not(sample: tuple[int, int]) -> None:
    successes, total = sample
    did, did_not = wilson(successes, total), wilson(total - successes, total)
    assert abs(did.low - (1 - did_not.high)) < 1e-9
    assert abs(did.high - (1 - did_not.low)) < 1e-9


def test_an_interval_is_that_of_the_formula() -> None:
    found = wilson(36, 400)
    assert (round(found.low, 4), round(found.high, 4)) == (0.0657, 0.1221)
    assert wilson(0, 0) == Interval(0.0, 1.0)


def test_three_against_nine_percent_is_found_among_four_hundred_each() -> None:
    worse, better = replies("A", 12, 400), replies("B", 36, 400)
    verdict = judge([worse, better], Outcome.REPLIED)
    assert (verdict.best, verdict.beaten, verdict.unclear, verdict.small) == (better, (worse,), (), ())


def test_three_against_nine_percent_is_not_claimed_among_forty_each() -> None:
    groups = (replies("A", 1, 40), replies("B", 4, 40))
    verdict = judge(groups, Outcome.REPLIED)
    assert (verdict.best, verdict.small, verdict.compares) == (None, groups, False)


@given(samples(), samples())
def test_nobody_is_better_while_intervals_overlap(one: tuple[int, int], other: tuple[int, int]) -> None:
    groups = [replies("A", *one), replies("B", *other)]
    verdict = judge(groups, Outcome.REPLIED)
    if verdict.best is not None:
        (beaten,) = verdict.beaten
        assert verdict.best.counts.interval(Outcome.REPLIED).low > beaten.counts.interval(Outcome.REPLIED).high
        assert min(group.counts.contacted for group in groups) >= 50


def test_the_best_of_three_is_told_from_those_it_really_beats() -> None:
    low, middle, high = replies("A", 4, 400), replies("B", 36, 400), replies("C", 40, 400)
    verdict = judge([low, middle, high, replies("D", 3, 10)], Outcome.REPLIED)
    assert (verdict.best, verdict.beaten, verdict.unclear) == (high, (low,), (middle,))
    assert [group.name for group in verdict.small] == ["D"]


def test_one_group_alone_is_compared_with_nothing() -> None:
    assert not judge([replies("A", 12, 400)], Outcome.REPLIED).compares
    assert judge([replies("A", 12, 400), replies("B", 13, 400)], Outcome.REPLIED).compares
