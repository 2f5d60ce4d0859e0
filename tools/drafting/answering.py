"""Drafts answers to what creators wrote: one batch per message, because an answer's occasion is that message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Channel, CreatorMessage, Draft, Flag, Intent, Purpose
from memory.domain.stores import Unit
from tools.drafting.batching import LeftOut, Prepared, Wish, offer_or, outside_flags
from tools.drafting.known import Occasion
from tools.drafting.messengers import Messengers
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant


@dataclass(frozen=True, slots=True)
class Answering:
    """How answers should be; an empty offer means the one the creator was written."""

    offer: Offer
    product: str | None
    channels: Mapping[CreatorId, Channel]
    wish: Wish


async def prepare_answers(
    unit: Unit, creators: Sequence[Creator], how: Answering, messengers: Messengers
) -> tuple[list[Prepared], list[LeftOut]]:
    """The newest unanswered message of each creator; those who wrote nothing or opted out are left out."""
    messages = await unit.creator_messages.find(status="unanswered", handles=[creator.handle for creator in creators])
    newest = {message.creator: message for message in messages}
    ready: list[Prepared] = []
    left: list[LeftOut] = []
    for creator in creators:
        message = newest.get(creator.id)
        if message is None:
            left.append(LeftOut(creator.handle, Flag("no_message", {})))
        elif message.gist.intent is Intent.OPT_OUT:
            left.append(LeftOut(creator.handle, Flag("opted_out", {})))
        else:
            ready.append(await prepare_answer(unit, creator, message, how, messengers))
    return ready, left


async def prepare_answer(
    unit: Unit, creator: Creator, message: CreatorMessage, how: Answering, messengers: Messengers
) -> Prepared:
    """Read what one answer is about. Raises BadRequest ("which_product") when the product is not known."""
    earlier = await _answered_draft(unit, message)
    product = await _product(unit, how.product, earlier)
    brand = await brand_of(unit, message.brand)
    occasion = Occasion(
        creator=creator,
        brand=brand,
        purpose=Purpose.REPLY,
        channel=earlier.channel if earlier else how.channels[creator.id],
        product=product,
        offer=offer_or(how.offer, earlier),
        relation=(await unit.relations.of([creator.id])).get(creator.id),
        answering=message,
    )
    outside = await outside_flags(
        unit,
        [creator],
        brand=brand.id,
        purpose=Purpose.REPLY,
        channels={creator.id: occasion.channel},
        messengers=messengers,
    )
    return Prepared((occasion,), await unit.people.policy(brand.id), outside, message)


async def _answered_draft(unit: Unit, message: CreatorMessage) -> Draft | None:
    """Our message the creator answered."""
    batch = await unit.drafts.batch(message.batch_code) if message.batch_code else None
    if batch is None:
        return None
    return next((draft for draft in batch.drafts if draft.number == message.draft_number), None)


async def _product(unit: Unit, named: str | None, earlier: Draft | None) -> Product:
    if not named and earlier and earlier.product is not None:
        product = await unit.products.by_id(earlier.product)
        if product is not None:
            return product
    products = await unit.products.all()
    if not products:
        raise BadRequest("no_products")
    return product_meant(products, named)
