"""What is told of sales, kept line by line; the day's sums gain in the same transaction what the lines gain."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, func, select

from memory.bulk import upsert_many
from memory.domain.errors import NotFound
from memory.domain.ids import BrandId, CreatorId
from memory.domain.import_stores import RowOutcome
from memory.domain.markets import reporting_zone
from memory.domain.performance_stores import KeptPost, RateDiffers
from memory.domain.rates import AgreedRate, AgreedRates
from memory.domain.sale_books import differences, is_alike, merged, totals_of
from memory.domain.sales import ContentPost, Difference, Rule, Sale
from memory.domain.workspace import Scope
from memory.models.sales import CommissionRow, ContentPostRow, OrderLineRow, RefundRow
from memory.models.workspace import BrandRecord
from memory.repositories.posts import PostRepository
from memory.repositories.rates import RateRepository
from memory.repositories.rollups import add_to_rollups, rebuild, told_by, wrong_days, wrong_lines
from memory.repositories.sale_rows import (
    Deltas,
    Kept,
    Whose,
    commission_values,
    key_of,
    parts_in,
    parts_of,
    refund_values,
    to_sale,
    to_values,
)
from memory.repositories.sold_by import Found, SoldBy
from memory.tenancy import ScopedSession

_AT_ONCE = 2_000
_KIND = "orders"
_NEWS = frozenset({RowOutcome.ADDED, RowOutcome.CHANGED})
_Id = tuple[str, str]
_Known = dict[_Id, tuple[OrderLineRow, Sale]]


class SalesRepository:
    """Satisfies `memory.domain.performance_stores.SalesStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now
        self._owners = SoldBy(session, scope, now)
        self._posts = PostRepository(session, scope, now)
        self._rates = RateRepository(session)

    async def upsert(self, sales: Sequence[Sale], *, brand: BrandId, source: str, as_of: datetime) -> list[RowOutcome]:
        """See `SalesStore.upsert`. One writer a brand at a time, so that sums gain what was read."""
        market = await locked_market(self._session, brand)
        outcomes: list[RowOutcome] = []
        for start in range(0, len(sales), _AT_ONCE):
            some = sales[start : start + _AT_ONCE]
            outcomes += await self._upsert_some(some, brand, market, source, as_of)
        return outcomes

    async def heard(self, *, brand: BrandId, source: str, as_of: datetime) -> None:
        """See `SalesStore.heard`."""
        day = as_of.astimezone(reporting_zone(await locked_market(self._session, brand))).date()
        await told_by(self._session, brand, source, _KIND, as_of=as_of, first=day, last=day, added=0)

    async def add_posts(
        self, posts: Sequence[ContentPost], *, brand: BrandId, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """See `SalesStore.add_posts`."""
        market = await locked_market(self._session, brand)
        outcomes = await self._posts.add(posts, brand=brand, market=market, source=source, as_of=as_of)
        told = sorted({post.content for post, outcome in zip(posts, outcomes, strict=True) if outcome in _NEWS})
        posted = select(ContentPostRow.content).where(
            ContentPostRow.brand_id == brand, ContentPostRow.content.in_(told)
        )
        weaker = OrderLineRow.rule.in_([Rule.CODE.value, Rule.LINK.value])
        await self._rewrite(
            brand, market, OrderLineRow.content.in_(posted), OrderLineRow.creator_id.is_(None) | weaker
        )  # fmt: skip
        return outcomes

    async def posts(
        self,
        *,
        brand: BrandId,
        creators: Sequence[CreatorId] | None = None,
        contents: Sequence[str] | None = None,
        limit: int = 500,
    ) -> list[KeptPost]:
        """See `SalesStore.posts`."""
        return await self._posts.of([brand], creators=creators, contents=contents, limit=limit)

    async def agree(
        self, rates: Sequence[AgreedRate], *, brand: BrandId, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """See `SalesStore.agree`."""
        market = await locked_market(self._session, brand)
        outcomes = await self._rates.keep(rates, brand=brand, source=source, as_of=as_of)
        news = [rate for rate, outcome in zip(rates, outcomes, strict=True) if outcome in _NEWS]
        await self._owe_anew(brand, market, news)
        return outcomes

    async def take_back_rate(self, rate: AgreedRate, before: AgreedRate | None, *, brand: BrandId, source: str) -> bool:
        """See `SalesStore.take_back_rate`."""
        market = await locked_market(self._session, brand)
        if rate not in await self._rates.of(brand, [rate.creator] if rate.creator else None):
            return False
        if before is None:
            await self._rates.forget(rate, brand=brand)
        else:
            await self._rates.keep([before], brand=brand, source=source, as_of=self._now)
        await self._owe_anew(brand, market, [rate])
        return True

    async def _owe_anew(self, brand: BrandId, market: str, news: Sequence[AgreedRate]) -> None:
        """Reckon anew what orders owe of which no commission is told, from the earliest of some rates on."""
        if not news:
            return
        owing = [OrderLineRow.told.is_(False), OrderLineRow.placed_at >= min(rate.since for rate in news)]
        if all(rate.creator for rate in news):
            owing.append(OrderLineRow.creator_id.in_(sorted({rate.creator for rate in news if rate.creator})))
        days = await self._session.scalars(
            select(OrderLineRow.day).where(OrderLineRow.brand_id == brand, *owing).distinct().order_by(OrderLineRow.day)
        )
        for day in days.all():
            await self._rewrite(brand, market, OrderLineRow.day == day, *owing)

    async def agreed(self, *, brand: BrandId, creators: Sequence[CreatorId] | None = None) -> list[AgreedRate]:
        """See `SalesStore.agreed`."""
        return await self._rates.of(brand, creators)

    async def end_agreed(self, *, brand: BrandId, at: datetime) -> None:
        """See `SalesStore.end_agreed`."""
        await self._rates.end_collaborations(brand, at=at)

    async def differing_rates(self, brand: BrandId, *, since: datetime) -> list[RateDiffers]:
        """See `SalesStore.differing_rates`."""
        return await self._rates.differing(brand, since=since)

    async def differences(self, sales: Sequence[Sale], *, brand: BrandId) -> list[tuple[Difference, ...]]:
        """See `SalesStore.differences`."""
        found: list[tuple[Difference, ...]] = []
        for start in range(0, len(sales), _AT_ONCE):
            some = sales[start : start + _AT_ONCE]
            known = await self._known(some, brand)
            for sale in some:
                row, own = known.get(_id(sale), (None, None))
                if row is None or own is None:
                    found.append(())
                else:
                    found.append(tuple(differences(own, sale, source=row.source, as_of=row.as_of)))
        return found

    async def placed_at(self, order: str, *, brand: BrandId) -> datetime | None:
        """See `SalesStore.placed_at`."""
        placed: datetime | None = await self._session.scalar(
            select(OrderLineRow.placed_at)
            .where(OrderLineRow.brand_id == brand, OrderLineRow.order_no == order)
            .order_by(OrderLineRow.id)
            .limit(1)
        )
        return placed

    async def wrong_days(self, brand: BrandId) -> list[date]:
        """See `SalesStore.wrong_days`."""
        return sorted({*await wrong_days(self._session, brand), *await wrong_lines(self._session, brand)})

    async def mend(self, brand: BrandId, days: Sequence[date]) -> None:
        """See `SalesStore.mend`."""
        market = await locked_market(self._session, brand)
        for day in days:
            await self._rewrite(brand, market, OrderLineRow.day == day)
        await rebuild(self._session, brand, days)

    async def claim_codes(self, keys: Sequence[str], *, brand: BrandId) -> None:
        """Sales that redeemed codes which are kept since, and are nobody's, become their creators'."""
        market = await locked_market(self._session, brand)
        same = func.upper(func.replace(OrderLineRow.code, " ", ""))
        await self._rewrite(
            brand, market, OrderLineRow.creator_id.is_(None), OrderLineRow.code != "", same.in_(keys)
        )  # fmt: skip

    async def _rewrite(self, brand: BrandId, market: str, *conditions: ColumnElement[bool]) -> None:
        """Write lines of a locked brand anew from what was told of them: whose they are may have come to be known."""
        known = await self._where(OrderLineRow.brand_id == brand, *conditions)
        kept = [Kept(sale, row.as_of, row.source, row.id, parts_in(row)) for row, sale in known.values()]
        if kept:
            await self._write(kept, known, brand, market, "", self._now)

    async def _known(self, sales: Sequence[Sale], brand: BrandId) -> _Known:
        """Lines that are here already, with everything told of them."""
        orders = sorted({sale.line.order for sale in sales})
        return await self._where(OrderLineRow.brand_id == brand, OrderLineRow.order_no.in_(orders))

    async def _where(self, *conditions: ColumnElement[bool]) -> _Known:
        rows = list(
            await self._session.scalars(
                select(OrderLineRow).where(*conditions).execution_options(populate_existing=True)
            )
        )
        if not rows:
            return {}
        ids = [row.id for row in rows]
        refunds: dict[int, list[RefundRow]] = defaultdict(list)
        for refund in await self._session.scalars(select(RefundRow).where(RefundRow.line_id.in_(ids))):
            refunds[refund.line_id].append(refund)
        owed: dict[int, list[CommissionRow]] = defaultdict(list)
        for one in await self._session.scalars(select(CommissionRow).where(CommissionRow.line_id.in_(ids))):
            owed[one.line_id].append(one)
        handles, products = await self._owners.called(
            (row.creator_id for row in rows if row.creator_id), (row.product_id for row in rows if row.product_id)
        )
        return {
            (row.order_no, row.sku): (
                row,
                to_sale(row, refunds[row.id], owed[row.id], handles=handles, products=products),
            )
            for row in rows
        }

    async def _upsert_some(
        self, sales: Sequence[Sale], brand: BrandId, market: str, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        known = await self._known(sales, brand)
        lines: dict[_Id, Kept] = {}
        outcomes = []
        for sale in sales:
            own = _id(sale)
            kept = lines.get(own)
            if kept is None and own in known:
                row, before = known[own]
                kept = lines[own] = Kept(before, row.as_of, row.source, row.id, parts_in(row))
            if kept is None:
                lines[own] = Kept(sale, as_of, source, changed=True)
                outcomes.append(RowOutcome.ADDED)
                continue
            newer = as_of >= kept.as_of
            after = merged(kept.sale, sale, newer=newer)
            if is_alike(after, kept.sale):
                outcomes.append(RowOutcome.SAME)
                continue
            outcomes.append(RowOutcome.CHANGED)
            kept.sale, kept.changed = after, True
            if newer:
                kept.as_of, kept.source = as_of, source
        written = [kept for kept in lines.values() if kept.changed]
        if written:
            await self._write(written, known, brand, market, source, as_of)
        days = [sale.line.placed_at.astimezone(reporting_zone(market)).date() for sale in sales]
        await told_by(
            self._session, brand, source, _KIND, as_of=as_of, first=min(days), last=max(days),
            added=outcomes.count(RowOutcome.ADDED),
        )  # fmt: skip
        return outcomes

    async def _write(
        self, written: list[Kept], known: _Known, brand: BrandId, market: str, source: str, as_of: datetime
    ) -> None:
        zone = reporting_zone(market)
        found = await self._owners.find(
            [kept.sale.line for kept in written], brand=brand, market=market, source=source, as_of=as_of
        )
        owned = [_whose(found, kept, known) for kept in written]
        agreed = AgreedRates(await self._rates.of(brand, {whose.creator for whose in owned if whose.creator}))
        deltas = Deltas()
        values = []
        for kept, whose in zip(written, owned, strict=True):
            line = kept.sale.line
            day = line.placed_at.astimezone(zone).date()
            held = agreed.of(whose.creator, whose.product, line.placed_at)
            totals = totals_of(kept.sale, market=market, day=day, rate_bp=held.rate_bp if held else None)
            if kept.before is not None:
                deltas.add(*kept.before, sign=-1)
            deltas.add(key_of(line, whose, day), parts_of(line.quantity, totals))
            values.append(to_values(kept, whose, totals, day=day, now=self._now))
        await upsert_many(
            self._session, OrderLineRow, values, brand=brand, unique=("brand_id", "order_no", "sku"), kept=("made_at",)
        )
        await self._write_told(written, brand)
        await add_to_rollups(self._session, deltas, brand)

    async def _write_told(self, written: list[Kept], brand: BrandId) -> None:
        """Refunds and commissions of lines just written."""
        telling = [kept for kept in written if kept.sale.refunds or kept.sale.commissions]
        orders = sorted({kept.sale.line.order for kept in telling if kept.id is None})
        ids = {
            (row.order_no, row.sku): row.id
            for row in await self._session.execute(
                select(OrderLineRow.order_no, OrderLineRow.sku, OrderLineRow.id).where(
                    OrderLineRow.brand_id == brand, OrderLineRow.order_no.in_(orders)
                )
            )
        }
        refunds, owed = [], []
        for kept in telling:
            line = kept.id if kept.id is not None else ids[_id(kept.sale)]
            refunds += [refund_values(line, one, kept) for one in kept.sale.refunds]
            owed += [commission_values(line, one, kept) for one in kept.sale.commissions]
        await upsert_many(self._session, RefundRow, refunds, brand=brand, unique=("line_id", "key"))
        await upsert_many(self._session, CommissionRow, owed, brand=brand, unique=("line_id", "payee"))


def _whose(found: Found, kept: Kept, known: _Known) -> Whose:
    """Whose a line is to be; what it had stays where nothing else is told."""
    row = known.get(_id(kept.sale), (None, None))[0]
    return found.whose(kept.sale.line, product=row.product_id if row else None, creator=row.creator_id if row else None)


def _id(sale: Sale) -> _Id:
    return sale.line.order, sale.line.sku


async def locked_market(session: ScopedSession, brand: BrandId) -> str:
    """A brand's market; nobody else writes sales of it until the transaction ends. Raises NotFound."""
    market = await session.scalar(
        select(BrandRecord.market).where(BrandRecord.id == brand).with_for_update(key_share=True)
    )
    if market is None:
        raise NotFound("brand_not_found", brand=brand)
    return market
