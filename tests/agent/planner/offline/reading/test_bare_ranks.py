"""Numbers without 第 or #: references where a verb is done to them, counts and figures elsewhere."""

import pytest

from agent.planner.offline.reading.bare_ranks import bare_numbers_at
from agent.planner.offline.reading.message import read


def first(text: str) -> tuple[int, ...] | None:
    """The first list of references in a text."""
    folded = read(text).text
    return next((found.numbers for at in range(len(folded)) if (found := bare_numbers_at(folded, at))), None)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1 3 5打上黑五标签", (1, 3, 5)),
        ("2和5去掉吧", (2, 5)),
        ("1，4，7写跟进", (1, 4, 7)),
        ("5到8存成春季", (5, 6, 7, 8)),
        ("3 5 8条佣金改成15%", (3, 5, 8)),
        ("把1 2 3标成已联系", (1, 2, 3)),
        ("invite 2 5 8", (2, 5, 8)),
        ("tag 1-3 as holiday", (1, 2, 3)),
        ("lose 1 3 and 4", (1, 3, 4)),
        ("give 3 to tom", (3,)),
        ("5归Amy跟", (5,)),
    ],
)
def test_a_verb_makes_numbers_references(text: str, numbers: tuple[int, ...]) -> None:
    assert first(text) == numbers


@pytest.mark.parametrize(
    "text",
    [
        "找10 20个达人",
        "粉丝1-5万的发我",
        "佣金15到20%的要",
        "invite 5 more creators",
        "drop 10 percent",
        "remove 10 20 followers",
        "18-24岁的",
        "send me 10 beauty creators",
        "8和5去掉",
        "每3天催一次",
        "drop 5 euros",
    ],
)
def test_counts_figures_and_falling_numbers_are_none(text: str) -> None:
    assert first(text) is None
