"""Posts of creators with what they gathered day by day, each kept once under the platform's id.

Their hours say where a creator seems to live, where no source does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select

from memory.bulk import upsert_many
from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.import_stores import RowOutcome
from memory.domain.performance_stores import KeptPost
from memory.domain.sales import ContentKind, ContentPost, DayCounters
from memory.domain.workspace import Scope
from memory.models.sales import ContentDayRow, ContentPostRow
from memory.models.shop import ProductRow
from memory.repositories.likely_zones import conclude_zones
from memory.repositories.rollups import told_by
from memory.repositories.sold_by import SoldBy
from memory.tenancy import ScopedSession

_COUNTED = ("views", "likes", "comments", "shares", "clicks", "orders")
_Day = dict[str, int | None]


@dataclass(slots=True)
class _Known:
    """A post as it is to be written; `days` are those already known."""

    values: dict[str, Any]
    source: str
    as_of: datetime
    days: dict[date, _Day] = field(default_factory=dict)
    is_new: bool = False
    changed: bool = False
    changed_days: set[date] = field(default_factory=set)

    def take(self, values: Mapping[str, Any], counters: Sequence[DayCounters], source: str, as_of: datetime) -> None:
        """Take over what is told: later wins, earlier fills gaps, and what is untold stays."""
        newer = as_of >= self.as_of
        merged = _merged(self.values, values, newer=newer)
        if merged != self.values:
            self.values, self.changed = merged, True
            if newer:
                self.source, self.as_of = source, as_of
        for one in counters:
            known = self.days.get(one.day, {})
            told = _merged(known, {name: getattr(one, name) for name in _COUNTED}, newer=newer)
            if told != known:
                self.days[one.day] = told
                self.changed_days.add(one.day)


def _merged(known: Mapping[str, Any], told: Mapping[str, Any], *, newer: bool) -> dict[str, Any]:
    first, second = (told, known) if newer else (known, told)
    return {name: second.get(name) if first.get(name) in (None, "") else first[name] for name in told}


class PostRepository:
    """Keeps posts of one scope; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._owners = SoldBy(session, scope, now)

    async def add(
        self, posts: Sequence[ContentPost], *, brand: BrandId, market: str, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """See `SalesStore.add_posts`; the brand is locked, and sales are not looked at."""
        creators = await self._owners.creators(
            (post.handle for post in posts), market=market, source=source, as_of=as_of
        )
        goods = {(post.product, post.product_name) for post in posts if post.product or post.product_name}
        by_id, by_name = await self._owners.products(goods, brand=brand)
        known = await self._known([post.content for post in posts], brand)
        outcomes = []
        for post in posts:
            creator = creators.get(post.handle.lower())
            if creator is None:
                outcomes.append(RowOutcome.LEFT_OUT)
                continue
            values = {
                "creator_id": creator,
                "product_id": by_id.get(post.product) or by_name.get(post.product_name.casefold()),
                "kind": post.kind.value,
                "posted_at": post.posted_at,
                "link": post.link,
            }
            outcomes.append(_take(known, post, values, source, as_of))
        await self._write(known, brand)
        handles = {post.handle.lower() for post in posts}
        await conclude_zones(self._session, {creators[handle] for handle in handles if handle in creators})
        days = [one.day for post in posts for one in post.counters]
        if days:
            added = sum(one.is_new for one in known.values())
            await told_by(
                self._session, brand, source, "posts", as_of=as_of, first=min(days), last=max(days), added=added
            )
        return outcomes

    async def of(
        self, brands: Sequence[int], *, creators: Sequence[CreatorId] | None, contents: Sequence[str] | None, limit: int
    ) -> list[KeptPost]:
        """See `SalesStore.posts`."""
        sums = [func.sum(getattr(ContentDayRow, name)).label(name) for name in _COUNTED]
        counted = select(ContentDayRow.post_id, *sums).group_by(ContentDayRow.post_id).subquery()
        wanted = (
            select(ContentPostRow, ProductRow.name, *(counted.c[name] for name in _COUNTED))
            .outerjoin(ProductRow, ProductRow.id == ContentPostRow.product_id)
            .outerjoin(counted, counted.c.post_id == ContentPostRow.id)
            .where(ContentPostRow.brand_id.in_(brands))
            .order_by(ContentPostRow.posted_at.desc(), ContentPostRow.id.desc())
            .limit(limit)
        )
        if creators is not None:
            wanted = wanted.where(ContentPostRow.creator_id.in_(creators))
        if contents is not None:
            wanted = wanted.where(ContentPostRow.content.in_(contents))
        return [
            KeptPost(
                content=row.content,
                brand=BrandId(row.brand_id),
                creator=CreatorId(row.creator_id),
                kind=ContentKind(row.kind),
                posted_at=row.posted_at,
                link=row.link,
                product=ProductId(row.product_id) if row.product_id else None,
                product_name=product or "",
                counted={name: int(value) for name, value in zip(_COUNTED, sums, strict=True) if value is not None},
            )
            for row, product, *sums in await self._session.execute(wanted)
        ]

    async def _known(self, contents: Sequence[str], brand: BrandId) -> dict[str, _Known]:
        rows = await self._session.scalars(
            select(ContentPostRow)
            .where(ContentPostRow.brand_id == brand, ContentPostRow.content.in_(sorted(set(contents))))
            .execution_options(populate_existing=True)
        )
        known, by_id = {}, {}
        for row in rows:
            values = {
                "creator_id": row.creator_id, "product_id": row.product_id, "kind": row.kind,
                "posted_at": row.posted_at, "link": row.link,
            }  # fmt: skip
            known[row.content] = by_id[row.id] = _Known(values, row.source, row.as_of)
        days = select(ContentDayRow.post_id, ContentDayRow.day, *(getattr(ContentDayRow, name) for name in _COUNTED))
        if by_id:
            for post, day, *counted in await self._session.execute(days.where(ContentDayRow.post_id.in_(list(by_id)))):
                by_id[post].days[day] = dict(zip(_COUNTED, counted, strict=True))
        return known

    async def _write(self, known: Mapping[str, _Known], brand: BrandId) -> None:
        written = [
            {"content": content, **one.values, "source": one.source, "as_of": one.as_of}
            for content, one in known.items()
            if one.is_new or one.changed
        ]
        await upsert_many(self._session, ContentPostRow, written, brand=brand, unique=("brand_id", "content"))
        counted = [content for content, one in known.items() if one.changed_days]
        if not counted:
            return
        ids = await self._session.execute(
            select(ContentPostRow.content, ContentPostRow.id).where(
                ContentPostRow.brand_id == brand, ContentPostRow.content.in_(counted)
            )
        )
        rows = [
            {"post_id": row.id, "day": day, **known[row.content].days[day]}
            for row in ids
            for day in sorted(known[row.content].changed_days)
        ]
        await upsert_many(self._session, ContentDayRow, rows, brand=brand, unique=("post_id", "day"))


def _take(
    known: dict[str, _Known], post: ContentPost, values: dict[str, Any], source: str, as_of: datetime
) -> RowOutcome:
    """What became of a post by what is told of it now."""
    one = known.get(post.content)
    if one is None:
        one = known[post.content] = _Known(values, source, as_of, is_new=True)
        one.take(values, post.counters, source, as_of)
        return RowOutcome.ADDED
    days, before = set(one.days), (dict(one.values), {day: dict(told) for day, told in one.days.items()})
    one.take(values, post.counters, source, as_of)
    if {counted.day for counted in post.counters} - days:
        return RowOutcome.ADDED
    return RowOutcome.SAME if (one.values, one.days) == before else RowOutcome.CHANGED
