"""Two days of the week, and what its checks say when one thing is not as it was."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from connectors.playground.statement import Statement
from evals.suites.week.checks.lines import check_lines, disagreements, total_lines
from evals.suites.week.days import FAST
from evals.suites.week.diary import Diary
from evals.suites.week.facts import Facts
from evals.suites.week.house import open_house
from evals.suites.week.rows import Books, SendRow
from evals.suites.week.suite import SEED, live_through
from memory.database import Database
from memory.domain.ids import BrandId
from memory.domain.workspace import BrandPolicy


def accepted(facts: Facts, channel: str) -> SendRow:
    return next(send for send in facts.books.sends if send.state == "accepted" and facts.of(send).channel == channel)


def with_books(facts: Facts, **changes: object) -> Facts:
    return replace(facts, books=replace(facts.books, **changes))  # type: ignore[arg-type]  # fields of Books by name


def without_a_line(facts: Facts) -> Facts:
    gone = accepted(facts, "playground")
    return with_books(facts, sends=tuple(send for send in facts.books.sends if send is not gone))


def with_another_text(facts: Facts) -> Facts:
    sent = accepted(facts, "playground")
    other = replace(sent, text=f"{sent.text} And more.")
    return with_books(facts, sends=tuple(other if send is sent else send for send in facts.books.sends))


def in_another_name(facts: Facts) -> Facts:
    sent = accepted(facts, "by_hand")
    other = replace(sent, member=next(member for member in facts.roles if member != sent.member))
    return with_books(facts, sends=tuple(other if send is sent else send for send in facts.books.sends))


def at_another_hour(facts: Facts) -> Facts:
    sent = accepted(facts, "playground")
    other = replace(sent, claimed_at=sent.claimed_at + timedelta(hours=12))
    return with_books(facts, sends=tuple(other if send is sent else send for send in facts.books.sends))


def without_approvals(facts: Facts) -> Facts:
    draft = accepted(facts, "playground").draft
    return with_books(facts, decisions=tuple(one for one in facts.books.decisions if one.draft != draft))


def with_an_answer_twice(facts: Facts) -> Facts:
    answer = next(one for one in facts.books.answers if one.source == "playground")
    return with_books(facts, answers=(*facts.books.answers, answer))


def told_by_nobody(facts: Facts) -> Facts:
    return with_books(facts, told=())


def counted_wrong(facts: Facts) -> Facts:
    first, *others = facts.books.counts
    return with_books(facts, counts=(replace(first, count=first.count + 1), *others))


def following(facts: Facts, *, days: int) -> Facts:
    """The last message sent as if it came so many days after the first one."""
    first, last = first_and_last(facts)
    drafts = [
        replace(one, after=first.draft, delay_days=days) if one.draft == last.draft else one
        for one in facts.books.drafts
    ]
    return with_books(facts, drafts=tuple(drafts))


def first_and_last(facts: Facts) -> tuple[SendRow, SendRow]:
    sent = [send for send in facts.books.sends if send.state == "accepted"]
    ordered = sorted(sent, key=lambda send: send.claimed_at)
    return ordered[0], ordered[-1]


def sooner_than_planned(facts: Facts) -> Facts:
    return following(facts, days=9)


def after_an_answer(facts: Facts) -> Facts:
    _, last = first_and_last(facts)
    draft, kept = facts.of(last), facts.books.answers[0]
    at = last.claimed_at - timedelta(seconds=1)
    between = replace(kept, brand=draft.brand, handle=draft.handle, stored_at=at)
    return with_books(following(facts, days=0), answers=(*facts.books.answers, between))


BREAKS: dict[Callable[[Facts], Facts], set[str]] = {
    without_a_line: {
        "accepted in the ledger ≠ received by the playground", "steps ≠ ledger",
    },
    with_another_text: {
        "accepted in the ledger ≠ received by the playground", "sent otherwise than read and approved",
    },
    in_another_name: {"by hand: ledger ≠ diary"},
    at_another_hour: {"outside 09:00-20:00 of the creator"},
    without_approvals: {"without an approval by whoever may", "decisions ≠ what members were told"},
    with_an_answer_twice: {"answers stored ≠ written"},
    told_by_nobody: {"answers told ≠ once where drafted"},
    counted_wrong: {"daily counters ≠ ledger"},
    sooner_than_planned: {"follow-ups too early or after an answer"},
    after_an_answer: {"follow-ups too early or after an answer"},
}  # fmt: skip


@pytest.mark.timeout(120)
async def test_two_days_agree_to_the_row_and_whatever_is_broken_is_seen(database_url: str, tmp_path: Path) -> None:
    async with (
        Database.open(home=tmp_path, url=database_url) as database,
        open_house(database, tmp_path, creators=FAST.creators, seed=SEED) as house,
    ):
        found, facts = await live_through(house, FAST, seed=SEED)
    assert [line for line in check_lines(found, seed=SEED) if not line.ok] == []
    assert [line for line in total_lines(facts) if not line.ok] == []
    for breaking, lines in BREAKS.items():
        seen = {name for name, each in disagreements(breaking(facts)).items() if each}
        assert lines <= seen, (breaking.__name__, seen)


def test_a_disagreement_is_said_with_its_seed() -> None:
    (line,) = check_lines({"steps ≠ ledger": ["K1 2 @mia: step sent, ledger []"]}, seed=42)
    assert (line.ok, line.value) == (False, "1 (seed 42): K1 2 @mia: step sent, ledger []")


def test_a_week_in_which_nothing_happened_agrees_with_everything_and_fails() -> None:
    empty = Facts(
        now=datetime(2026, 11, 20, tzinfo=UTC),
        books=Books((), (), (), (), (), (), (), ()),
        shop=Statement(),
        diary=Diary(),
        roles={},
        policies={BrandId(1): BrandPolicy()},
        markets={},
        lists={},
        shown={},
        quotas={},
        activity=(),
    )
    assert [each for each in disagreements(empty).values() if each] == []
    assert {line.ok for line in total_lines(empty)} == {False}
