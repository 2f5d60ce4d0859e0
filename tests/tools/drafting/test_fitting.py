"""Which of several products fits a creator."""

from collections import Counter
from datetime import UTC, datetime

from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.money import Money, MoneySpan
from memory.domain.offer import Product
from tools.drafting.fitting import fitting

BOX = Product(ProductId(1), BrandId(1), "Litter Box | 猫砂盆", price=Money(3_900))
SERUM = Product(ProductId(2), BrandId(1), "Skin care serum", selling_points=("vegan",), price=Money(900))
LAMP = Product(ProductId(3), BrandId(1), "Desk Lamp", price=Money(20_000))
ALL = (BOX, SERUM, LAMP)


def creator(number: int = 1, **facts: object) -> Creator:
    known = CreatorFacts(handle=f"c{number}", **facts)  # type: ignore[arg-type]  # a noun's fields
    return Creator(CreatorId(number), None, known, Source("file", datetime(2026, 11, 1, tzinfo=UTC)))


def test_their_own_words_and_their_category_decide() -> None:
    assert fitting(ALL)(creator(hashtags=("catsoftiktok",))) is BOX
    assert fitting(ALL)(creator(categories=("skincare",))) is SERUM
    assert fitting(ALL)(creator(bio="my desk setup, one lamp at a time")) is LAMP
    assert fitting(ALL)(creator(captions=("vegan lunch",))) is SERUM
    assert fitting((BOX, LAMP))(creator(bio="an education in my desk lamp")) is LAMP


def test_then_the_price_they_usually_sell_at() -> None:
    assert fitting(ALL)(creator(avg_price=MoneySpan(18_000, 26_000, "USD"))) is LAMP
    assert fitting(ALL)(creator(avg_price=MoneySpan(3_000, 4_000, "USD"))) is BOX


def test_then_chance_the_same_way_each_time_and_about_evenly() -> None:
    first = [fitting(ALL)(creator(number)).id for number in range(300)]
    assert first == [fitting((LAMP, SERUM, BOX))(creator(number)).id for number in range(300)]
    assert all(70 <= count <= 130 for count in Counter(first).values())
