"""What happened to samples, recorded: what each wish would do, whose sign it needs, and the change itself."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import BrandId, MemberId, ProductId
from memory.domain.money import Money
from memory.domain.sample import Sample, moved
from memory.domain.stores import Unit
from tools.samples.choosing import Chosen, Wish, choose, filled
from tools.samples.keeping import keep_sample


@dataclass(frozen=True, slots=True)
class Goods:
    """What one approval gives away: its cost (None: unknown), and who wrote the sample down."""

    cost: Money | None
    maker: MemberId


# Whether the unit's member may approve goods of a brand now. Raises NotAllowed (not retryable).
MaySign = Callable[[Unit, BrandId, Sequence[Goods]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Intended:
    """What a wish does to one creator's sample."""

    creator: Creator
    chosen: Chosen
    wish: Wish


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sample as it was recorded. `changed` False: it stood so already."""

    creator: Creator
    sample: Sample
    changed: bool = False


async def intend(unit: Unit, creators: Sequence[Creator], wish: Wish, *, brand: BrandId) -> list[Intended]:
    """What a wish would do, creator by creator; their samples stay locked.

    Raises BadRequest as `choose`, and "sample_future" for what has not happened yet.
    """
    if wish.at is not None and wish.at > unit.now:
        raise BadRequest("sample_future")
    samples = await unit.samples.lock([creator.id for creator in creators], brand=brand)
    names = {product.id: product.name for product in await unit.products.all()}
    intended = []
    for creator in creators:
        own = [sample for sample in samples if sample.creator == creator.id]
        chosen = choose(creator, own, wish, products=names)
        last = _last_known(chosen.sample) if chosen.sample and chosen.steps else None
        if wish.at and last and wish.at < last:
            raise BadRequest("sample_before_the_last", handle=creator.handle)
        intended.append(Intended(creator, chosen, wish))
    return intended


async def goods(unit: Unit, intended: Sequence[Intended]) -> list[Goods]:
    """What is given away; a cost nobody wrote down is the product's price.

    Raises BadRequest ("sample_asked_on_platform") for one that waits for its review on a platform: it is signed there.
    """
    signing = [one for one in intended if one.chosen.signs]
    waiting = await unit.applications.waiting([one.creator.id for one in signing]) if signing else []
    for one in signing:
        if one.chosen.sample is not None and one.chosen.sample.id in {known.sample for known in waiting}:
            raise BadRequest("sample_asked_on_platform", handle=one.creator.handle)
    prices = {product.id: product.price for product in await unit.products.all()}
    found = []
    for one in intended:
        sample, wish = one.chosen.sample, one.wish
        if one.chosen.signs:
            product = (sample.product if sample else None) or wish.product
            cost = wish.cost or (sample.cost if sample else None) or (prices.get(product) if product else None)
            found.append(Goods(cost, sample.made_by if sample else unit.scope.member))
    return found


async def carry_out(unit: Unit, intended: Sequence[Intended], *, brand: BrandId) -> list[Recorded]:
    """Record it, each with its line in the audit trail."""
    recorded = []
    for one in intended:
        present = one.chosen.sample
        sample = present or await unit.samples.begin(one.creator.id, brand=brand)
        after = filled(sample, one.wish)
        if one.chosen.steps:
            market, by = one.creator.facts.market, unit.scope.member
            after = moved(after, one.chosen.steps, market=market, by=by, now=unit.now, at=one.wish.at)
        recorded.append(Recorded(one.creator, after, await keep_sample(unit, present, after)))
    return recorded


def product_named(said: str, products: Mapping[ProductId, str]) -> ProductId | None:
    """The one product whose name stands in a message (the longer of two that do), or the brand's only one."""
    if len(products) == 1:
        return next(iter(products))
    named = {product: name.casefold() for product, name in products.items() if name.casefold() in said.casefold()}
    whole = [one for one, name in named.items() if not any(name in other != name for other in named.values())]
    return whole[0] if len(whole) == 1 else None


def _last_known(sample: Sample) -> datetime | None:
    return max((at for at in (sample.shipped_at, sample.delivered_at, sample.posted_at) if at), default=None)
