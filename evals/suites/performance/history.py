"""A seller's year drawn from a seed: orders told in any order, twice, corrected, refunded months later.

Two brands in two zones, three currencies, days on which clocks change, creators nobody knew, sales of nobody.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from memory.domain.creator import CreatorFacts
from memory.domain.ids import BrandId
from memory.domain.money import Money
from memory.domain.sale_books import merged
from memory.domain.sales import (
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
from memory.domain.sample import Sample, SampleStatus, moved, way
from memory.domain.stores import Units
from memory.domain.workspace import Scope

BEGAN = datetime(2026, 2, 20, tzinfo=UTC)
DAYS = 270
# Around these moments days begin or end, or clocks change, in Los Angeles and London.
EDGES = tuple(
    datetime.fromisoformat(text).replace(tzinfo=UTC)
    for text in ("2026-03-08T08:00", "2026-03-09T07:00", "2026-03-29T00:30", "2026-10-25T00:30", "2026-11-01T07:00",
                 "2026-11-02T08:00", "2026-11-01T00:00", "2026-10-31T23:59")
)  # fmt: skip
CURRENCIES = {"US": ("USD", "USD", "USD", "EUR"), "GB": ("GBP", "GBP", "USD")}


@dataclass(frozen=True, slots=True)
class Shop:
    """One brand's shop."""

    brand: BrandId
    market: str


