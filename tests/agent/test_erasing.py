"""「彻底删除 @x」: only a lead asks and confirms, it is said that it cannot be undone, and a job does it."""

import pytest
from pydantic import JsonValue

from agent.commands.nouns import Confirm, Erase
from agent.commands.parsing import parse
from memory.domain.erasing import MARK, Person


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("彻底删除 @lily_paws.77", Erase("lily_paws.77")),
        ("请彻底删除@Lily的所有数据", Erase("lily")),
        ("永久删除 @a.b。", Erase("a.b")),
        ("erase @lily_paws.77", Erase("lily_paws.77")),
        ("Permanently delete @lily everywhere", Erase("lily")),
        ("确认 C4", Confirm("C4")),
        ("彻底删除 K7", None),
        ("彻底删除", None),
        ("怎么彻底删除 @lily", None),
        ("彻底删除 @lily 和 @anna", None),
        ("did you erase @lily?", None),
    ],
)
def test_only_the_whole_line_with_a_handle_asks(text: str, read: object) -> None:
    assert parse(text, batch_sizes={"K1": 2}, quoted=None) == read


PERSON = Person("lily_paws", "Lilia Marchetti", ("l@example.test",), ('I love "cats" a lot', "Sure"))


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ("@Lily_Paws wrote", f"{MARK} wrote"),
        ("lily_paws2 is somebody else, lily_paws is not", f"lily_paws2 is somebody else, {MARK} is not"),
        ("write to L@example.test", f"write to {MARK}"),
        ("Lilia Marchetti's cats", f"{MARK}'s cats"),
        ('she said: I love "cats" a lot!', f"she said: {MARK}!"),
        ('I love "cats"…', MARK),
        ({"handle": "lily_paws", "text": "Sure", "id": 4}, {"handle": MARK, "text": MARK, "id": 4}),
        ({"handle": "anna", "text": "Sure"}, {"handle": "anna", "text": "Sure"}),
        (
            {"items": [{"handle": "@lily_paws", "suggested": {"text": "Hi"}}], "kind": "replies"},
            {"items": [{"handle": MARK, "suggested": {"text": MARK}}], "kind": "replies"},
        ),
        ({"exclude_handles": ["lily_paws", "anna"]}, {"exclude_handles": [MARK, "anna"]}),
        (None, None),
    ],
)
def test_what_is_theirs_goes_and_the_shape_stays(value: object, left: object) -> None:
    assert PERSON.without(value) == left  # type: ignore[arg-type]  # JSON-shaped


def test_a_short_common_handle_is_taken_out_only_where_it_names_somebody() -> None:
    pets = Person("pets")
    said: JsonValue = {"categories": ["pets"], "exclude_handles": ["pets"], "text": "@pets sells to pets"}
    assert pets.without(said) == {
        "categories": ["pets"], "exclude_handles": [MARK], "text": f"{MARK} sells to pets",
    }  # fmt: skip
