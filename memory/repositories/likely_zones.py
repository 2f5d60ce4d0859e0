"""Where creators seem to live, concluded anew from the hours of their posts whenever posts come in."""

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select

from memory.domain.markets import MARKETS
from memory.domain.posting_hours import likely_zone
from memory.models.creators import CreatorRow
from memory.models.sales import ContentPostRow
from memory.tenancy import ScopedSession

_SEVERAL_CLOCKS = [market.code for market in MARKETS.values() if market.spans_zones]


async def conclude_zones(session: ScopedSession, creators: Collection[int]) -> None:
    """Of those of the tenant's own creators whose zone no source gave and whose market has several clocks.

    What was concluded from more posts (another brand of the tenant may know more) stays. Public creators are nobody's
    to change.
    """
    rows = (
        await session.scalars(
            select(CreatorRow)
            .where(
                CreatorRow.id.in_(creators),
                CreatorRow.tenant_id.is_not(None),
                CreatorRow.zone.is_(None),
                CreatorRow.market.in_(_SEVERAL_CLOCKS),
            )
            .execution_options(populate_existing=True)
        )
    ).all()
    if not rows:
        return
    posted: defaultdict[int, list[datetime]] = defaultdict(list)
    for creator, at in await session.execute(
        select(ContentPostRow.creator_id, ContentPostRow.posted_at).where(
            ContentPostRow.creator_id.in_([row.id for row in rows])
        )
    ):
        posted[creator].append(at)
    for row in rows:
        if len(posted[row.id]) < (row.likely_zone_posts or 0):
            continue
        found = likely_zone(posted[row.id], MARKETS[row.market or ""].clocks)
        row.likely_zone = found.zone if found else None
        row.likely_zone_bp = found.confidence_bp if found else None
        row.likely_zone_posts = found.posts if found else None
    await session.flush()
