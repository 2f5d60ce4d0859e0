"""Rows of affiliate orders as sales: money and rates as listed, what is missing or unreadable is unknown."""

from datetime import UTC, datetime
from typing import Any

import pytest

from connectors.tiktok_shop.selling import is_unpaid, lines_of, to_sale
from memory.domain.money import Money
from memory.domain.sales import (
    Collaboration,
    Commission,
    ContentKind,
    OrderLine,
    Payee,
    Refund,
    Sale,
    Settlement,
    counted,
)

USD = {"currency": "USD"}
ROW: dict[str, Any] = {
    "sku_id": "17290000000000001",
    "product_id": "1729000000000000",
    "quantity": 3,
    "price": {"amount": "30.00", **USD},
    "creator_username": "core.with.cleo",
    "content_type": "PRE_LIVE",
    "content_id": "7100000000000000001",
    "target_collaboration_id": "7200000000000000001",
    "commission_model": "Fixed commission",
    "commission_rate": 1_550,
    "partner_commission_rate": 0,
    "shop_ads_commission_rate": 500,
    "estimated_commission_base": "$90.00",
    "estimated_paid_commission": {"amount": "13.95", **USD},
    "actual_paid_commission": {"amount": "", **USD},
    "estimated_paid_shop_ads_commission": {"amount": "4.50", **USD},
    "settlement_status": "To-SETTLE",
    "fully_return": "No",
}
ORDER: dict[str, Any] = {"id": "576000000000000001", "create_time": 1_793_700_000, "delivery_time": 0, "skus": [ROW]}


def sale(**changes: object) -> Sale:
    found = to_sale(ORDER, ROW | changes)
    assert found is not None
    return found


def test_a_line_with_what_it_owes_each() -> None:
    assert sale() == Sale(
        OrderLine(
            order="576000000000000001",
            sku="17290000000000001",
            placed_at=datetime.fromtimestamp(1_793_700_000, UTC),
            price=Money(3_000),
            quantity=3,
            product="1729000000000000",
            handle="core.with.cleo",
            content="7100000000000000001",
            content_kind=ContentKind.LIVE,
            collaboration=Collaboration.TARGET,
            collaboration_id="7200000000000000001",
        ),
        (),
        (
            Commission(Payee.CREATOR, Settlement.PROVISIONAL, 1_550, estimated=Money(1_395)),
            Commission(Payee.SHOP_ADS, Settlement.PROVISIONAL, 500, estimated=Money(450)),
        ),
    )


@pytest.mark.parametrize(
    ("status", "returned", "settlement", "counts"),
    [
        ("To-SETTLE", "No", Settlement.PROVISIONAL, Money(1_395)),
        ("SETTLED", "No", Settlement.SETTLED, Money(900)),
        ("INELIGIBLE", "No", Settlement.INELIGIBLE, Money(0)),
        ("SETTLED", "Yes", Settlement.INELIGIBLE, Money(0)),
        ("Unknown", "No", Settlement.PENDING, None),
        ("Something new", "No", Settlement.PENDING, None),
    ],
)
def test_what_a_commission_counts_for(status: str, returned: str, settlement: Settlement, counts: Money | None) -> None:
    actual = {"amount": "9.00", **USD}
    found = sale(settlement_status=status, fully_return=returned, actual_paid_commission=actual)
    own = found.commissions[0]
    assert (own.settlement, counted(own)) == (settlement, counts)
    assert found.refunds == ((Refund(Money(9_000), 3),) if returned == "Yes" else ())


def test_what_is_not_told_is_unknown() -> None:
    bare = to_sale(
        {"id": "1", "create_time": "1793700000"},
        {"sku_id": "2", "quantity": "1", "price": {"amount": "120000", "currency": "VND"}, "content_id": "0",
         "creator_username": "", "commission_rate": 20_000, "estimated_paid_commission": {"amount": "1.5M", **USD}},
    )  # fmt: skip
    moment = datetime.fromtimestamp(1_793_700_000, UTC)
    assert bare == Sale(OrderLine("1", "2", moment, Money(120_000, "VND"), 1))


@pytest.mark.parametrize(
    "changes", [{"sku_id": ""}, {"quantity": 0}, {"quantity": None}, {"price": {"amount": "", **USD}}, {"price": "30"}]
)
def test_a_line_without_sku_pieces_or_price_is_none(changes: dict[str, Any]) -> None:
    assert to_sale(ORDER, ROW | changes) is None


def test_an_order_holds_a_list_of_skus_or_one_alone_and_what_is_not_paid_is_told() -> None:
    unpaid = ROW | {"settlement_status": "AWAITING PAYMENT"}
    assert lines_of({"skus": [ROW, unpaid, "?"]}) == [ROW, unpaid]
    assert lines_of({"skus": ROW}) == [ROW]
    assert lines_of({}) == []
    assert [is_unpaid(ROW), is_unpaid(unpaid)] == [False, True]
