"""Who lives in the playground: the same people in every process, and as uneven as a real platform's."""

import hashlib
import os
import statistics
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from connectors.playground.agency import demo_agency
from connectors.playground.people.creators import Person, make_person, population
from connectors.playground.people.history import Sample
from connectors.playground.people.voices import homes, languages, subjects, voice
from memory.domain.markets import MARKETS

NOW = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
PRINT_DIGEST = """
import hashlib
from datetime import UTC, datetime
from connectors.playground.people.creators import population
people = population(creators=200, seed=9, now=datetime(2026, 11, 20, 15, 0, tzinfo=UTC))
print(hashlib.sha256("".join(map(repr, people)).encode()).hexdigest())
"""


@pytest.fixture(scope="module")
def people() -> list[Person]:
    """The demo's ten thousand, made once for every test here."""
    return list(population(creators=10_000, seed=7, now=NOW))


def share(part: int, whole: int) -> float:
    return part / whole


def test_two_processes_with_other_hash_seeds_make_the_same_people() -> None:
    def digest(hash_seed: str) -> str:
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(  # our own interpreter, our own text
            [sys.executable, "-c", PRINT_DIGEST], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    own = hashlib.sha256("".join(map(repr, population(creators=200, seed=9, now=NOW))).encode()).hexdigest()
    assert {digest("1"), digest("4711")} == {own}


def test_a_creator_depends_on_seed_and_number_alone() -> None:
    assert make_person(7, 42, now=NOW) == make_person(7, 42, now=NOW)
    assert make_person(7, 42, now=NOW) != make_person(8, 42, now=NOW)
    few = list(population(creators=40, seed=7, now=NOW))
    assert few == list(population(creators=60, seed=7, now=NOW))[:40]


def test_handles_are_distinct_and_lines_hold_no_placeholder(people: list[Person]) -> None:
    assert len({person.facts.handle for person in people}) == len(people)
    for person in people:
        assert len(person.facts.bio) <= 160
        for line in (person.facts.bio, *person.facts.captions):
            assert not set("{}") & set(line)
        if person.facts.email and "@mail.example" in person.facts.bio:
            assert person.facts.email in person.facts.bio


def test_bios_are_nearly_all_different(people: list[Person]) -> None:
    bios = [person.facts.bio for person in people]
    assert share(len(set(bios)), len(bios)) >= 0.95


def test_every_market_category_and_language_is_present(people: list[Person]) -> None:
    assert {person.facts.market for person in people} == set(MARKETS) == set(homes())
    assert {slug for person in people for slug in person.facts.categories} == set(subjects())
    spoken = {person.facts.languages[0] for person in people if person.facts.languages}
    assert spoken == set(languages()) == {market.language for market in MARKETS.values()}


@pytest.mark.parametrize("language", languages())
def test_a_voice_has_words_for_every_niche_and_enough_lines(language: str) -> None:
    words = voice(language)
    assert set(words.niches) == {niche for subject in subjects().values() for niche in subject.niches}
    assert all(len(phrases) >= 3 and all(phrases) for phrases in words.niches.values())
    assert {part: len(lines) > 3 for part, lines in words.bio.items()} == dict.fromkeys(voice("en").bio, True)
    assert len(words.captions) >= 20


def test_nobody_speaks_an_unknown_language() -> None:
    with pytest.raises(FileNotFoundError):
        voice("xx")


def test_followers_and_sales_have_a_heavy_tail(people: list[Person]) -> None:
    followers = sorted(person.facts.followers.low for person in people if person.facts.followers)
    assert 15_000 < statistics.median(followers) < 40_000
    assert statistics.fmean(followers) > 2.5 * statistics.median(followers)
    sales = sorted(
        (p.history.gmv_since(NOW - timedelta(days=30)) for p in people if p.facts.market == "US"), reverse=True
    )
    assert share(sum(sales[: len(sales) // 10]), sum(sales)) > 0.5


def test_what_a_platform_hides_is_unknown_as_often_as_there(people: list[Person]) -> None:
    gmv = [person.facts.gmv_30d for person in people]
    ranges = [span for span in gmv if span is not None and span.low < span.high]
    assert 0.13 < share(gmv.count(None), len(gmv)) < 0.17
    assert 0.08 < share(len(ranges), len(gmv)) < 0.13
    for missing, low, high in (
        ([p.facts.email for p in people], 0.55, 0.65),
        ([p.facts.zone for p in people], 0.5, 0.6),
        ([p.facts.commission_bp for p in people], 0.25, 0.35),
        ([p.facts.fulfilment_bp for p in people], 0.3, 0.4),
        ([p.facts.audience_gender for p in people], 0.07, 0.13),
    ):
        assert low < share(missing.count(None), len(missing)) < high


def test_the_first_conversation_finds_enough_american_pet_creators(people: list[Person]) -> None:
    found = [
        facts
        for facts in (person.facts for person in people)
        if facts.market == "US" and "pets" in facts.categories
        if facts.followers and 10_000 <= facts.followers.low <= 100_000
        if facts.gmv_30d and facts.gmv_30d.low > 5_000_00
    ]
    assert len(found) >= 60


def test_three_to_eight_in_a_hundred_orders_come_back_by_category(people: list[Person]) -> None:
    orders, returns = Counter[str](), Counter[str]()
    for person in people:
        for order in person.history.orders:
            assert 0 <= order.refunded <= order.quantity
            orders[person.facts.categories[0]] += 1
            returns[person.facts.categories[0]] += order.refunded > 0
    assert 0.03 < share(returns.total(), orders.total()) < 0.08
    rates = {slug: share(returns[slug], orders[slug]) for slug in orders}
    assert all(0.015 < rate < 0.095 for rate in rates.values())
    assert rates["fashion"] > rates["beauty"] > 0.02


def test_our_brands_have_a_past_with_a_few_hundred_creators(people: list[Person]) -> None:
    messages = [message for person in people for message in person.history.messages]
    samples = [sample for person in people for sample in person.history.samples]
    assert 1_000 < len(messages) < 2_000
    assert 150 < len(samples) < 500
    brands = {brand.code for brand in demo_agency().brands}
    assert {message.brand for message in messages} == brands
    assert any(sample.posted_at is None for sample in samples)


def test_message_comes_before_sample_before_post_before_sale(people: list[Person]) -> None:
    for person in people:
        past = person.history
        assert all(one.at < other.at for one, other in pairwise(past.messages))
        assert not past.messages or past.messages[0].ours
        for sample in past.samples:
            assert [m.kind for m in past.messages if m.at < sample.asked_at][-1] == "address"
            assert sample.asked_at < sample.shipped_at < sample.delivered_at < (sample.posted_at or NOW)
            assert all(order.placed_at > posted(sample) for order in past.orders if order.product == sample.product)


def posted(sample: Sample) -> datetime:
    """When it led to a post; a sample that led to none sells nothing."""
    return sample.posted_at or NOW


def test_the_pet_brand_sells_one_product() -> None:
    """The demo's first conversation names none."""
    pets = next(brand for brand in demo_agency().brands if brand.categories == ("pets",))
    assert len(pets.products) == 1
