import pytest

from agent.commands.going_back import takes_approvals_back
from agent.commands.nouns import Ask, Parsed, Resume, Undo, Why, Withdraw
from agent.commands.parsing import may_be_command, parse

TWO = {"L1": 5, "K7": 8}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("撤回 3", Withdraw("K7", (3,))),
        ("撤回K7的2-4", Withdraw("K7", (2, 3, 4))),
        ("K7 的 1、3 撤回", Withdraw("K7", (1, 3))),
        ("撤回 K7", Withdraw("K7")),
        ("撤回全部", Withdraw("K7")),
        ("take back 1-2", Withdraw("K7", (1, 2))),
        ("恢复", Resume(None)),
        ("恢復 k7", Resume("K7")),
        ("resume L1", Resume("L1")),
        ("撤銷", Undo()),
        ("Undo!", Undo()),
        ("撤回", Ask(Why.WITHDRAW_WHAT, "K7", {"batch": "K7"})),
        ("撤回 9", Ask(Why.NOT_ON_CARD, "K7", {"batch": "K7", "numbers": "9", "size": 8})),
        ("撤回 X9 的 1", Ask(Why.NO_SUCH_BATCH, "X9", {"batch": "X9"})),
        ("恢复 3", Ask(Why.RESUME_WHOLE, None, {})),
        ("撤销 3", Ask(Why.UNDO_ALONE, None, {})),
        ("撤销 K7", Ask(Why.UNDO_ALONE, None, {})),
        ("撤回的有哪些", None),
        ("恢复得怎么样", None),
        ("怎么撤销", None),
        ("停了吗", None),
        ("撤回 3 了吗", None),
        ("undo the search", None),
    ],
)
def test_a_line_takes_back_only_when_the_whole_of_it_says_so(text: str, expected: Parsed | None) -> None:
    assert parse(text, batch_sizes={"K7": 8}, quoted=None) == expected
    assert may_be_command(text) == (expected is not None)


def test_with_two_batches_a_number_names_none_but_a_quote_does() -> None:
    assert parse("撤回 3", batch_sizes=TWO, quoted=None) == Ask(Why.WHICH_BATCH, None, {"codes": "L1、K7"})
    assert parse("撤回 3", batch_sizes=TWO, quoted="L1") == Withdraw("L1", (3,))
    assert parse("恢复", batch_sizes=TWO, quoted="L1") == Resume("L1")


def test_only_a_withdrawal_means_batches_that_are_decided_already() -> None:
    assert [takes_approvals_back(text) for text in ("撤回 3", "批准 3", "恢复 K7", "撤回的有哪些")] == [
        True, False, False, False,
    ]  # fmt: skip
