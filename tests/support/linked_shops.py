"""A brand of the office that lets us into its shop: the row alone, for whoever authorises over it."""

from memory.domain.ids import ShopLinkId
from tests.agent.deliveries.conftest import PushShop


async def linked(shop: PushShop) -> ShopLinkId:
    """The row of the office's brand, ready to keep what comes of an authorisation."""
    async with shop.database.unit(shop.office.owner) as unit:
        return (await unit.shops.begin(shop.office.brand, by=shop.office.owner.member)).id
