"""The lexicon: complete, in both languages, and without a word that means two things of one kind."""

import pytest

from prompts import words

SLUGS = (
    "beauty skincare haircare fashion shoes_bags jewelry health fitness sports outdoor home kitchen cleaning "
    "garden diy pets baby toys tech gaming automotive food books stationery travel lifestyle comedy music education "
    "finance"
)
IN_BOTH = ("categories", "languages", "sizes", "purposes", "offers", "stages", "reports", "comparatives", "metrics")


def test_every_category_of_the_index_has_words() -> None:
    assert list(words.entries("categories")) == SLUGS.split()


@pytest.mark.parametrize("name", IN_BOTH)
def test_every_meaning_has_words_in_both_languages(name: str) -> None:
    assert [key for key, entry in words.entries(name).items() if not (entry.zh and entry.en)] == []


@pytest.mark.parametrize("name", ["markets", "languages", "categories", "sizes", "traits", "comparatives"])
def test_no_word_means_two_things_of_one_kind(name: str) -> None:
    seen: dict[str, str] = {}
    doubled = []
    for key, entry in words.entries(name).items():
        words_of_it = {word.lower() for word in entry.words}
        doubled += [(word, key) for word in words_of_it if seen.setdefault(word, key) != key]
    assert doubled == []


def test_a_region_names_markets_of_the_lexicon() -> None:
    markets = words.entries("markets")
    for key, entry in markets.items():
        members = entry.facts.get("members", [])
        assert isinstance(members, list)
        assert (len(key) == 2) is (not members)
        assert all(member in markets for member in members)


def test_a_size_is_a_range_of_followers() -> None:
    for entry in words.entries("sizes").values():
        low, high = entry.facts["min"], entry.facts.get("max")
        assert isinstance(low, int)
        assert high is None or (isinstance(high, int) and high > low)


def test_a_mended_slip_is_not_mended_again() -> None:
    table = words.replacements()
    assert [wrong for wrong, right in table.items() if right in table] == []


def test_every_intent_compiles_and_weak_ones_name_known_intents() -> None:
    names = {intent.name for intent in words.intents()}
    for intent in words.intents():
        assert intent.joins <= names
