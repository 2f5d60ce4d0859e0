"""What the playground's shop tells of its sales: orders with commissions and refunds, posts with counters. Pure.

Nothing is drawn: the world's lines say what was sold, and the rest follows from their ids and the present moment.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from memory.domain.money import BASIS_POINTS, Money
from memory.domain.sales import (
    Collaboration,
    Commission,
    ContentKind,
    ContentPost,
    DayCounters,
    OrderLine,
    Payee,
    Refund,
    Sale,
    Settlement,
    forecast,
)

MOST_ORDERS = 4  # of one line of the world, which holds what was sold in part of a day
USUAL_RATE = 1_500
RETURNED_AFTER, DELIVERED_AFTER, SETTLED_AFTER = timedelta(days=3), timedelta(days=5), timedelta(days=20)
APART = timedelta(minutes=7)
SEEN_DAYS = 30  # a post gathers its views in so many days, fewer each day
FEWEST_CLICKS_AN_ORDER, VIEWS_A_CLICK = 8, 20


@dataclass(frozen=True, slots=True)
class Sold:
    """One line of the world with its creator and the post behind it. `rate_bp` None: the creator names none."""

    id: int
    number: int
    handle: str
    rate_bp: int | None
    placed_at: datetime
    product: str
    price: int
    quantity: int
    currency: str
    refunded: int
    posted_at: datetime
    kind: str
    views: int

    @property
    def content(self) -> str:
        """The platform's id of the post."""
        return content_id(self.number, self.posted_at)


def content_id(number: int, posted_at: datetime) -> str:
    """The platform's id of a creator's post."""
    return f"73{number:08d}{int(posted_at.timestamp()) % 1_000_000:06d}"


def page_of(handle: str, content: str) -> str:
    """Where a post is seen."""
    return f"https://www.tiktok.com/@{handle}/video/{content}"


def sales(lines: Sequence[Sold], *, ceilings: Mapping[str, int], now: datetime) -> Iterator[Sale]:
    """Orders of a few pieces each. A rate is the creator's, at most what the product allows."""
    for sold in lines:
        orders = min(sold.quantity, MOST_ORDERS)
        back = sold.refunded
        for place in range(orders):
            pieces = sold.quantity // orders + (place < sold.quantity % orders)
            returned = min(pieces, back)
            back -= returned
            rate = min(sold.rate_bp or USUAL_RATE, ceilings[sold.product])
            yield _sale(sold, place, pieces, returned, rate, now)


def _sale(sold: Sold, place: int, pieces: int, returned: int, rate: int, now: datetime) -> Sale:
    placed_at = sold.placed_at - place * APART
    price = Money(sold.price, sold.currency)
    line = OrderLine(
        order=f"5764{sold.id * 10 + place:014d}",
        sku=f"{sold.product}-1",
        placed_at=placed_at,
        price=price,
        quantity=pieces,
        product=sold.product,
        handle=sold.handle,
        content=sold.content,
        content_kind=ContentKind(sold.kind),
        collaboration=Collaboration.TARGET if sold.id % 3 else Collaboration.OPEN,
        delivered_at=placed_at + DELIVERED_AFTER if placed_at + DELIVERED_AFTER <= now else None,
    )
    back = placed_at + RETURNED_AFTER
    came_back = returned and back <= now
    amount = Money(sold.price * returned, sold.currency)
    refunds = (Refund(amount, returned, back),) if came_back else ()
    left = replace(line, quantity=pieces - returned if came_back else pieces).gross
    commission = Commission(Payee.CREATOR, Settlement.PROVISIONAL, rate, line.gross, forecast(line.gross, rate))
    if came_back and returned == pieces:
        commission = replace(commission, settlement=Settlement.INELIGIBLE, base=left)
    elif placed_at + SETTLED_AFTER <= now:
        commission = replace(commission, settlement=Settlement.SETTLED, base=left, actual=forecast(left, rate))
    return Sale(line, refunds, (commission,))


def posts(lines: Sequence[Sold], *, zone: ZoneInfo, now: datetime) -> Iterator[ContentPost]:
    """The posts behind lines, with what each gathered on the shop's days up to now."""
    for (handle, content), group in groupby(lines, key=lambda sold: (sold.handle, sold.content)):
        own = list(group)
        yield ContentPost(
            content=content,
            handle=handle,
            kind=ContentKind(own[0].kind),
            posted_at=own[0].posted_at,
            product=own[0].product,
            link=page_of(handle, content),
            counters=tuple(_counters(own, zone=zone, today=now.astimezone(zone).date())),
        )


def _counters(own: Sequence[Sold], *, zone: ZoneInfo, today: date) -> Iterator[DayCounters]:
    views: dict[date, int] = defaultdict(int)
    clicks: dict[date, int] = defaultdict(int)
    first = own[0].posted_at.astimezone(zone).date()
    weights = [BASIS_POINTS * 6**place // 7**place for place in range(SEEN_DAYS)]
    luck = hashlib.sha256(own[0].content.encode()).digest()
    share = 300 + luck[0]  # three to five and a half percent click
    for_one = FEWEST_CLICKS_AN_ORDER + luck[1] % 32
    for place, weight in enumerate(weights):
        day = first + timedelta(days=place)
        views[day] = own[0].views * weight // sum(weights)
        clicks[day] = views[day] * share // BASIS_POINTS
    for sold in own:
        for place in range(min(sold.quantity, MOST_ORDERS)):
            clicks[(sold.placed_at - place * APART).astimezone(zone).date()] += for_one
    for day in sorted(clicks):
        if day <= today and (views[day] or clicks[day]):
            seen = max(views[day], clicks[day] * VIEWS_A_CLICK)
            yield DayCounters(day, seen, seen // 15, seen // 400, seen // 300, clicks[day])
