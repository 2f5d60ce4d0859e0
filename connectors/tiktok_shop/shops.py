"""Which shops an authorisation covers, and the cipher each is named by."""

from dataclasses import dataclass, field

from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.operations import SHOPS
from memory.domain.errors import Refused
from memory.domain.ids import ShopLinkId


@dataclass(frozen=True, slots=True)
class Shop:
    """One shop. `region` is ISO 3166 alpha-2; `is_local`: else the seller is from across the border."""

    id: str
    name: str
    region: str
    is_local: bool
    cipher: str = field(repr=False)


async def shops(client: ShopClient, link: ShopLinkId) -> tuple[Shop, ...]:
    """Every shop of who authorised the link. Raises as `ShopClient.ask`."""
    found = (await client.ask(ShopPlace(link), SHOPS)).get("shops")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return tuple(
        Shop(
            str(row.get("id", "")),
            str(row.get("name", "")),
            str(row.get("region", "")),
            row.get("seller_type") == "LOCAL",
            str(row["cipher"]),
        )
        for row in rows
        if row.get("cipher")
    )


async def place_of(client: ShopClient, link: ShopLinkId, shop: str) -> ShopPlace:
    """Where one shop is asked, by its id. Raises Refused("shop_not_authorised") for one that is not covered."""
    for one in await shops(client, link):
        if one.id == shop:
            return ShopPlace(link, one.cipher)
    raise Refused("shop_not_authorised")
