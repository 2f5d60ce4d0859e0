"""The pure rules of search: the gloss, names in a subject, ranking, reasons, cleaning."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from memory.creator_index.text import clean
from memory.domain.creator import Creator, CreatorFacts, CreatorQuery, Source
from memory.domain.ids import CreatorId
from memory.domain.money import Money, MoneySpan, RateTable, Span
from tools.creator_search.asking import names_in
from tools.creator_search.gloss import in_english
from tools.creator_search.ranking import Candidate, ranked
from tools.creator_search.reasons import quoted, reasons

NOW = datetime(2026, 11, 20, tzinfo=UTC)
RATES = RateTable(date(2026, 11, 20), {"USD": Decimal(1), "GBP": Decimal("0.8")})


def creator(number: int, **facts: object) -> Creator:
    said = CreatorFacts(handle=f"c{number}", **facts)  # type: ignore[arg-type]  # a builder takes any fact
    return Creator(CreatorId(number), None, said, Source("file", NOW))


@pytest.mark.parametrize(
    ("said", "searched"),
    [
        ("宠物用品", "pets"),
        ("穿戴甲", "press-on nails"),
        ("寵物用品", "pets"),
        ("Stanley 水杯", "tumbler water bottle Stanley"),
        ("cat litter", "cat litter"),
        ("某某某", "某某某"),
    ],
)
def test_a_chinese_subject_is_said_in_english(said: str, searched: str) -> None:
    assert in_english(said) == searched


@pytest.mark.parametrize(
    ("topic", "names"),
    [
        ("pet supplies", ()),
        ("#cattok @whiskers.daily", ("#cattok", "@whiskers.daily")),
        ("Stanley 水杯", ("Stanley",)),
        ("Dyson hair dryer", ("Dyson",)),
    ],
)
def test_only_marked_or_brand_words_are_names(topic: str, names: tuple[str, ...]) -> None:
    assert names_in(topic) == names


def test_unknown_figures_do_not_count_against_a_creator() -> None:
    unknown = Candidate(creator(1), 0.5)
    poor = Candidate(creator(2, gmv_30d=MoneySpan.exactly(Money.of(1)), fulfilment_bp=Span.exactly(1_000)), 0.5)
    rich = Candidate(creator(3, gmv_30d=MoneySpan.exactly(Money.of(60_000)), last_active_at=NOW), 0.5)
    assert [one.creator.id for one in ranked([poor, unknown, rich], rates=RATES, now=NOW)][-1] == 2


def test_sales_do_not_outweigh_the_subject() -> None:
    fits = Candidate(creator(1, gmv_30d=MoneySpan.exactly(Money.of(100))), 0.6)
    sells = Candidate(creator(2, gmv_30d=MoneySpan.exactly(Money.of(90_000))), 0.2)
    assert [one.creator.id for one in ranked([sells, fits], rates=RATES, now=NOW)] == [1, 2]


def test_copies_of_one_bio_do_not_stand_together_at_the_top() -> None:
    copies = [Candidate(creator(number, bio="Agency star"), 0.50) for number in (1, 2)]
    other = Candidate(creator(3, bio="My own words"), 0.45)
    assert [one.creator.id for one in ranked([*copies, other], rates=RATES, now=NOW)] == [1, 3, 2]


def test_a_reason_quotes_what_the_creator_wrote() -> None:
    one = creator(1, bio="Mom of two. Testing self-cleaning litter boxes! DM me", hashtags=("cattok",))
    assert quoted(one, ["猫砂盆", "cat litter box"]) == "Testing self-cleaning litter boxes"
    assert quoted(creator(2, bio="hi", hashtags=("cattok",)), ["cat"]) == "#cattok"
    assert quoted(creator(3, bio="guitar"), ["cat litter box"]) is None


def test_no_reason_is_made_of_what_is_unknown() -> None:
    assert reasons(creator(1), CreatorQuery(), subjects=(), relation=None, now=NOW) == ()


def test_at_most_four_reasons_and_the_asked_ones_first() -> None:
    full = creator(
        1,
        followers=Span(10_000, 20_000),
        gmv_30d=MoneySpan(100_00, 200_00, "GBP"),
        engagement_bp=Span.exactly(425),
        fulfilment_bp=Span.exactly(9_000),
        avg_views=Span.exactly(10),
        last_active_at=NOW - timedelta(days=1),
    )
    said = reasons(full, CreatorQuery(bounds={"fulfilment_bp": object()}), subjects=(), relation=None, now=NOW)  # type: ignore[dict-item]  # any bound
    assert [reason.key for reason in said] == [
        "reason_fulfilment", "reason_gmv", "reason_engagement", "reason_followers",
    ]  # fmt: skip
    assert [reason.facts for reason in said] == [
        {"rate": "90%"}, {"amount": "£100–200"}, {"rate": "4.25%"}, {"count": "10,000–20,000"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("bio", "kept"),
    [
        ("🐶 Dog mom | Collabs: dogs@example.com 📩 | link in bio", "Dog mom"),
        ("120K followers ✨ #CleanGirl makeup. DM me for collabs", "Clean Girl makeup"),
        ("猫咪日常🐱 商务合作请联系 wx", "猫咪日常 wx"),
        ("link in bio", "link in bio"),
    ],
)
def test_a_bio_keeps_what_it_is_about(bio: str, kept: str) -> None:
    assert clean(bio) == kept
