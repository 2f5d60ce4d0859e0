"""180 days of one creator: posts, orders, refunds, and for some a story with one of our brands.

Order of things: message, then sample, then post, then sales. Everything lies in the 180 days up to `now`.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

DAYS = 180
MONTH = 30


@dataclass(frozen=True, slots=True)
class Line:
    """Something a creator sells. `product` is the code of a product of ours, None for another shop's."""

    product: str | None
    price: int
    since_day: int


@dataclass(frozen=True, slots=True)
class Order:
    """What one line sold in part of a day; amounts in minor units of the market's currency."""

    placed_at: datetime
    product: str | None
    price: int
    quantity: int
    refunded: int

    @property
    def gross(self) -> int:
        """Price times quantity, refunds not taken off."""
        return self.price * self.quantity


@dataclass(frozen=True, slots=True)
class Post:
    """A video or live for a product, or for none."""

    posted_at: datetime
    product: str | None
    selling: bool
    kind: str
    views: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A sample's way; `posted_at` None: it never led to a post."""

    product: str
    asked_at: datetime
    shipped_at: datetime
    delivered_at: datetime
    posted_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastMessage:
    """One message between one of our brands and a creator; the words are made where they are needed."""

    brand: str
    ours: bool
    kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class History:
    """Everything that happened, each list oldest first."""

    posts: tuple[Post, ...] = ()
    orders: tuple[Order, ...] = ()
    samples: tuple[Sample, ...] = ()
    messages: tuple[PastMessage, ...] = field(default=())

    def gmv_since(self, moment: datetime) -> int:
        """Gross sales after a moment, minor units."""
        return sum(order.gross for order in self.orders if order.placed_at > moment)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a history is drawn towards. `monthly` is the wished gross of the last 30 days, minor units, 0 for none."""

    monthly: int
    prices: tuple[int, ...]
    views: int
    kind: str
    idle_days: int
    ours: tuple[str, str, int] | None  # (brand code, product code, price), for creators we know already
    honest: int


def live_through(draw: random.Random, plan: Plan, *, now: datetime) -> History:
    """Draw 180 days that end at `now`."""
    messages: list[PastMessage] = []
    samples: list[Sample] = []
    posts: list[Post] = []
    lines: list[Line] = []
    if plan.ours is not None:
        _story(draw, plan, plan.ours, now, messages, samples, posts, lines)
    if plan.monthly:
        lines.extend(Line(None, price, draw.choice((179, 179, 150, 110))) for price in plan.prices)
    for line in lines:
        if line.product is None:
            posts.append(_post(draw, plan, now, line.since_day, selling=True))
    for day in draw.sample(range(plan.idle_days, DAYS - 1), draw.randint(1, 4)) if plan.idle_days < DAYS - 6 else ():
        posts.append(_post(draw, plan, now, day, selling=bool(plan.monthly) and draw.random() < 0.5))
    posts.append(_post(draw, plan, now, min(plan.idle_days, DAYS - 1), selling=False))
    orders = sorted(_orders(draw, plan, lines, now), key=lambda order: order.placed_at)
    return History(tuple(sorted(posts, key=lambda post: post.posted_at)), tuple(orders), tuple(samples), tuple(messages))


def _ago(now: datetime, day: int, hour: float) -> datetime:
    """A moment of the day that ended `day` days before `now`, to the minute."""
    return now - timedelta(days=day, minutes=round(hour * 60))


def _post(draw: random.Random, plan: Plan, now: datetime, day: int, *, selling: bool) -> Post:
    views = max(20, round(plan.views * draw.lognormvariate(0, 0.6)))
    return Post(_ago(now, day, 23.9), None, selling, plan.kind, views)


def _orders(draw: random.Random, plan: Plan, lines: list[Line], now: datetime) -> Iterator[Order]:
    if not plan.monthly:
        for line in lines:  # ours only: a handful after the post
            yield from _sold(draw, line, now, daily=0.25, share=0.12)
        return
    share = draw.uniform(0.15, 0.5)
    weights = [draw.uniform(0.4, 1.0) * (0.5 if line.product else 1.0) for line in lines]
    for line, weight in zip(lines, weights, strict=True):
        daily = plan.monthly * weight / sum(weights) / MONTH / line.price
        yield from _sold(draw, line, now, daily=daily, share=share)


def _sold(draw: random.Random, line: Line, now: datetime, *, daily: float, share: float) -> Iterator[Order]:
    """Sell on `share` of the days since the line began; fewer days when so little is sold."""
    growth = draw.uniform(-0.6, 0.5)
    days = range(line.since_day)
    share = min(share, max(daily, 1 / 45))
    for day in draw.sample(days, min(len(days), max(1, round(len(days) * share)))):
        wanted = daily / share * (1 + growth * day / DAYS) * draw.lognormvariate(-0.08, 0.4)
        quantity = max(1, round(wanted))
        refunded = _refunds(draw, quantity) if day > 3 else 0
        yield Order(_ago(now, day, draw.uniform(0, 22)), line.product, line.price, quantity, refunded)


def _refunds(draw: random.Random, quantity: int) -> int:
    """About one in twenty-five; one share for many, one throw each for few."""
    if quantity >= 12:
        return round(quantity * draw.uniform(0.01, 0.08))
    return sum(draw.random() < 0.04 for _ in range(quantity))


def _story(
    draw: random.Random,
    plan: Plan,
    ours: tuple[str, str, int],
    now: datetime,
    messages: list[PastMessage],
    samples: list[Sample],
    posts: list[Post],
    lines: list[Line],
) -> None:
    brand, product, price = ours
    day = draw.randint(60, 170)
    messages.append(PastMessage(brand, ours=True, kind="invite", at=_ago(now, day, 2)))
    if draw.random() < 0.4:
        return
    day -= draw.randint(1, 3)
    messages.append(PastMessage(brand, ours=False, kind="interested", at=_ago(now, day, 5)))
    if draw.random() < 0.3:
        return
    asked, shipped = _ago(now, day, 1), _ago(now, day - 3, 6)
    day -= draw.randint(8, 14)
    delivered = _ago(now, day, 4)
    posted_at = None
    if draw.random() * 100 < plan.honest:
        day -= draw.randint(3, 16)
        post = Post(_ago(now, day, 23), product, selling=True, kind=plan.kind, views=max(20, plan.views))
        posted_at = post.posted_at
        posts.append(post)
        lines.append(Line(product, price, day))
    samples.append(Sample(product, asked, shipped, delivered, posted_at))
