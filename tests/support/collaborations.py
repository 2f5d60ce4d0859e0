"""A live target collaboration of the office's shop, and messages that offer what it gives or something else."""

from collections.abc import Sequence
from datetime import timedelta

from evals.suites.selling_office import SellingOffice
from memory.domain.collaborations import Collaboration, CollaborationStatus, Invited, Rated
from memory.domain.ids import CreatorId
from memory.domain.offer import Offer
from memory.domain.outreach import Batch
from memory.domain.shop_cards import CardKind, ShopCard
from memory.domain.shops import SellerShop

NUMBER = "1729382256910270457"
OFFERED = Offer(commission_bp=2_000, free_sample=True)


CARD = ShopCard(CardKind.COLLABORATION, "c1", "Autumn", 2_000, gives_sample=True)
PRODUCT_CARD = ShopCard(CardKind.PRODUCT, NUMBER, "Cat tree")


async def offer_batch(
    shop: SellingOffice, creators: Sequence[CreatorId], offer: Offer = OFFERED, cards: tuple[ShopCard, ...] = ()
) -> Batch:
    """Drafts of a product that has a number in the shop."""
    async with shop.database.unit(shop.operator) as unit:
        link = f"https://shop.tiktok.com/view/product/{NUMBER}"
        product = await unit.products.save(None, {"name": "Cat tree", "link": link}, brand=shop.brand)
    return await shop.draft(creators, offer=offer, product=product.id, cards=cards)


async def approved_offer(shop: SellingOffice, *, cards: tuple[ShopCard, ...] = (), count: int = 1) -> Batch:
    """One, or so many, approved."""
    batch = await offer_batch(shop, await shop.creators(count), cards=cards)
    numbers = [draft.number for draft in batch.drafts]
    await shop.decide(await shop.show(batch, shop.anna), shop.anna, approve=numbers)
    return batch


async def collaborate(shop: SellingOffice, *, rate: int = 2_000, sample: bool = True, handles: int = 1) -> None:
    """The first creators are in one collaboration of the brand's shop, as the platform showed it just now."""
    async with shop.database.unit(shop.operator) as unit:
        link = await unit.shops.begin(shop.brand, by=shop.operator.member)
        link = await unit.shops.connect(link.id, [SellerShop("7001", "Acme US", "US")])
        names = [f"creator{number:05d}" for number in range(handles)]
        found = await unit.creators.by_handles(names)
        guests = tuple(Invited(f"u-{name}", name) for name in names)
        one = Collaboration(
            "c1", "Autumn", CollaborationStatus.LIVE, unit.now + timedelta(days=60), sample, False,
            (Rated(NUMBER, "Cat tree", rate, unit.now),), guests,
        )  # fmt: skip
        await unit.collaborations.keep(link, [one], creators={name: found[name].id for name in names})
