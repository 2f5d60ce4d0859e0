"""What was taken back gives its place to what was said instead."""

import pytest

from agent.planner.offline.reading.corrections import amend
from agent.planner.offline.reading.message import read


def amended(text: str) -> str:
    return " ".join(amend(read(text)).text.split())


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("来十五个…不是，二十五个英国做烘焙的", "来二十五个英国做烘焙的"),
        ("fifteen, no wait, twenty-five UK creators", "twenty-five uk creators"),
        ("fifteen, no make that twenty-five sellers", "twenty-five sellers"),
        ("粉丝不超过五万，口误，十五万", "粉丝不超过十五万"),
        ("粉丝门槛提高到五万，不对，三万吧", "粉丝门槛提高到三万"),
        ("under 50k followers, actually under 80k", "under 80k followers"),
        ("hand the top three to kevin, oh sorry, the top two", "hand the top two to kevin"),
        ("set number 2, oops i mean number 12, to agreed", "set number 12, to agreed"),
        ("十五个，不对，二十五，英国的", "二十五个，英国的".replace("，", ",")),
        ("找30个，不是13个美妆达人", "找30个美妆达人"),
        ("是三万到八万 不是三千", "是三万到八万"),
        ("find 30, not 13 beauty creators", "find 30 beauty creators"),
    ],
)
def test_the_new_thing_stands_where_the_old_one_stood(said: str, meant: str) -> None:
    assert amended(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "beauty creators, no livestreamers and nobody above 200k followers",
        "找美国的，不要英国的",
        "10 us creators, no uk ones",
        "找10个美国达人，等等，给前5个写邀约",
    ],
)
def test_a_no_that_takes_nothing_back_changes_nothing(said: str) -> None:
    assert amend(read(said)) == read(said)


def test_the_persons_own_words_stay_reachable() -> None:
    reading = amend(read("找十五个，不对，二十五个英国做烘焙的"))
    at = reading.text.index("英国")
    assert reading.quote(at, at + 2) == "英国"
    assert reading.quote(1, 5) == "二十五个"
