"""Markets named by a letter each and creators called by their name are read in full; a quote keeps what was written."""

import pytest

from agent.planner.offline.reading.hollow import is_hollow
from agent.planner.offline.reading.message import read


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("德法意三国", "德国、法国、意大利"),
        ("找英法两站的玩具博主", "找英国、法国的玩具博主"),
        ("四个站：美英德法，家纺", "四个站:美国、英国、德国、法国,家纺"),
        ("skincare girls in the us", "skincare creators in the us"),
        ("美妆妹子 法国", "美妆达人 法国"),
        ("fitnes creators in japann", "fitness creators in japan"),
    ],
)
def test_short_names_are_read_in_full(written: str, read_as: str) -> None:
    assert read(written).text == read_as


@pytest.mark.parametrize("written", ["美国", "英文", "gifts for girls", "girls", "新西兰的达人", "澳新两国", "locking"])
def test_what_only_looks_like_one_is_left(written: str) -> None:
    assert read(written).text == written


def test_a_quote_gives_what_was_written() -> None:
    reading = read("skincare girls")
    assert reading.quote(0, len(reading.text)) == "skincare girls"


@pytest.mark.parametrize(
    ("text", "hollow"), [("不会更", True), ("they might", True), ("会展", False), ("notes", False)]
)
def test_particles_and_modal_words_name_nothing(text: str, *, hollow: bool) -> None:
    assert is_hollow(text) is hollow
