"""The last two months of the demo's brands: small creators they wrote to lately, and how far each has come. Pure.

Drawn from the world's seed and a creator's number alone, beside the world's own half year, which it leaves as it is.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from connectors.playground.agency import DemoBrand, DemoProduct
from connectors.playground.people.creators import price_tag
from connectors.playground.people.history import PastMessage, Sample
from connectors.playground.selling import Sold
from memory.domain.creator import CreatorFacts
from memory.domain.markets import MARKETS

# Whom they wrote to lately are small: who looks for those that sell much finds creators nobody wrote to.
MOST_GMV = 1_000
ONE_IN = 3
FIRST_DAY, LAST_DAY = 62, 2
_DAY = timedelta(days=1)
_OWN_LINES = 900  # above the numbers the world gives a creator's lines


@dataclass(frozen=True, slots=True)
class Lately:
    """What came of one brand writing to one creator lately."""

    product: DemoProduct
    messages: tuple[PastMessage, ...]
    sample: Sample | None = None
    sold: tuple[Sold, ...] = field(default=())


def lately(number: int, facts: CreatorFacts, brand: DemoBrand, *, seed: int, now: datetime) -> Lately | None:
    """What happened up to `now`; None for who was not written to. A post has a line of no pieces."""
    draw = random.Random(f"{seed}/{number}/lately")  # noqa: S311  # a game, not a secret
    market = MARKETS[brand.market]
    gmv = facts.gmv_30d
    is_small = gmv is None or gmv.high < MOST_GMV * 10**2
    if draw.randrange(ONE_IN) or not is_small or facts.market != market.code:
        return None
    offered = [product for product in brand.products if product.sample]
    if not set(facts.categories) & set(brand.categories) or not offered:
        return None
    story = _Story(draw, draw.choice(offered), brand, now)
    story.tell(now - draw.randint(LAST_DAY, FIRST_DAY) * _DAY)
    sample = story.sample
    sold: tuple[Sold, ...] = ()
    if sample is not None and sample.posted_at is not None:
        sells = gmv is None or gmv.low > 0
        sold = tuple(_sold(draw, number, facts, story.product, market.currency, sample.posted_at, now, sells=sells))
    return Lately(story.product, tuple(story.messages), sample, sold)


@dataclass(slots=True)
class _Story:
    draw: random.Random
    product: DemoProduct
    brand: DemoBrand
    now: datetime
    messages: list[PastMessage] = field(default_factory=list)
    sample: Sample | None = None

    def tell(self, at: datetime) -> None:
        """From the invitation on, as far as time has come."""
        draw = self.draw
        self._write("invite", at)
        if draw.random() >= 0.45:
            at += draw.randint(4, 6) * _DAY
            if draw.random() < 0.4 or not self._write("follow_up", at) or draw.random() >= 0.3:
                return
        at += draw.uniform(0.1, 2.2) * _DAY
        if draw.random() < 0.15:
            self._write("decline", at, ours=False)
            return
        if not self._write("interested", at, ours=False) or draw.random() < 0.15:
            return
        at += draw.uniform(0.2, 1) * _DAY
        if not self._write("sample_offer", at) or draw.random() < 0.12:
            return
        at += draw.uniform(0.1, 1) * _DAY
        if self._write("address", at, ours=False):
            self._send(at + draw.uniform(0.2, 1) * _DAY)

    def _send(self, asked: datetime) -> None:
        """The sample's way, of which the future is cut off."""
        draw = self.draw
        shipped = asked + draw.uniform(0.5, 2) * _DAY
        delivered = shipped + draw.uniform(3, 6) * _DAY
        posted = delivered + draw.uniform(1, 8) * _DAY if draw.random() < 0.62 else None
        if shipped > self.now:
            return
        if posted is not None and posted > self.now:
            posted = None
        self.sample = Sample(self.product.code, asked, shipped, delivered, posted)
        if posted is not None:
            self._write("thanks", posted + draw.uniform(0.2, 1) * _DAY)

    def _write(self, kind: str, at: datetime, *, ours: bool = True) -> bool:
        """Whether it has been written by now."""
        if at > self.now - timedelta(hours=12):  # a message waits for its creator's daytime
            return False
        self.messages.append(PastMessage(self.brand.code, ours, kind, at))
        return True


def _sold(
    draw: random.Random,
    number: int,
    facts: CreatorFacts,
    product: DemoProduct,
    currency: str,
    posted_at: datetime,
    now: datetime,
    *,
    sells: bool,
) -> list[Sold]:
    """The post's line of no pieces, and a few pieces on some of the days since."""
    reach = facts.avg_views or facts.followers
    price = price_tag(float(product.price.amount), facts.market or "US")
    rate = facts.commission_bp.low if facts.commission_bp else None
    moments = [posted_at]
    if sells:
        days = range(1, (now - posted_at).days + 1)
        moments += [
            posted_at + day * _DAY - timedelta(hours=draw.uniform(0, 20)) for day in days if draw.random() < 0.45
        ]
    return [
        Sold(
            id=number * 1_000 + _OWN_LINES + place,
            number=number,
            handle=facts.handle,
            rate_bp=rate,
            placed_at=at,
            product=product.code,
            price=price,
            quantity=draw.choice((1, 1, 1, 2)) if place else 0,
            currency=currency,
            refunded=0,
            posted_at=posted_at,
            kind=facts.content or "video",
            views=max(200, round((reach.low if reach else 2_000) * draw.uniform(0.2, 1.2))),
        )
        for place, at in enumerate(moments[:40])
    ]
