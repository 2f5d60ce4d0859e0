"""How a message is folded before it is read."""

import pytest

from agent.planner.offline.reading.message import read, spelled_rightly


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("write invties, sampels ok, comission 15%", "write invites, samples ok, commission 15%"),
        ("beuaty influncers in austrlia", "beauty influencers in australia"),
        ("havent repllied", "haven't replied"),
    ],
)
def test_slips_of_the_keyboard_are_mended(typed: str, meant: str) -> None:
    assert read(typed).text == meant


@pytest.mark.parametrize("word", ["massage", "flowers", "sampler", "crafts", "chicken", "recipes", "kitten", "experts"])
def test_a_real_word_near_to_one_of_ours_stays(word: str) -> None:
    assert spelled_rightly(word) == word


def test_a_mended_word_leads_back_to_what_was_typed() -> None:
    reading = read("10k folowers")
    assert reading.quote(4, len(reading.text)) == "folowers"


@pytest.mark.parametrize("text", ["@comissions", "see invties.example", "k7"])
def test_names_and_addresses_are_not_mended(text: str) -> None:
    assert read(text).text == text
