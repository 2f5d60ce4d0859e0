"""A row of affiliate orders as a sale. Pure; what is missing, empty or unreadable is unknown, never zero.

Source: https://partner.tiktokshop.com/docv2, Affiliate Seller API "orders/search" 202410, read 2026-11-29. Rates are
hundredths of a percent, money decimal text. The bases of commissions are text for display and are not read; what was
refunded in part is told nowhere, so nothing is made up for it.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from connectors.tiktok_shop.translate import LONGEST_HANDLE, clean_text, count, moment, money
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.sales import Collaboration, Commission, ContentKind, OrderLine, Payee, Refund, Sale, Settlement

_LONGEST_ID: Final = 64
_MOST_PIECES: Final = 1_000_000
_UNPAID: Final = "awaiting payment"
# Written in mixed case and with spaces there; whatever else stands there may still change.
_SETTLEMENTS: Final = {
    "to-settle": Settlement.PROVISIONAL,
    "settled": Settlement.SETTLED,
    "ineligible": Settlement.INELIGIBLE,
}
_CONTENTS: Final = {
    "SHOP": ContentKind.SHOWCASE,
    "VIDEO": ContentKind.VIDEO,
    "LIVE": ContentKind.LIVE,
    "PRE_LIVE": ContentKind.LIVE,
    "PROMOTION_PAGE": ContentKind.OTHER,
    "LINKSHARE": ContentKind.OTHER,
}
_AGREED: Final = (
    ("campaign_id", Collaboration.CAMPAIGN),
    ("target_collaboration_id", Collaboration.TARGET),
    ("open_collaboration_id", Collaboration.OPEN),
)
_PAYEES: Final = (
    (Payee.CREATOR, "commission_rate", "paid_commission"),
    (Payee.PARTNER, "partner_commission_rate", "paid_partner_commission"),
    (Payee.SHOP_ADS, "shop_ads_commission_rate", "paid_shop_ads_commission"),
)

Row = Mapping[str, Any]


def lines_of(order: Row) -> list[Row]:
    """The SKUs of an order: a list, or one alone as an object."""
    skus = order.get("skus")
    rows = skus if isinstance(skus, list) else [skus]
    return [row for row in rows if isinstance(row, Mapping)]


def is_unpaid(row: Row) -> bool:
    """Whether the customer has not paid: no sale yet."""
    return _said(row.get("settlement_status")) == _UNPAID


def to_sale(order: Row, row: Row) -> Sale | None:
    """One SKU of an order; None where it does not read."""
    placed_at, price, pieces = moment(order.get("create_time")), _money(row.get("price")), count(row.get("quantity"))
    number, sku = _id(order.get("id")), _id(row.get("sku_id"))
    if not number or not sku or placed_at is None or price is None or pieces is None:
        return None
    if not 0 < pieces.low <= _MOST_PIECES:
        return None
    line = _line(order, row, number, sku, placed_at, price, pieces.low)
    came_back = _said(row.get("fully_return")) == "yes"
    settlement = _SETTLEMENTS.get(_said(row.get("settlement_status")), Settlement.PENDING)
    if came_back:
        settlement = Settlement.INELIGIBLE
    refunds = (Refund(line.gross, line.quantity),) if came_back else ()
    return Sale(line, refunds, tuple(_commissions(row, settlement)))


def _line(
    order: Row, row: Row, number: str, sku: str, placed_at: datetime, price: Money, pieces: int
) -> OrderLine:  # fmt: skip
    agreed = next(((kind, own) for name, kind in _AGREED if (own := _id(row.get(name)))), (None, ""))
    return OrderLine(
        order=number,
        sku=sku,
        placed_at=placed_at,
        price=price,
        quantity=pieces,
        product=_id(row.get("product_id")),
        handle=clean_text(row.get("creator_username"), limit=LONGEST_HANDLE),
        content=_id(row.get("content_id")),
        content_kind=_CONTENTS.get(str(row.get("content_type"))),
        collaboration=agreed[0],
        collaboration_id=agreed[1],
        delivered_at=moment(order.get("delivery_time")),
    )


def _commissions(row: Row, settlement: Settlement) -> Iterator[Commission]:
    for payee, rate_name, amount_name in _PAYEES:
        found = count(row.get(rate_name))
        rate = found.low if found is not None and found.high <= BASIS_POINTS else None
        estimated, actual = (_money(row.get(f"{when}_{amount_name}")) for when in ("estimated", "actual"))
        if any((rate, estimated and estimated.minor, actual and actual.minor)):
            yield Commission(payee, settlement, rate, None, estimated, actual)


def _money(found: object) -> Money | None:
    span = money(found)
    return Money(span.low, span.currency) if span is not None else None


def _id(value: object) -> str:
    """An id; zero stands for none."""
    found = clean_text(value, limit=_LONGEST_ID)
    return "" if found == "0" else found


def _said(value: object) -> str:
    return str(value or "").strip().casefold()
