"""Drafts answers to what creators wrote: one batch per message, because an answer's occasion is that message."""

from collections.abc import Sequence
from dataclasses import dataclass

from memory.domain.creator import Creator
from memory.domain.errors import BadRequest
from memory.domain.offer import Offer, Product
from memory.domain.outreach import Batch, Channel, CreatorMessage, Draft, Flag, Intent, Purpose
from memory.domain.stores import Unit
from tools.contract import TextModel, TurnContext
from tools.drafting.batching import LeftOut, Wish, keep_batch, offer_or, outside_flags, write_batch
from tools.drafting.known import Occasion
from tools.drafting.messengers import Messengers
from tools.drafting.occasions import brand_of
from tools.drafting.product_meant import product_meant


@dataclass(frozen=True, slots=True)
class Answering:
    """How answers should be; an empty offer means the one the creator was written."""

    offer: Offer
    product: str | None
    channel: Channel
    wish: Wish


async def answer_creators(
    unit: Unit,
    creators: Sequence[Creator],
    how: Answering,
    turn: TurnContext,
    messengers: Messengers,
    model: TextModel | None,
) -> tuple[list[Batch], list[LeftOut]]:
    """A batch for the newest unanswered message of each creator; those who wrote nothing are left out."""
    messages = await unit.creator_messages.find(status="unanswered", handles=[creator.handle for creator in creators])
    newest = {message.creator: message for message in messages}
    batches: list[Batch] = []
    left: list[LeftOut] = []
    for creator in creators:
        message = newest.get(creator.id)
        if message is None:
            left.append(LeftOut(creator.handle, Flag("no_message", {})))
        elif message.gist.intent is Intent.OPT_OUT:
            left.append(LeftOut(creator.handle, Flag("opted_out", {})))
        else:
            batches.append(await answer(unit, creator, message, how, turn, messengers, model))
    return batches, left


async def answer(
    unit: Unit,
    creator: Creator,
    message: CreatorMessage,
    how: Answering,
    turn: TurnContext,
    messengers: Messengers,
    model: TextModel | None,
) -> Batch:
    """One answer, kept as a batch of one. Raises BadRequest ("which_product") when the product is not known."""
    earlier = await _answered_draft(unit, message)
    product = await _product(unit, how.product, earlier)
    brand = await brand_of(unit, message.brand)
    occasion = Occasion(
        creator=creator,
        brand=brand,
        purpose=Purpose.REPLY,
        channel=earlier.channel if earlier else how.channel,
        product=product,
        offer=offer_or(how.offer, earlier),
        relation=(await unit.relations.of([creator.id])).get(creator.id),
        answering=message,
    )
    outside = await outside_flags(
        unit, [creator], brand=brand.id, purpose=Purpose.REPLY, channel=occasion.channel, messengers=messengers
    )
    policy = await unit.people.policy(brand.id)
    written = await write_batch([occasion], how.wish, policy=policy, outside=outside, lang=turn.lang, model=model)
    return await keep_batch(unit, written, occasion, conversation=turn.conversation, fence=turn.fence, answers=message)


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
