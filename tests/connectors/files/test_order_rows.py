"""Sheets as sales: the columns official exports have, dates whose order only the column tells, rows without use."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.files.reader import FileReader
from connectors.ports.files import SaleRow
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.sales import Commission, ContentKind, OrderLine, Payee, Refund, Sale, Settlement

READER = FileReader()
OFFICIAL = (
    "Order ID,Product ID,Product Name,SKU ID,Price,Payment Amount,Currency,Quantity,Fully returned or refunded,"
    "Payment method,Order Status,Creator Username,Content Type,Content ID,commission model,Standard commission rate,"
    "Est. Commission Base,Est. standard commission payment,Actual Commission Base,Actual Commission Payment,"
    "Shop Ads commission rate,Est. Shop Ads commission payment,Actual Shop Ads commission payment,Time Created"
)


def rows(text: str, zone: str = "America/Los_Angeles") -> list[SaleRow]:
    sheet = READER.read(name="orders.csv", content=text.encode())
    mapping = READER.guess(sheet.headers, kind="orders").fields
    return READER.orders(sheet, mapping, currency="USD", zone=ZoneInfo(zone))


def test_an_official_export_is_known_and_read_column_by_column() -> None:
    text = (
        f"{OFFICIAL}\n"
        "576460001,17290001,Litter Box,17291111,30.00,90.00,USD,3,No,Card,Settled,cat_mama,Video,7300001,"
        "Fixed commission,15.00%,90.00,13.50,60.00,9.00,0.00%,0.00,0.00,31/10/2026 21:30:00\n"
        "576460002,17290001,Litter Box,17291111,30.00,27.00,USD,1,Yes,Card,Ineligible,,Showcase,,"
        "Fixed commission,15.00%,27.00,4.05,,,5.00%,1.35,,01/11/2026 00:05:00\n"
    )
    sheet = READER.read(name="orders.csv", content=text.encode())
    assert READER.guess(sheet.headers, kind="orders").name == "tiktok"
    assert rows(text) == [
        SaleRow(
            2,
            Sale(
                OrderLine(
                    "576460001", "17291111", datetime(2026, 11, 1, 4, 30, tzinfo=UTC), Money(3000), 3, "17290001",
                    "Litter Box", "cat_mama", "7300001", ContentKind.VIDEO,
                ),
                (),
                (Commission(Payee.CREATOR, Settlement.SETTLED, 1500, Money(6000), Money(1350), Money(900)),),
            ),
        ),
        SaleRow(
            3,
            Sale(
                OrderLine(
                    "576460002", "17291111", datetime(2026, 11, 1, 7, 5, tzinfo=UTC), Money(3000), 1, "17290001",
                    "Litter Box", content_kind=ContentKind.SHOWCASE, paid=Money(2700),
                ),
                (Refund(Money(2700), 1),),
                (
                    Commission(Payee.CREATOR, Settlement.INELIGIBLE, 1500, Money(2700), Money(405)),
                    Commission(Payee.SHOP_ADS, Settlement.INELIGIBLE, 500, estimated=Money(135)),
                ),
            ),
        ),
    ]  # fmt: skip


def test_a_table_of_ones_own_needs_an_order_a_moment_and_an_amount() -> None:
    text = (
        "订单号,下单时间,达人,金额,币种,数量,退款金额,佣金\n"
        "A1,2026-10-31 23:30,@cat.mama,12.5,GBP,1,,1.25\n"
        "A2,2026-10-31T23:30:00Z,dog_dad,20,,2,5,\n"
        ",2026-10-31,x,1,,1,,\n"
        "A4,someday,x,1,,1,,\n"
        "A5,2026-10-31,x,lots,,1,,\n"
        "A1,2026-10-31,x,1,,1,,\n"
    )
    found = rows(text)
    assert [row.facts and row.facts.line.placed_at for row in found[:2]] == [
        datetime(2026, 11, 1, 6, 30, tzinfo=UTC),
        datetime(2026, 10, 31, 23, 30, tzinfo=UTC),
    ]
    assert [row.facts and row.facts.line.gross for row in found[:2]] == [Money(1250, "GBP"), Money(2000)]
    assert [row.facts and row.facts.refunds for row in found[:2]] == [(), (Refund(Money(500), 0),)]
    assert [row.facts and row.facts.commissions for row in found[:1]] == [
        (Commission(Payee.CREATOR, Settlement.SETTLED, actual=Money(125, "GBP")),)
    ]
    assert [row.problems for row in found[2:]] == [
        (Flag("row_no_order", {}),),
        (Flag("row_no_moment", {"text": "someday"}),),
        (Flag("row_no_amount", {}),),
        (Flag("row_repeats", {"line": 2}),),
    ]


def test_day_and_month_are_told_apart_by_the_whole_column_or_not_at_all() -> None:
    head = "order id,order time,price\n"
    day_first = rows(f"{head}A1,05/11/2026 10:00,1\nA2,13/11/2026 10:00,1\n")
    month_first = rows(f"{head}A1,11/05/2026 1:05 PM,1\nA2,11/13/2026 12:00 AM,1\n")
    assert [row.facts and row.facts.line.placed_at.isoformat() for row in (*day_first, *month_first)] == [
        "2026-11-05T18:00:00+00:00",
        "2026-11-13T18:00:00+00:00",
        "2026-11-05T21:05:00+00:00",
        "2026-11-13T08:00:00+00:00",
    ]
    unclear = rows(f"{head}A1,05/11/2026,1\n")
    assert unclear[0].problems == (Flag("row_no_moment", {"text": "05/11/2026"}),)


def test_what_is_not_paid_yet_waits_for_another_file() -> None:
    found = rows("order id,order time,price,order status\nA1,2026-11-02,3,Customer Unpaid\n")
    assert (found[0].facts, found[0].problems) == (None, (Flag("row_not_paid", {}),))
