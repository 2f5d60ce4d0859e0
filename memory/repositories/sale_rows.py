"""Sales as rows and back, and what the sum of a day gains by them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final, NamedTuple

from memory.domain.ids import CreatorId, ProductId
from memory.domain.money import Money
from memory.domain.sale_books import Totals
from memory.domain.sales import (
    AgencySplit,
    Collaboration,
    Commission,
    ContentKind,
    OrderLine,
    Payee,
    Refund,
    Rule,
    Sale,
    Settlement,
)
from memory.models.sales import CommissionRow, OrderLineRow, RefundRow


class RollupKey(NamedTuple):
    """What a day's sum is of; 0 and "" stand for nobody and nothing."""

    day: date
    creator_id: int
    product_id: int
    campaign_id: int
    content: str
    currency: str
    rule: str


SUMMED: Final = (
    "orders", "units", "gross", "gross_final", "refunded", "commission", "provisional", "commission_untold", "fees",
    "fees_unknown", "agreed", "agreed_lines",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whose:
    """What a line was found to belong to."""

    creator: CreatorId | None
    product: ProductId | None
    campaign: int | None
    rule: Rule | None


@dataclass(slots=True)
class Kept:
    """A line as it is to be written. `id` None: a new one. `before`: its key and parts in the sums so far."""

    sale: Sale
    as_of: datetime
    source: str
    id: int | None = None
    before: tuple[RollupKey, tuple[int, ...]] | None = None
    changed: bool = False


def parts_of(quantity: int, totals: Totals) -> tuple[int, ...]:
    """What a line adds to each of `SUMMED`."""
    return (
        1, quantity, totals.gross, totals.gross if totals.final else 0, totals.refunded, totals.commission,
        totals.provisional, 0 if totals.told else 1, totals.fee or 0, 1 if totals.fee is None else 0,
        totals.agreed or 0, 0 if totals.agreed is None else 1,
    )  # fmt: skip


def parts_in(row: OrderLineRow) -> tuple[RollupKey, tuple[int, ...]]:
    """The key and parts of a line that is kept already."""
    key = RollupKey(
        row.day,
        row.creator_id or 0,
        row.product_id or 0,
        row.campaign_id or 0,
        row.content,
        row.currency,
        row.rule or "",
    )
    totals = Totals(
        row.gross_minor,
        row.refunded_minor,
        row.commission_minor,
        row.provisional_minor,
        row.told,
        row.final,
        row.fee_minor,
        row.agreed_minor,
    )
    return key, parts_of(row.quantity, totals)


def key_of(line: OrderLine, whose: Whose, day: date) -> RollupKey:
    """The key of a line."""
    return RollupKey(
        day,
        whose.creator or 0,
        whose.product or 0,
        whose.campaign or 0,
        line.content,
        line.price.currency,
        whose.rule.value if whose.rule else "",
    )


class Deltas:
    """What sums gain, by key."""

    def __init__(self) -> None:
        self._sums: dict[RollupKey, list[int]] = defaultdict(lambda: [0] * len(SUMMED))

    def add(self, key: RollupKey, parts: Sequence[int], *, sign: int = 1) -> None:
        """Add a line's parts, or take them off."""
        sums = self._sums[key]
        for place, part in enumerate(parts):
            sums[place] += sign * part

    def rows(self) -> list[dict[str, Any]]:
        """Rows to add, in the order of their keys; what stays as it is is left out."""
        return [
            {**key._asdict(), **dict(zip(SUMMED, sums, strict=True))}
            for key, sums in sorted(self._sums.items())
            if any(sums)
        ]


def to_values(kept: Kept, whose: Whose, totals: Totals, *, day: date, now: datetime) -> dict[str, Any]:
    """A line's columns."""
    line = kept.sale.line
    return {
        "order_no": line.order,
        "sku": line.sku,
        "placed_at": line.placed_at,
        "day": day,
        "creator_id": whose.creator,
        "product_id": whose.product,
        "campaign_id": whose.campaign,
        "content": line.content,
        "content_kind": line.content_kind.value if line.content_kind else None,
        "collaboration": line.collaboration.value if line.collaboration else None,
        "collaboration_id": line.collaboration_id,
        "code": line.code,
        "link": line.link,
        "rule": whose.rule.value if whose.rule else None,
        "price_minor": line.price.minor,
        "quantity": line.quantity,
        "currency": line.price.currency,
        "delivered_at": line.delivered_at,
        "gross_minor": totals.gross,
        "refunded_minor": totals.refunded,
        "commission_minor": totals.commission,
        "provisional_minor": totals.provisional,
        "told": totals.told,
        "final": totals.final,
        "fee_minor": totals.fee,
        "agreed_minor": totals.agreed,
        "source": kept.source,
        "as_of": kept.as_of,
        "made_at": now,
        "changed_at": now,
    }


def refund_values(line: int, refund: Refund, kept: Kept) -> dict[str, Any]:
    """A refund's columns."""
    return {
        "line_id": line,
        "key": refund.key,
        "amount_minor": refund.amount.minor,
        "quantity": refund.quantity,
        "refunded_at": refund.refunded_at,
        "source": kept.source,
        "as_of": kept.as_of,
    }


def commission_values(line: int, one: Commission, kept: Kept) -> dict[str, Any]:
    """A commission's columns; amounts in another currency than the line's are not kept."""
    currency = kept.sale.line.price.currency

    def minor(amount: Money | None) -> int | None:
        return amount.minor if amount and amount.currency == currency else None

    return {
        "line_id": line,
        "payee": one.payee.value,
        "settlement": one.settlement.value,
        "rate_bp": one.rate_bp,
        "base_minor": minor(one.base),
        "estimated_minor": minor(one.estimated),
        "actual_minor": minor(one.actual),
        "tap_rate_bp": one.split.tap_rate_bp if one.split else None,
        "creator_share_bp": one.split.creator_share_bp if one.split else None,
        "source": kept.source,
        "as_of": kept.as_of,
    }


def to_sale(
    row: OrderLineRow,
    refunds: Sequence[RefundRow],
    commissions: Sequence[CommissionRow],
    *,
    handles: Mapping[int, str],
    products: Mapping[int, tuple[str, str]],
) -> Sale:
    """What is known of a line. `handles` and `products`: what platforms call our creators and products."""
    currency = row.currency
    product, product_name = products.get(row.product_id or 0, ("", ""))

    def money(minor: int | None) -> Money | None:
        return None if minor is None else Money(minor, currency)

    line = OrderLine(
        order=row.order_no,
        sku=row.sku,
        placed_at=row.placed_at,
        price=Money(row.price_minor, currency),
        quantity=row.quantity,
        product=product,
        product_name=product_name,
        handle=handles.get(row.creator_id or 0, ""),
        content=row.content,
        content_kind=ContentKind(row.content_kind) if row.content_kind else None,
        collaboration=Collaboration(row.collaboration) if row.collaboration else None,
        collaboration_id=row.collaboration_id,
        code=row.code,
        link=row.link,
        delivered_at=row.delivered_at,
        paid=None if row.gross_minor == row.price_minor * row.quantity else Money(row.gross_minor, currency),
    )
    return Sale(
        line,
        tuple(Refund(Money(one.amount_minor, currency), one.quantity, one.refunded_at, one.key) for one in refunds),
        tuple(
            Commission(
                Payee(one.payee),
                Settlement(one.settlement),
                one.rate_bp,
                money(one.base_minor),
                money(one.estimated_minor),
                money(one.actual_minor),
                AgencySplit(one.tap_rate_bp, one.creator_share_bp)
                if one.tap_rate_bp is not None and one.creator_share_bp is not None
                else None,
            )
            for one in commissions
        ),
    )
