"""How what is told of a sale is kept: merged with what is known, summed up, and compared with it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from memory.domain.fees import fee_of
from memory.domain.ids import CampaignId, ProductId
from memory.domain.money import Money
from memory.domain.sales import IN_ALL, Commission, Difference, OrderLine, Refund, Sale, Settlement, counted, forecast

# A creator's sale is a campaign's that wrote to them last, if it wrote within so long before.
CAMPAIGN_WINDOW: Final = timedelta(days=90)
_DONE = frozenset({Settlement.SETTLED, Settlement.INELIGIBLE})


@dataclass(frozen=True, slots=True)
class Totals:
    """What a line adds up to, in minor units of its currency. `fee` None: the market's is not known.

    `told`: a commission that may be counted is known; `final`: every commission is settled for good. `agreed`: where
    nothing at all is told of one, what it is by the agreed rate.
    """

    gross: int
    refunded: int
    commission: int
    provisional: int
    told: bool
    final: bool
    fee: int | None
    agreed: int | None = None


@dataclass(frozen=True, slots=True)
class Touch:
    """A campaign first wrote to a creator at a moment, of a product or (None) of none."""

    campaign: CampaignId
    at: datetime
    product: ProductId | None


def merged(known: Sale, told: Sale, *, newer: bool) -> Sale:
    """Both together: what is told later wins, what is told earlier fills gaps; nothing known is forgotten."""
    first, second = (told, known) if newer else (known, told)
    return Sale(
        _line(first.line, second.line),
        tuple(_refunds(first, second)),
        tuple(_commissions(first, second)),
    )


def is_alike(one: Sale, other: Sale) -> bool:
    """Whether both say the same; a product goes by the platform's id, and only without one by its name."""
    return _bare(one) == _bare(other)


def _bare(sale: Sale) -> Sale:
    line = sale.line
    name = "" if line.product else line.product_name.casefold()
    return replace(sale, line=replace(line, product_name=name, handle=line.handle.lower()))


def _line(first: OrderLine, second: OrderLine) -> OrderLine:
    gaps = {
        name: getattr(second, name)
        for name in ("product", "product_name", "handle", "content", "content_kind", "collaboration",
                     "collaboration_id", "code", "link", "delivered_at")
        if not getattr(first, name)
    }  # fmt: skip
    return replace(first, **gaps) if any(gaps.values()) else first


def _refunds(first: Sale, second: Sale) -> Iterator[Refund]:
    others = {refund.key: refund for refund in second.refunds}
    for refund in first.refunds:
        other = others.pop(refund.key, None)
        yield replace(refund, refunded_at=other.refunded_at) if other and not refund.refunded_at else refund
    yield from others.values()


def _commissions(first: Sale, second: Sale) -> Iterator[Commission]:
    others = {commission.payee: commission for commission in second.commissions}
    for one in first.commissions:
        other = others.pop(one.payee, None)
        yield (
            one
            if other is None
            else replace(
                one,
                settlement=_settlement(one, other),
                rate_bp=other.rate_bp if one.rate_bp is None else one.rate_bp,
                base=one.base or other.base,
                estimated=one.estimated or other.estimated,
                actual=one.actual or other.actual,
                split=one.split or other.split,
            )
        )
    yield from others.values()


def _settlement(one: Commission, other: Commission) -> Settlement:
    """Who tells nothing of it takes nothing back that was told before."""
    return other.settlement if one.settlement is Settlement.PENDING else one.settlement


def totals_of(sale: Sale, *, market: str, day: date, rate_bp: int | None = None) -> Totals:
    """What a line adds up to; `rate_bp`: the agreed one. Amounts of another currency are not counted."""
    currency, gross = sale.line.price.currency, sale.line.gross.minor
    in_all = max(
        (one.amount.minor for one in sale.refunds if one.key == IN_ALL and _is(one.amount, currency)), default=0
    )
    single = sum(one.amount.minor for one in sale.refunds if one.key != IN_ALL and _is(one.amount, currency))
    refunded = max(in_all, single)
    settled = provisional = 0
    told = False
    for one in sale.commissions:
        amount = counted(one)
        if amount is None or (amount.minor and amount.currency != currency):
            continue
        told = True
        if one.settlement is Settlement.PROVISIONAL:
            provisional += amount.minor
        else:
            settled += amount.minor
    final = told and all(one.settlement in _DONE for one in sale.commissions)
    fee = fee_of(market, day, gross=gross, refunded=refunded)
    agreed = None
    if rate_bp is not None and not sale.commissions:
        agreed = forecast(Money(max(gross - refunded, 0), currency), rate_bp).minor
    return Totals(gross, refunded, settled, provisional, told, final, fee, agreed)


def _is(amount: Money, currency: str) -> bool:
    return amount.currency == currency


def campaign_of(touches: list[Touch], placed_at: datetime, product: ProductId | None) -> CampaignId | None:
    """The campaign that wrote last before a sale and within its window; one of another product does not count."""
    fitting = [
        touch
        for touch in touches
        if touch.at <= placed_at <= touch.at + CAMPAIGN_WINDOW and (not touch.product or touch.product == product)
    ]
    return max(fitting, key=lambda touch: (touch.at, touch.campaign)).campaign if fitting else None


def differences(known: Sale, told: Sale, *, source: str, as_of: datetime) -> Iterator[Difference]:
    """Where what is told says otherwise than what is known; what is not told differs from nothing."""
    for field, ours, theirs in _compared(known, told):
        if theirs and ours != theirs:
            yield Difference(field, ours or "-", theirs, source, as_of)


def _compared(known: Sale, told: Sale) -> Iterator[tuple[str, str, str]]:
    ours, theirs = known.line, told.line
    yield "paid", _shown(ours.gross), _shown(theirs.gross)
    yield "quantity", str(ours.quantity), str(theirs.quantity)
    yield "placed", f"{ours.placed_at:%Y-%m-%d %H:%M}", f"{theirs.placed_at:%Y-%m-%d %H:%M}"
    yield "handle", ours.handle.lower(), theirs.handle.lower()
    yield "content", ours.content, theirs.content
    yield "product", ours.product, theirs.product
    mine = {one.key: one for one in known.refunds}
    for refund in told.refunds:
        own = mine.get(refund.key)
        yield "refund", _shown(own.amount) if own else "", _shown(refund.amount)
    paid = {one.payee: one for one in known.commissions}
    for one in told.commissions:
        other = paid.get(one.payee)
        yield "settlement", other.settlement.value if other else "", one.settlement.value
        yield "estimated", _shown(other.estimated if other else None), _shown(one.estimated)
        yield "actual", _shown(other.actual if other else None), _shown(one.actual)


def _shown(amount: Money | None) -> str:
    return f"{amount.amount} {amount.currency}" if amount else ""
