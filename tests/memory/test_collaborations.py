"""What is said of a live collaboration at a moment, and when a message says something else."""

from datetime import UTC, datetime, timedelta

import pytest

from memory.domain.collaborations import (
    Collaboration,
    CollaborationStatus,
    Invited,
    Rated,
    Terms,
    contradiction,
    number_in_shop,
    remembered,
    terms_of,
)
from memory.domain.ids import BrandId, ProductId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Flag

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
TOMORROW = NOW + timedelta(hours=12)
PRODUCT = "1729382256910270457"


def collaboration(*rated: Rated, id_: str = "7001", days: int = 30, sample: bool = True) -> Collaboration:
    return Collaboration(
        id_, "Autumn", CollaborationStatus.LIVE, NOW + timedelta(days=days), sample, False, rated,
        (Invited("u1", "Core.With.Cleo"), Invited("u2", "mara", leaving=True)),
    )  # fmt: skip


def terms(*found: Collaboration, handle: str = "core.with.cleo", product: str = PRODUCT) -> Terms | None:
    return terms_of(found, handle=handle, product=product, now=NOW)


def test_terms_are_of_one_creator_one_product_and_what_is_live() -> None:
    one = collaboration(Rated(PRODUCT, "Cat tree", 2_000))
    assert terms(one) == Terms("7001", 2_000, gives_sample=True)
    assert terms(one, handle="somebody") is None
    assert terms(one, handle="mara") is None
    assert terms(one, product="1") is None
    assert terms(collaboration(Rated(PRODUCT, "Cat tree", 2_000), days=0)) is None
    assert terms(collaboration(Rated(PRODUCT, "Cat tree", 2_000, leaving=True))) is None
    longer = collaboration(Rated(PRODUCT, "Cat tree", 2_500), id_="7002", days=40)
    assert terms(one, longer) == Terms("7002", 2_500, gives_sample=True)


def test_a_rate_that_begins_later_leaves_the_known_one_until_then() -> None:
    before = collaboration(Rated(PRODUCT, "Cat tree", 2_000, NOW - timedelta(days=9)))
    after = remembered(collaboration(Rated(PRODUCT, "Cat tree", 1_000, TOMORROW)), before)
    again = remembered(collaboration(Rated(PRODUCT, "Cat tree", 1_000, TOMORROW)), after)
    assert again.products == after.products == (Rated(PRODUCT, "Cat tree", 1_000, TOMORROW, former_bp=2_000),)
    assert [again.products[0].rate_at(now) for now in (NOW, TOMORROW)] == [2_000, 1_000]
    unknown = remembered(collaboration(Rated(PRODUCT, "Cat tree", 1_000, TOMORROW)), None)
    assert unknown.products[0].rate_at(NOW) == 1_000


@pytest.mark.parametrize(
    ("offer", "gives", "flag"),
    [
        (Offer(2_000, free_sample=True), True, None),
        (Offer(1_550, free_sample=True), True, Flag("offer_rate_differs", {"offer": "15.5%", "live": "20%"})),
        (Offer(2_000), True, Flag("offer_sample_missing", {})),
        (Offer(2_000, free_sample=True), False, Flag("offer_sample_too_much", {})),
        (Offer(free_sample=True), True, None),
        (Offer(), True, None),  # it offers nothing
    ],
)
def test_a_message_differs_by_rate_or_by_sample(offer: Offer, gives: bool, flag: Flag | None) -> None:
    assert contradiction(offer, Terms("7001", 2_000, gives_sample=gives)) == flag
    assert contradiction(offer, None) is None


@pytest.mark.parametrize(
    ("link", "number"),
    [
        (f"https://shop.tiktok.com/view/product/{PRODUCT}?region=US", PRODUCT),
        (PRODUCT, PRODUCT),
        ("https://acme.example/cat-tree", None),
        ("https://acme.example/20261201", None),
        (None, None),
    ],
)
def test_a_products_number_stands_in_its_link(link: str | None, number: str | None) -> None:
    assert number_in_shop(Product(ProductId(1), BrandId(1), "Cat tree", link)) == number
    assert number_in_shop(None) is None
