"""How one list of a brand's shop was last read, and why it may say nothing."""

from dataclasses import dataclass
from enum import StrEnum

from memory.domain.ids import BrandId
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import ShopLink, Sync
from memory.domain.stores import Unit


class Gap(StrEnum):
    """Why nothing is read now, as the key of a text that says what to do."""

    DEMO = "shop_not_in_demo"
    NOT_CONNECTED = "shop_gap_not_connected"
    REVOKED = "shop_revoked"
    UNREAD = "shop_gap_unread"


@dataclass(frozen=True, slots=True)
class Reading:
    """`sync`: how the list was last read, None: never; `gap` None: it was read, and is read on."""

    sync: Sync | None
    gap: Gap | None


async def reading_of(unit: Unit, brand: BrandId, source: ShopSource) -> Reading:
    """How a list of a brand's shop stands."""
    link = await unit.shops.of_brand(brand)
    sources = await unit.shop_sources.of(link.id) if link is not None else {}
    sync = sources.get(source)
    is_demo = (await unit.people.workspace()).is_demo
    return Reading(sync, gap_of(link, sync, is_demo=is_demo))


def gap_of(link: ShopLink | None, sync: Sync | None, *, is_demo: bool) -> Gap | None:
    """Why nothing is read of a shop now. Pure."""
    if link is not None and link.connected:
        return Gap.UNREAD if sync is None or sync.ended_at is None else None
    if is_demo:
        return Gap.DEMO
    return Gap.REVOKED if link is not None and link.revoked_at is not None else Gap.NOT_CONNECTED