@dataclass(slots=True)
class Year:
    """What is told of a year, part by part."""

    seed: int
    shops: Sequence[Shop]
    creators: tuple[str, ...] = field(default=tuple(f"maker_{number}" for number in range(14)))

    async def tell(self, units: Units, scope: Scope, *, lines: int) -> None:
        """Tell it all to the product: in parts, out of order, some twice, corrections after."""
        draw = random.Random(self.seed)  # nothing secret
        for shop in self.shops:
            sales = [self._sale(draw, shop, number) for number in range(lines)]
            later = [self._corrected(draw, sale) for sale in draw.sample(sales, lines // 3)]
            draw.shuffle(sales)
            half = len(sales) // 2
            as_of = BEGAN + timedelta(days=DAYS)
            posts = [self._post(draw, shop, number) for number in range(12)]
            async with units.unit(scope) as unit:
                await unit.sales.upsert(sales[:half], brand=shop.brand, source="file:a.csv", as_of=as_of)
                await unit.sales.add_posts(posts, brand=shop.brand, source="file:posts.csv", as_of=as_of)
            async with units.unit(scope) as unit:
                await unit.sales.upsert(sales[half - 5 :], brand=shop.brand, source="shop", as_of=as_of)
            async with units.unit(scope) as unit:
                moment = as_of + timedelta(days=1)
                await unit.sales.upsert(later, brand=shop.brand, source="file:b.csv", as_of=moment)
                stale = [replace(one, refunds=()) for one in sales[:7]]
                await unit.sales.upsert(stale, brand=shop.brand, source="file:old.csv", as_of=BEGAN)
            await self._samples(draw, units, scope, shop)

    def _sale(self, draw: random.Random, shop: Shop, number: int) -> Sale:
        at = BEGAN + timedelta(minutes=draw.randrange(DAYS * 24 * 60))
        if draw.random() < 0.2:
            at = draw.choice(EDGES) + timedelta(minutes=draw.randint(-40, 40))
        currency = draw.choice(CURRENCIES[shop.market])
        price, pieces = Money(draw.randint(99, 9_999), currency), draw.randint(1, 4)
        goods = draw.randrange(6)
        known = draw.random() < 0.85
        line = OrderLine(
            order=f"{shop.market}{number // 2}", sku=f"s{number % 2}-{goods}", placed_at=at, price=price,
            quantity=pieces, product=f"{shop.market}p{goods}", product_name=f"Thing {goods}",
            handle=draw.choice(self.creators) if known else "",
            content=f"{shop.market}v{draw.randrange(14)}" if known and draw.random() < 0.7 else "",
            paid=Money(price.minor * pieces - draw.randint(1, 90), currency) if draw.random() < 0.2 else None,
        )  # fmt: skip
        rate = draw.choice((800, 1_500, 2_000))
        owed = Commission(Payee.CREATOR, Settlement.PROVISIONAL, rate, line.gross, forecast(line.gross, rate))
        if draw.random() < 0.15:
            return Sale(line)
        return Sale(line, (), (owed,))

    def _corrected(self, draw: random.Random, sale: Sale) -> Sale:
        line, gross = sale.line, sale.line.gross
        match draw.randrange(5):
            case 0:  # refunded in part, often after the month's end
                at = line.placed_at + timedelta(days=draw.randint(1, 60))
                return replace(
                    sale, refunds=(Refund(Money(gross.minor // 3, gross.currency), 1, at, f"r{draw.random()}"),)
                )
            case 1:
                nothing = (Commission(Payee.CREATOR, Settlement.INELIGIBLE, estimated=gross),)
                return merged(sale, Sale(line, (Refund(gross, line.quantity),), nothing), newer=True)
            case 2:
                paid = Commission(Payee.CREATOR, Settlement.SETTLED, actual=Money(gross.minor // 9, gross.currency))
                ads = Commission(Payee.SHOP_ADS, Settlement.SETTLED, actual=Money(draw.randint(1, 50), gross.currency))
                return replace(sale, commissions=(paid, ads))
            case 3:  # it was another day
                return replace(
                    sale, line=replace(line, placed_at=line.placed_at + timedelta(hours=draw.randint(1, 60)))
                )
            case _:
                return replace(sale, line=replace(line, quantity=line.quantity + 1, paid=None))

    def _post(self, draw: random.Random, shop: Shop, number: int) -> ContentPost:
        first = (BEGAN + timedelta(days=draw.randrange(DAYS - 30))).date()
        days = sorted(draw.sample(range(30), 12))
        counters = tuple(
            DayCounters(
                first + timedelta(days=day),
                draw.randint(0, 5_000) if draw.random() < 0.9 else None,
                clicks=draw.randint(1, 300) if draw.random() < 0.8 else None,
            )
            for day in days
        )
        return ContentPost(
            f"{shop.market}v{number}", self.creators[number % len(self.creators)], ContentKind.VIDEO,
            datetime.combine(first, datetime.min.time(), UTC), f"{shop.market}p{number % 6}", counters=counters,
        )  # fmt: skip

    async def _samples(self, draw: random.Random, units: Units, scope: Scope, shop: Shop) -> None:
        async with units.unit(scope) as unit:
            facts = [CreatorFacts(handle=handle, market=shop.market) for handle in self.creators]
            await unit.creators.upsert(facts, source="file:creators.csv", as_of=BEGAN)
            known = await unit.creators.by_handles(self.creators)
            goods = [product for product in await unit.products.all() if product.brand == shop.brand]
            ids = [creator.id for creator in known.values()]
            await unit.samples.lock(ids, brand=shop.brand)
            for creator in draw.choices(ids, k=20):
                sample = await unit.samples.begin(creator, brand=shop.brand)
                shipped = BEGAN + timedelta(days=draw.randrange(DAYS - 40), hours=draw.randrange(24))
                sent = self._sent(draw, sample, shipped, scope, unit.now)
                cost = Money(draw.randint(500, 6_000), CURRENCIES[shop.market][0]) if draw.random() < 0.8 else None
                product = draw.choice(goods).id if draw.random() < 0.8 else None
                await unit.samples.save(replace(sent, cost=cost, product=product))

    def _sent(self, draw: random.Random, sample: Sample, shipped: datetime, scope: Scope, now: datetime) -> Sample:
        to = draw.choice((SampleStatus.SHIPPED, SampleStatus.DELIVERED, SampleStatus.POSTED, SampleStatus.EXCUSED))
        for status, days in ((SampleStatus.SHIPPED, 0), (SampleStatus.DELIVERED, 6), (to, 15)):
            steps = way(sample.status, status)
            if steps and (status is to or to is not SampleStatus.SHIPPED):
                at = shipped + timedelta(days=days)
                sample = moved(sample, steps, market="US", by=scope.member, now=now, at=at)
        return sample
