"""180 days of one creator: posts, orders, refunds, and for some a story with one of our brands.

Order of things: message, then sample, then post, then sales. Everything lies in the 180 days up to `now`.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

OURS_EVERY = 4
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
    refunds: int  # percent of the orders
    ours: tuple[str, str, int] | None  # (brand code, product code, price), for creators we know already
    honest: int


def live_through(draw: random.Random, plan: Plan, *, now: datetime) -> History:
    """Draw 180 days that end at `now`."""
    story = _story(draw, plan, now)
    posts, lines = list(story.posts), list(story.lines)
    if plan.monthly:
        lines.extend(Line(None, price, draw.choice((179, 179, 150, 110))) for price in plan.prices)
    posts.extend(_post(draw, plan, now, line.since_day, selling=True) for line in lines if line.product is None)
    if plan.idle_days < DAYS - 6:
        days = draw.sample(range(plan.idle_days, DAYS - 1), draw.randint(1, 4))
        sells = plan.monthly > 0
        posts.extend(_post(draw, plan, now, day, selling=sells and draw.random() < 0.5) for day in days)
    posts.append(_post(draw, plan, now, min(plan.idle_days, DAYS - 1), selling=False))
    sold = sorted(_orders(draw, plan, lines, now), key=lambda order: order.placed_at)
    orders = list(_shelved(sold))
    posts.sort(key=lambda post: post.posted_at)
    return History(tuple(posts), tuple(orders), tuple(story.samples), tuple(story.messages))


def _ago(now: datetime, day: int, hour: float) -> datetime:
    """A moment of the day that ended `day` days before `now`, to the minute."""
    return now - timedelta(days=day, minutes=round(hour * 60))


def _post(draw: random.Random, plan: Plan, now: datetime, day: int, *, selling: bool) -> Post:
    views = max(20, round(plan.views * draw.lognormvariate(0, 0.6)))
    return Post(_ago(now, day, 23.9), None, selling, plan.kind, views)


def _orders(draw: random.Random, plan: Plan, lines: list[Line], now: datetime) -> Iterator[Order]:
    if not plan.monthly:
        for line in lines:  # ours only: a handful after the post
            yield from _sold(draw, plan, line, now, daily=0.25, share=0.12)
        return
    share = draw.uniform(0.15, 0.5)
    weights = [draw.uniform(0.4, 1.0) * (0.5 if line.product else 1.0) for line in lines]
    for line, weight in zip(lines, weights, strict=True):
        daily = plan.monthly * weight / sum(weights) / MONTH / line.price
        yield from _sold(draw, plan, line, now, daily=daily, share=share)


def _sold(draw: random.Random, plan: Plan, line: Line, now: datetime, *, daily: float, share: float) -> Iterator[Order]:
    """Sell on `share` of the days since the line began; fewer days when so little is sold."""
    growth = draw.uniform(-0.6, 0.5)
    days = range(line.since_day)
    share = min(share, max(daily, 1 / 45))
    for day in draw.sample(days, min(len(days), max(1, round(len(days) * share)))):
        wanted = daily / share * (1 + growth * day / DAYS) * draw.lognormvariate(-0.08, 0.4)
        quantity = max(1, round(wanted))
        refunded = _refunded(draw, plan, quantity) if day > 3 else 0  # they need three days to come back
        yield Order(_ago(now, day, draw.uniform(0, 22)), line.product, line.price, quantity, refunded)


def _shelved(orders: Sequence[Order]) -> Iterator[Order]:
    """Of a line of ours one piece of every fourth order is ours, and the rest another shop's like it.

    What a creator sells in all stays as it is; of ours it is what one sample can bring about: some pieces.
    """
    place = 0
    for order in orders:
        if order.product is None:
            yield order
            continue
        ours = int(place % OURS_EVERY == 0)
        place += 1
        back = min(order.refunded, ours)
        if ours:
            yield replace(order, quantity=ours, refunded=back)
        if order.quantity > ours:
            yield replace(order, product=None, quantity=order.quantity - ours, refunded=order.refunded - back)


def _refunded(draw: random.Random, plan: Plan, quantity: int) -> int:
    """Pieces of one order that came back: mostly none, else one to all of them."""
    return draw.randint(1, quantity) if draw.random() * 100 < plan.refunds else 0


@dataclass(frozen=True, slots=True)
class _Story:
    """What came of a brand of ours writing to a creator."""

    messages: list[PastMessage] = field(default_factory=list)
    samples: list[Sample] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)


def _story(draw: random.Random, plan: Plan, now: datetime) -> _Story:
    """Invite, follow up, agree, send the sample, remind, and thank for the post; it may end anywhere."""
    story = _Story()
    if plan.ours is None:
        return story
    brand, product, price = plan.ours
    day = draw.randint(70, 170)

    def wrote(kind: str, hour: float, *, ours: bool = True) -> None:
        story.messages.append(PastMessage(brand, ours, kind, _ago(now, day, hour)))

    wrote("invite", 2)
    if draw.random() < 0.35:
        day -= draw.randint(4, 7)
        wrote("follow_up", 3)
        if draw.random() < 0.6:
            return story
    day -= draw.randint(1, 3)
    if draw.random() < 0.12:
        wrote("decline", 5, ours=False)
        return story
    wrote("interested", 5, ours=False)
    if draw.random() < 0.12:
        return story
    wrote("sample_offer", 4)
    wrote("address", 2.5, ours=False)
    asked, shipped = _ago(now, day, 1), _ago(now, day - 3, 6)
    day -= draw.randint(8, 14)
    delivered = _ago(now, day, 4)
    posted_at = None
    if draw.random() < 0.4:
        day -= 5
        wrote("content_reminder", 4)
    if draw.random() * 100 < plan.honest:
        day -= draw.randint(3, 16)
        post = Post(_ago(now, day, 23), product, selling=True, kind=plan.kind, views=max(20, plan.views))
        posted_at = post.posted_at
        story.posts.append(post)
        story.lines.append(Line(product, price, day))
        wrote("thanks", 20)
    story.samples.append(Sample(product, asked, shipped, delivered, posted_at))
    return story
