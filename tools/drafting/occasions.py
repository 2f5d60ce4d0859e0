"""Gathers what one message is about from the unit: creator, relation, brand, product, policy."""

from memory.domain.errors import NotFound
from memory.domain.ids import BrandId
from memory.domain.outreach import CreatorMessage, Draft, Purpose
from memory.domain.stores import Unit
from memory.domain.workspace import Brand, BrandPolicy
from tools.drafting.known import Occasion


async def occasion_of(unit: Unit, draft: Draft) -> tuple[Occasion, BrandPolicy]:
    """What a kept draft is about, read afresh, and its brand's policy. Raises NotFound."""
    creators = await unit.creators.by_ids([draft.creator])
    if draft.creator not in creators:
        raise NotFound("creator_unknown", handles=f"@{draft.handle}")
    product = await unit.products.by_id(draft.product) if draft.product is not None else None
    brand = await brand_of(unit, product.brand if product else None)
    relations = await unit.relations.of([draft.creator])
    occasion = Occasion(
        creator=creators[draft.creator],
        brand=brand,
        purpose=draft.purpose,
        channel=draft.channel,
        product=product,
        offer=draft.version.content.offer,
        relation=relations.get(draft.creator),
        answering=await _answered(unit, draft) if draft.purpose is Purpose.REPLY else None,
    )
    return occasion, await unit.people.policy(brand.id)


async def brand_of(unit: Unit, named: BrandId | None = None) -> Brand:
    """The scope's brand, a named one, or the only one. Raises NotFound ("which_brand") when that is not one."""
    wanted = unit.scope.brand or named
    if wanted is not None:
        return await unit.people.brand(wanted)
    brands = await unit.people.brands()
    if len(brands) != 1:
        raise NotFound("which_brand", brands="、".join(brand.name for brand in brands))
    return brands[0]


async def _answered(unit: Unit, draft: Draft) -> CreatorMessage | None:
    """The message a reply draft answers: the creator's newest."""
    messages = await unit.creator_messages.find(status="all", handles=[draft.handle])
    suggested = [message for message in messages if message.suggested and message.suggested.id == draft.id]
    chosen = suggested or messages
    return chosen[-1] if chosen else None
