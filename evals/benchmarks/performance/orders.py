"""Made-up order lines of one shop over 400 days: few creators sell most, as they do; a few orders come back."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from memory.domain.money import Money
from memory.domain.sales import Commission, ContentKind, OrderLine, Payee, Refund, Sale, Settlement

ENDS = datetime(2026, 11, 1, 12, tzinfo=UTC)
DAYS, CREATORS, PRODUCTS, POSTS_EACH = 400, 5_000, 40, 6


def sales(count: int, *, seed: int = 1) -> Iterator[Sale]:
    """The same for the same seed."""
    draw = random.Random(seed)
    for number in range(count):
        creator = int(draw.paretovariate(0.9)) % CREATORS
        post = draw.randrange(POSTS_EACH)
        product = (creator * 7 + post) % PRODUCTS  # a post is about one product
        amount = Money(draw.randint(499, 8_999))
        placed_at = ENDS - timedelta(minutes=draw.randrange(DAYS * 1_440))
        line = OrderLine(
            f"57{number:015d}", f"sku-{product}", placed_at, amount, 1, f"17{product:06d}", f"Product {product}",
            f"creator_{creator}", f"73{creator:06d}{post}", ContentKind.VIDEO,
        )  # fmt: skip
        share = Money(amount.minor * 15 // 100)
        settled = placed_at < ENDS - timedelta(days=20)
        owed = Commission(
            Payee.CREATOR, Settlement.SETTLED if settled else Settlement.PROVISIONAL, 1_500, amount, share, share
        )
        yield Sale(line, (Refund(amount, 1),) if draw.random() < 0.05 else (), (owed,))
