"""Agreed commission rates taken in: out of a handed-in table, and as target collaborations tell them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from connectors.ports.files import RateRow
from memory.domain.collaborations import Collaboration, CollaborationStatus, Rated, number_in_shop
from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.import_stores import ImportRun, RowOutcome, RowVerdict
from memory.domain.outreach import Flag
from memory.domain.rates import AgreedRate
from memory.domain.stores import Unit

Say = Callable[[tuple[Flag, ...]], str | None]


@dataclass(frozen=True, slots=True)
class _Planned:
    number: int
    rate: AgreedRate | None
    problems: tuple[Flag, ...]


async def judged(unit: Unit, rows: Sequence[RateRow], say: Say) -> list[RowVerdict]:
    """What is wrong with rows; nothing is changed."""
    return [
        RowVerdict(one.number, None if one.rate else RowOutcome.LEFT_OUT, say(one.problems))
        for one in await _plan(unit, rows)
    ]


async def imported(unit: Unit, run: ImportRun, rows: Sequence[RateRow], say: Say, *, brand: BrandId) -> None:
    """Keep rows, all in this transaction; a second time they change nothing."""
    planned = await _plan(unit, rows)
    good = [one for one in planned if one.rate is not None]
    rates = [one.rate for one in good if one.rate]
    outcomes = await unit.sales.agree(rates, brand=brand, source=f"file:{run.file_name}", as_of=run.made_at)
    became = {one.number: outcome for one, outcome in zip(good, outcomes, strict=True)}
    await unit.imports.judge(
        run.id,
        [RowVerdict(one.number, became.get(one.number, RowOutcome.LEFT_OUT), say(one.problems)) for one in planned],
    )


async def _plan(unit: Unit, rows: Sequence[RateRow]) -> list[_Planned]:
    handles = sorted({row.facts.handle.lower() for row in rows if row.facts and row.facts.handle})
    creators = await unit.creators.by_handles(handles)
    products = await unit.products.all()
    by_name = {product.name.casefold(): product.id for product in products}
    by_number = {number: product.id for product in products if (number := number_in_shop(product))}
    planned = []
    for row in rows:
        facts = row.facts
        if facts is None:
            planned.append(_Planned(row.number, None, row.problems))
            continue
        creator = creators.get(facts.handle.lower())
        if facts.handle and creator is None:
            planned.append(_Planned(row.number, None, (Flag("row_creator_unknown", {"handle": facts.handle}),)))
            continue
        product = by_number.get(facts.product) or by_name.get(facts.product_name.casefold())
        if product is None and (facts.product or facts.product_name):
            named = facts.product_name or facts.product
            planned.append(_Planned(row.number, None, (Flag("row_rate_product_unknown", {"product": named}),)))
            continue
        rate = AgreedRate(facts.rate_bp, facts.since, creator.id if creator else None, product, facts.until)
        planned.append(_Planned(row.number, rate, row.problems))
    return planned


async def agree_told(
    unit: Unit, found: Sequence[Collaboration], *, brand: BrandId, creators: Mapping[str, CreatorId], name: str
) -> None:
    """Keep the rates of target collaborations just read; what is known already is not written again."""
    products = {number: product.id for product in await unit.products.all() if (number := number_in_shop(product))}
    known = await unit.sales.agreed(brand=brand, creators=sorted(set(creators.values())))
    told = [
        rate
        for one in found
        for guest in one.creators
        if (creator := creators.get(guest.handle.lower())) is not None
        for rated in one.products
        if rated.product in products
        for rate in news_of(one, rated, known, creator=creator, product=products[rated.product], now=unit.now)
    ]
    if told:
        await unit.sales.agree(told, brand=brand, source=name, as_of=unit.now)


def news_of(
    one: Collaboration,
    rated: Rated,
    known: Sequence[AgreedRate],
    *,
    creator: CreatorId,
    product: ProductId,
    now: datetime,
) -> Iterator[AgreedRate]:
    """What a collaboration says of a creator and a product that is not known yet.

    When a rate begins, the platform tells or, where it does not, it is the moment at which it was first seen.
    """
    own = [rate for rate in known if (rate.creator, rate.product, rate.collaboration) == (creator, product, one.id)]
    newest = own[-1] if own else None
    is_over = one.status is CollaborationStatus.ENDED
    if is_over and newest is not None and newest.until is not None and newest.until <= now:
        return
    ends = min(one.ends_at, now) if is_over else one.ends_at
    since, exact = rated.holds_from or now, rated.holds_from is not None
    if newest is not None and newest.rate_bp == rated.rate_bp and not exact:
        since, exact = newest.since, newest.exact
    if since >= ends:
        return
    rate = AgreedRate(rated.rate_bp, since, creator, product, ends, exact, one.id)
    # One that is replaced goes on for a while beside the new one, as long as the collaboration does.
    lasting = (replace(before, until=ends) for before in own if before.since < min(since, ends))
    yield from (each for each in (*lasting, rate) if each not in own)
