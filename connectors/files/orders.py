"""Rows as sales. Pure: a row that cannot be used says why, a cell that cannot be read is unknown."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from connectors.files.cells import Cells, Columns
from connectors.files.choices import choice_in
from connectors.files.foreign import handle_in, one_line
from connectors.files.moments import Moments
from connectors.ports.files import SaleRow, Sheet
from memory.domain.money import BASIS_POINTS, Money
from memory.domain.outreach import Flag
from memory.domain.sales import (
    Collaboration,
    Commission,
    ContentKind,
    OrderLine,
    Payee,
    Refund,
    Sale,
    Settlement,
)

_LONGEST_ID = 64
_LONGEST_NAME = 200
_MOST_PIECES = 1_000_000
_RATES = {"rate": 50, "ads_rate": 50}
_UNPAID = "unpaid"


def orders(sheet: Sheet, mapping: Mapping[str, str], *, currency: str, zone: ZoneInfo) -> list[SaleRow]:
    """Every row of the sheet in its order; of an order's SKU named twice the first row counts.

    Moments without a zone are of `zone`, the shop's.
    """
    columns = Columns.of(sheet, mapping, rates=_RATES)
    moments = {name: Moments.of(columns.texts(sheet, name), zone=zone) for name in ("placed", "delivered", "refunded")}
    first: dict[tuple[str, str], int] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, currency)
        read = _sale(cells, moments)
        if isinstance(read, Flag):
            rows.append(SaleRow(row.number, None, (read,)))
            continue
        line = first.setdefault((read.line.order, read.line.sku), row.number)
        if line != row.number:
            rows.append(SaleRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        rows.append(SaleRow(row.number, read, tuple(cells.problems)))
    return rows


def _sale(cells: Cells, moments: Mapping[str, Moments]) -> Sale | Flag:
    """The row as a sale, or why it is none."""
    cells.surplus()
    order = one_line(cells.text("order"), limit=_LONGEST_ID)
    if not order:
        return Flag("row_no_order", {})
    placed_at = moments["placed"].read(cells.text("placed"))
    if placed_at is None:
        return Flag("row_no_moment", {"text": one_line(cells.text("placed"), limit=_LONGEST_ID)})
    status = choice_in(cells.text("settlement"), "settlement")
    if status == _UNPAID:
        return Flag("row_not_paid", {})
    pieces = cells.span("quantity")
    quantity = pieces.low if pieces else 1
    price, paid = _money(cells, "price"), _money(cells, "paid")
    if (price is None and paid is None) or not 0 < quantity <= _MOST_PIECES:
        return Flag("row_no_amount", {})
    if price is None or (paid is not None and price.currency != paid.currency):
        assert paid is not None  # one of both is there
        price = Money(paid.minor // quantity, paid.currency)
    whole = Money(price.minor * quantity, price.currency)
    kind = choice_in(cells.text("content_type"), "content_kind")
    agreed = choice_in(cells.text("collaboration"), "collaboration")
    product = one_line(cells.text("product_id"), limit=_LONGEST_ID)
    name = one_line(cells.text("product"), limit=_LONGEST_NAME)
    line = OrderLine(
        order=order,
        sku=one_line(cells.text("sku"), limit=_LONGEST_ID) or product or name[:_LONGEST_ID] or "-",
        placed_at=placed_at,
        price=price,
        quantity=quantity,
        product=product,
        product_name=name,
        handle=cells.read("handle", handle_in) or "",
        content=one_line(cells.text("content_id"), limit=_LONGEST_ID),
        content_kind=ContentKind(kind) if kind else None,
        collaboration=Collaboration(agreed) if agreed else None,
        code=one_line(cells.text("code"), limit=_LONGEST_ID),
        link=one_line(cells.text("link"), limit=_LONGEST_ID),
        delivered_at=cells.read("delivered", moments["delivered"].read),
        paid=paid if paid is not None and paid != whole else None,
    )
    return Sale(line, _refunds(cells, line, moments), tuple(_commissions(cells, status)))


def _money(cells: Cells, name: str) -> Money | None:
    span = cells.money(name)
    if span is None:
        return None
    if span.low != span.high:
        cells.unreadable(cells.columns.by_field[name][0].header, cells.text(name))
        return None
    return Money(span.low, span.currency)


def _refunds(cells: Cells, line: OrderLine, moments: Mapping[str, Moments]) -> tuple[Refund, ...]:
    pieces = cells.span("refund_quantity")
    amount = _money(cells, "refund_amount")
    at = cells.read("refunded", moments["refunded"].read)
    if choice_in(cells.text("fully_refunded"), "yes") == "yes":
        return (Refund(line.gross, line.quantity, at),)
    if amount is None and pieces is not None and pieces.low:
        amount = Money(line.gross.minor * min(pieces.low, line.quantity) // line.quantity, line.gross.currency)
    if amount is None or not (amount.minor or (pieces and pieces.low)):
        return ()
    return (Refund(amount, pieces.low if pieces else 0, at),)


def _commissions(cells: Cells, status: str | None) -> list[Commission]:
    found = []
    columns = (
        (Payee.CREATOR, "rate", "commission_estimated", "commission_actual"),
        (Payee.SHOP_ADS, "ads_rate", "ads_estimated", "ads_actual"),
    )
    for payee, rate_name, estimated_name, actual_name in columns:
        rate = cells.rate(rate_name, most=BASIS_POINTS)
        estimated, actual = _money(cells, estimated_name), _money(cells, actual_name)
        own = payee is Payee.CREATOR
        if not any((rate and rate.low, estimated, actual)):
            continue
        base = _money(cells, "base_actual") or _money(cells, "base_estimated") if own else None
        if status:
            settlement = Settlement(status)
        elif actual is not None:
            settlement = Settlement.SETTLED
        else:
            settlement = Settlement.PROVISIONAL if estimated is not None else Settlement.PENDING
        if not own and not any(amount and amount.minor for amount in (estimated, actual)):
            continue  # every line of an export has the columns of ads; most were sold without
        found.append(Commission(payee, settlement, rate.low if rate else None, base, estimated, actual))
    return found
