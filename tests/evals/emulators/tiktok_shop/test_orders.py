"""Affiliate orders: asked for by three months at most, paged by SKU, settled by the clock, or come back."""

import pytest

from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.orders import Orders
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.sellers import Shop
from tests.evals.emulators.tiktok_shop.callers import AS, Caller, Json

DAY = 86_400
SEARCH = f"{AS}/202410/orders/search"


def own(shop: Caller) -> Shop:
    return shop.emulator.platform.partner.sellers[0].shops[0]


def orders(shop: Caller) -> Orders:
    return shop.emulator.platform.orders


def somebody(shop: Caller) -> Creator:
    return next(iter(shop.emulator.platform.people.values()))


def lately(shop: Caller, days: int = 80) -> Json:
    return {"create_time_ge": int(shop.now) - days * DAY, "create_time_lt": int(shop.now) + 1}


async def skus(shop: Caller, body: Json | None = None) -> list[Json]:
    page = await shop.data("POST", SEARCH, {"page_size": "100"}, lately(shop) if body is None else body)
    return [sku for order in page["orders"] for sku in order["skus"]]


async def test_a_commission_is_estimated_then_paid_fifteen_days_after_delivery(shop: Caller) -> None:
    order = orders(shop).place(own(shop))
    sold = orders(shop).add(order, somebody(shop), pieces=3)
    names = ("settlement_status", "estimated_paid_commission", "actual_paid_commission", "actual_commission_base")
    usd = {"currency": "USD"}
    assert [[row[name] for name in names] for row in await skus(shop)] == [
        ["To-SETTLE", {"amount": "13.50", **usd}, {"amount": "", **usd}, ""]
    ]
    orders(shop).deliver(order)
    orders(shop).refund(sold, 1)
    await shop.emulator.platform.clock.advance(15 * DAY)
    await shop.authorise()
    assert [[row[name] for name in names] for row in await skus(shop)] == [
        ["SETTLED", {"amount": "13.50", **usd}, {"amount": "9.00", **usd}, "$60.00"]
    ]
    orders(shop).refund(sold, 2)  # all come back, after it was paid
    [row] = await skus(shop)
    assert (row["settlement_status"], row["fully_return"]) == ("INELIGIBLE", "Yes")


async def test_one_order_may_lie_on_two_pages_and_a_page_is_of_the_very_question(shop: Caller) -> None:
    order = orders(shop).place(own(shop), paid=False)
    for _ in range(3):
        orders(shop).add(order, None, content_type="SHOP")
    asked = lately(shop)
    first = await shop.data("POST", SEARCH, {"page_size": "2"}, asked)
    token = first["next_page_token"]
    rest = await shop.data("POST", SEARCH, {"page_size": "2", "page_token": token}, asked)
    seen = [(page["total_count"], [(one["id"], len(one["skus"])) for one in page["orders"]]) for page in (first, rest)]
    assert seen == [(3, [(order.id, 2)]), (3, [(order.id, 1)])]
    assert rest["next_page_token"] == ""
    row = rest["orders"][0]["skus"][0]
    assert (row["creator_username"], bool(row["campaign_id"]), row["settlement_status"]) == (
        "",
        True,
        "AWAITING PAYMENT",
    )
    other = await shop.call("POST", SEARCH, {"page_size": "2", "page_token": token}, lately(shop, 79))
    assert other["code"] == Code.BAD_PARAMETER


async def test_more_than_three_months_and_what_is_unknown_are_refused(shop: Caller) -> None:
    orders(shop).sell(own(shop), somebody(shop), at=shop.now - 100 * DAY)
    wrong: list[Json] = [
        lately(shop, 90), {"create_time_lt": int(shop.now)}, {"update_time_ge": 1}, {"create_time_ge": str(shop.now)},
    ]  # fmt: skip
    answers = [await shop.call("POST", SEARCH, {"page_size": "100"}, body) for body in wrong]
    answers.append(await shop.call("POST", SEARCH, {"page_size": "101"}, lately(shop)))
    answers.append(await shop.call("POST", f"{AS}/202405/orders/search", {"page_size": "50"}, lately(shop)))
    assert {answer["code"] for answer in answers} == {Code.BAD_PARAMETER}
    assert await skus(shop, {}) == []  # nothing said: the last three months


async def test_an_example_shop_has_sold_every_day_in_every_state_and_in_its_own_money(shop: Caller) -> None:
    british = shop.emulator.platform.partner.sellers[1].shops[0]
    orders(shop).example(british, [somebody(shop)], days=30)
    sold = list(orders(shop).of(british))
    assert len(sold) == 30 * 4
    assert {orders(shop).status(order, one) for order, one in sold} == {"To-SETTLE", "SETTLED", "INELIGIBLE"}
    assert {order.currency for order, _ in sold} == {"GBP"}


@pytest.mark.parametrize(("currency", "shown"), [("USD", "$1,234.50"), ("EUR", "1.234,50 €"), ("VND", "₫123.450")])
async def test_bases_are_text_for_readers_of_the_country(shop: Caller, currency: str, shown: str) -> None:
    order = orders(shop).place(own(shop), currency=currency)
    orders(shop).add(order, somebody(shop), price=123_450)
    assert [row["estimated_commission_base"] for row in await skus(shop)] == [shown]
