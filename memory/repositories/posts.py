"""Posts of creators with what they gathered day by day; a sale that waits for its post finds its creator.

Their hours say where a creator seems to live, where no source does.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.ids import BrandId
from memory.domain.sales import ContentPost, Rule
from memory.domain.workspace import Scope
from memory.models.sales import ContentDayRow, ContentPostRow, OrderLineRow
from memory.repositories.likely_zones import conclude_zones
from memory.repositories.rollups import add_to_rollups, told_by
from memory.repositories.sale_rows import Deltas, parts_in
from memory.repositories.sold_by import SoldBy
from memory.tenancy import ScopedSession

_COUNTED = ("views", "likes", "comments", "shares", "clicks")
_QUIET = {"synchronize_session": False}


class PostRepository:
    """Keeps posts of one scope; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._owners = SoldBy(session, scope, now)

    async def add(
        self, posts: Sequence[ContentPost], *, brand: BrandId, market: str, source: str, as_of: datetime
    ) -> int:
        """See `SalesStore.add_posts`; the brand is locked."""
        creators = await self._owners.creators(
            (post.handle for post in posts), market=market, source=source, as_of=as_of
        )
        owned = [post for post in posts if post.handle.lower() in creators]
        if not owned:
            return 0
        products, _ = await self._owners.products({(post.product, "") for post in owned if post.product}, brand=brand)
        known = set(
            await self._session.scalars(
                select(ContentPostRow.content).where(
                    ContentPostRow.brand_id == brand, ContentPostRow.content.in_([post.content for post in owned])
                )
            )
        )
        rows = [
            {
                "brand_id": brand,
                "content": post.content,
                "creator_id": creators[post.handle.lower()],
                "product_id": products.get(post.product),
                "kind": post.kind.value,
                "posted_at": post.posted_at,
                "link": post.link,
                "source": source,
                "as_of": as_of,
            }
            for post in {post.content: post for post in owned}.values()
        ]
        statement = insert(ContentPostRow)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["brand_id", "content"],
                set_={name: statement.excluded[name] for name in rows[0] if name not in ("brand_id", "content")},
                where=ContentPostRow.as_of <= statement.excluded.as_of,
            ),
            rows,
            execution_options={"render_nulls": True},
        )
        ids = {
            row.content: row.id
            for row in await self._session.execute(
                select(ContentPostRow.content, ContentPostRow.id).where(
                    ContentPostRow.brand_id == brand, ContentPostRow.content.in_([post.content for post in owned])
                )
            )
        }
        await self._count(owned, ids, brand)
        await self._claim([content for content in ids if content not in known], brand)
        await conclude_zones(self._session, {creators[post.handle.lower()] for post in owned})
        days = [one.day for post in owned for one in post.counters]
        if days:
            added = len(ids) - len(known)
            await told_by(
                self._session, brand, source, "posts", as_of=as_of, first=min(days), last=max(days), added=added
            )
        return len(rows)

    async def _count(self, posts: Sequence[ContentPost], ids: dict[str, int], brand: BrandId) -> None:
        """Counters of a day replace those told before, as far as they are told."""
        rows = {
            (ids[post.content], one.day): {
                "brand_id": brand,
                "post_id": ids[post.content],
                "day": one.day,
                **{name: getattr(one, name) for name in _COUNTED},
            }
            for post in posts
            for one in post.counters
        }
        if not rows:
            return
        statement = insert(ContentDayRow)
        await self._session.execute(
            statement.on_conflict_do_update(
                index_elements=["post_id", "day"],
                set_={name: statement.excluded[name] for name in _COUNTED},
            ),
            list(rows.values()),
            execution_options={"render_nulls": True},
        )

    async def _claim(self, contents: Sequence[str], brand: BrandId) -> None:
        """Lines of new posts that were nobody's become their creators'."""
        if not contents:
            return
        waiting = await self._session.execute(
            select(OrderLineRow, ContentPostRow.creator_id)
            .join(
                ContentPostRow,
                (ContentPostRow.content == OrderLineRow.content) & (ContentPostRow.brand_id == OrderLineRow.brand_id),
            )
            .where(
                OrderLineRow.brand_id == brand,
                OrderLineRow.content.in_(contents),
                OrderLineRow.creator_id.is_(None),
            )
        )
        deltas = Deltas()
        for row, creator in waiting.all():
            key, parts = parts_in(row)
            deltas.add(key, parts, sign=-1)
            deltas.add(key._replace(creator_id=creator, rule=Rule.CONTENT.value), parts)
            await self._session.execute(
                update(OrderLineRow)
                .where(OrderLineRow.id == row.id)
                .values(creator_id=creator, rule=Rule.CONTENT.value),
                execution_options=_QUIET,
            )
        await add_to_rollups(self._session, deltas, brand)
