"""Sales of one shop taken in from a platform: posts first, so that sales find whose they are."""

from datetime import datetime

from agent.samples.posting import move_posted
from connectors.ports.platforms import SaleSource
from memory.domain.ids import BrandId
from memory.domain.stores import Units
from memory.domain.workspace import Scope


async def take_sales(units: Units, scope: Scope, source: SaleSource, *, brand: BrandId, as_of: datetime) -> int:
    """Keep everything a source tells of a brand's shop, batch by batch; how many lines that were.

    May be repeated after a crash. Raises Unavailable (retryable).
    """
    async for posts in source.posts():
        async with units.unit(scope) as unit:
            await unit.sales.add_posts(posts, brand=brand, source=source.name, as_of=as_of)
            await move_posted(unit, [post.content for post in posts], brand=brand)
    taken = 0
    async for sales in source.sales():
        async with units.unit(scope) as unit:
            await unit.sales.upsert(sales, brand=brand, source=source.name, as_of=as_of)
        taken += len(sales)
    return taken
