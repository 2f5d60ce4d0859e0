"""What a decision asks about besides its drafts: who may not be written to, and what an offer is worth."""

from collections.abc import Sequence

from memory.domain.collaborations import CardFacts, cards_differ, contradiction, number_in_shop, promised
from memory.domain.follow_ups import needless
from memory.domain.ids import BrandId
from memory.domain.money import worth
from memory.domain.outreach import FIRST_MESSAGES, Draft, Flag
from memory.domain.stores import Unit


async def read_gone(unit: Unit, brand: BrandId, drafts: Sequence[Draft], *, days: int) -> dict[int, Flag]:
    """Drafts whose creator may not be written to, not first again, or needs no follow-up any more; by number."""
    relations = await unit.relations.of([draft.creator for draft in drafts])
    firsts = [draft for draft in drafts if draft.purpose in FIRST_MESSAGES]
    creators = [draft.creator for draft in firsts]
    contacts = await unit.steps.first_contacts(creators, brand=brand, but=[draft.id for draft in firsts])
    passes = await unit.steps.open_passes(creators, brand=brand)
    progress = await unit.steps.progress([draft.id for draft in drafts if draft.follow is not None])
    found: dict[int, Flag] = {}
    for draft in drafts:
        relation, contact = relations.get(draft.creator), contacts.get(draft.creator)
        facts: dict[str, str | int | float] = {"number": draft.number, "handle": draft.handle}
        if relation is not None and relation.opted_out_at is not None:
            found[draft.number] = Flag("opted_out", facts)
        elif relation is not None and relation.blocked:
            found[draft.number] = Flag("blocked", facts)
        elif (waits := progress.get(draft.id)) is not None and (why := needless(waits)):
            found[draft.number] = Flag(why, facts)
        elif draft.purpose not in FIRST_MESSAGES or contact is None or not contact.bars(now=unit.now, days=days):
            continue
        elif not contact.settled:
            found[draft.number] = Flag("first_message_open", facts | contact.facts())
        elif draft.creator not in passes:
            found[draft.number] = Flag("cool_down", facts | contact.facts())
    return found


async def read_contradictions(unit: Unit, brand: BrandId, drafts: Sequence[Draft]) -> dict[int, Flag]:
    """Drafts that offer, or carry a card of, something else than what is live in the shop; by number."""
    about = [draft for draft in drafts if draft.product is not None]
    if not about:
        return {}
    live = await unit.collaborations.of([draft.creator for draft in about], brand=brand)
    plans = await unit.collaborations.plans(brand=brand)
    carrying = [draft.creator for draft in about if draft.version.content.cards]
    if not (live or plans or carrying):
        return {}
    applied = await unit.applications.under_way(carrying) if carrying else []
    numbers = {product.id: number_in_shop(product) for product in await unit.products.all()}
    found: dict[int, Flag] = {}
    for draft in about:
        content, number = draft.version.content, numbers.get(draft.product) if draft.product is not None else None
        terms = promised(live, plans, handle=draft.handle, product=number, now=unit.now) if number else None
        theirs = frozenset(one.application.id for one in applied if one.creator == draft.creator)
        if flag := contradiction(content.offer, terms) or cards_differ(content.cards, terms, CardFacts(number, theirs)):
            found[draft.number] = flag
    return found


async def read_worth(
    unit: Unit, brand: BrandId, drafts: Sequence[Draft]
) -> tuple[dict[int, int | None], dict[int, int | None]]:
    """(fees, samples) of drafts by number, in minor units of the brand's currency by today's table."""
    offers = {draft.number: draft.version.content.offer for draft in drafts}
    if not any(offer.flat_fee or offer.free_sample for offer in offers.values()):
        return {}, {}
    currency, rates = (await unit.people.brand(brand)).currency, await unit.knowledge.rates()
    prices = {product.id: product.price for product in await unit.products.all()}
    fees = {number: worth(offer.flat_fee, currency=currency, rates=rates) for number, offer in offers.items()}
    samples = {
        draft.number: worth(prices.get(draft.product) if draft.product else None, currency=currency, rates=rates)
        for draft in drafts
        if offers[draft.number].free_sample
    }
    return fees, samples
