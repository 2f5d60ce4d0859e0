"""Which cards go after the texts of a batch over the brand's shop: chosen, else the brand's own; what lacks is said."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from memory.domain.applications import KnownApplication
from memory.domain.collaborations import Collaboration, Terms, number_in_shop, terms_of
from memory.domain.outreach import FIRST_MESSAGES, Channel, Flag, NewDraft, Purpose
from memory.domain.shop_cards import CardKind, ShopCard, in_order
from memory.domain.stores import Unit
from memory.domain.workspace import BrandPolicy
from tools.drafting.known import Occasion

# The brand's own choice is about these; whatever is asked for by name goes with any message.
_BY_SETTING = FIRST_MESSAGES | {Purpose.FOLLOW_UP}
LACKING: Mapping[CardKind, str] = {
    CardKind.PRODUCT: "card_lacks_product",
    CardKind.COLLABORATION: "card_lacks_collaboration",
    CardKind.SAMPLE: "card_lacks_sample",
}
NO_SHOP = "card_lacks_shop"


async def with_cards(
    unit: Unit,
    drafts: Sequence[NewDraft],
    occasions: Sequence[Occasion],
    *,
    chosen: Sequence[CardKind] | None,
    policy: BrandPolicy,
) -> tuple[NewDraft, ...]:
    """The same drafts, those over the shop with their cards. `chosen` None: as the brand's settings say."""
    wanted = {
        occasion.creator.id: kinds_wanted(occasion.purpose, chosen=chosen, policy=policy)
        for occasion in occasions
        if occasion.channel is Channel.TIKTOK
    }
    if chosen:
        elsewhere = Flag(NO_SHOP, {}, blocking=False)
        drafts = [
            draft if draft.creator in wanted else replace(draft, flags=(*draft.flags, elsewhere)) for draft in drafts
        ]
    creators = [creator for creator, kinds in wanted.items() if kinds]
    if not creators:
        bare = [replace(draft, content=replace(draft.content, cards=())) for draft in drafts]
        return tuple(bare if chosen is not None else drafts)
    live = await unit.collaborations.of(creators, brand=occasions[0].brand.id)
    applied = await unit.applications.under_way(creators)
    return tuple(
        _carrying(draft, occasion, wanted.get(occasion.creator.id, ()), live, applied, now=unit.now)
        for draft, occasion in zip(drafts, occasions, strict=True)
    )


def kinds_wanted(
    purpose: Purpose, *, chosen: Sequence[CardKind] | None, policy: BrandPolicy
) -> tuple[CardKind, ...]:  # fmt: skip
    """Which cards a message of a purpose should carry. Pure."""
    if chosen is not None:
        return in_order(chosen)
    own = {
        CardKind.PRODUCT: policy.product_cards, CardKind.COLLABORATION: policy.collaboration_cards,
        CardKind.SAMPLE: policy.sample_cards,
    }  # fmt: skip
    return tuple(kind for kind in CardKind if own[kind]) if purpose in _BY_SETTING else ()


def _carrying(
    draft: NewDraft,
    occasion: Occasion,
    kinds: Sequence[CardKind],
    live: Sequence[Collaboration],
    applied: Sequence[KnownApplication],
    *,
    now: datetime,
) -> NewDraft:
    """A draft with the cards there are, and a remark on each there is not."""
    product, creator = occasion.product, occasion.creator
    number = number_in_shop(product)
    terms = terms_of(live, handle=creator.handle, product=number, now=now) if number else None
    names = {one.id: one.name for one in live}
    theirs = [one.application for one in applied if one.creator == creator.id and one.application.product == number]
    found: dict[CardKind, ShopCard] = {}
    if product is not None and number:
        found[CardKind.PRODUCT] = ShopCard(CardKind.PRODUCT, number, product.name)
    if terms is not None:
        found[CardKind.COLLABORATION] = _of_collaboration(terms, names)
    if theirs:
        found[CardKind.SAMPLE] = ShopCard(CardKind.SAMPLE, theirs[0].id, theirs[0].title or theirs[0].product)
    cards = tuple(found[kind] for kind in kinds if kind in found)
    lacking = tuple(Flag(LACKING[kind], {}, blocking=False) for kind in kinds if kind not in found)
    return replace(draft, content=replace(draft.content, cards=cards), flags=(*draft.flags, *lacking))


def _of_collaboration(terms: Terms, names: Mapping[str, str]) -> ShopCard:
    name = names.get(terms.collaboration, terms.collaboration)
    return ShopCard(CardKind.COLLABORATION, terms.collaboration, name, terms.rate_bp, terms.gives_sample)
