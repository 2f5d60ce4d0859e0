"""The lines behind a figure, newest first."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, tuple_

from memory.domain.errors import BadRequest
from memory.domain.money import Money
from memory.domain.performance import Filters
from memory.domain.performance_stores import SaleLine
from memory.domain.periods import Period
from memory.domain.sales import Rule
from memory.domain.weeks import first_moment
from memory.models.creators import CreatorRow
from memory.models.sales import OrderLineRow
from memory.models.shop import ProductRow
from memory.tenancy import ScopedSession

_DAY = timedelta(days=1)


class Lines:
    """Reads lines page by page; a page's end is the place of its last line."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def page(
        self,
        filters: Filters,
        period: Period,
        brands: Sequence[int],
        *,
        zone: ZoneInfo | None,
        after: str | None,
        limit: int,
    ) -> tuple[list[SaleLine], str | None]:
        """See `PerformanceStore.lines`."""
        line = OrderLineRow
        wanted = (
            select(line, CreatorRow.handle, ProductRow.name)
            .outerjoin(CreatorRow, CreatorRow.id == line.creator_id)
            .outerjoin(ProductRow, ProductRow.id == line.product_id)
            .where(line.brand_id.in_(brands))
            .order_by(line.placed_at.desc(), line.id.desc())
            .limit(limit + 1)
        )
        if zone is None:
            wanted = wanted.where(line.day.between(period.first, period.last))
        else:
            begins, ends = first_moment(period.first, zone), first_moment(period.last + _DAY, zone)
            wanted = wanted.where(line.placed_at >= begins, line.placed_at < ends)
        if filters.creators:
            wanted = wanted.where(line.creator_id.in_(filters.creators))
        if filters.product is not None:
            wanted = wanted.where(line.product_id == filters.product)
        if filters.campaign is not None:
            wanted = wanted.where(line.campaign_id == filters.campaign)
        if filters.content is not None:
            wanted = wanted.where(line.content == filters.content)
        if after is not None:
            wanted = wanted.where(tuple_(line.placed_at, line.id) < tuple_(*_place(after)))
        rows = (await self._session.execute(wanted)).all()
        shown = rows[:limit]
        last = shown[-1][0] if len(rows) > limit else None
        following = f"{last.placed_at.isoformat()}/{last.id}" if last else None
        return [_sale(row, handle, product) for row, handle, product in shown], following


def _place(after: str) -> tuple[datetime, int]:
    moment, _, own = after.rpartition("/")
    try:
        return datetime.fromisoformat(moment), int(own)
    except ValueError as exc:
        raise BadRequest("bad_request") from exc


def _sale(row: OrderLineRow, handle: str | None, product: str | None) -> SaleLine:
    def money(minor: int) -> Money:
        return Money(minor, row.currency)

    return SaleLine(
        order=row.order_no,
        sku=row.sku,
        placed_at=row.placed_at,
        day=row.day,
        handle=handle or "",
        product=product or "",
        content=row.content,
        quantity=row.quantity,
        gross=money(row.gross_minor),
        refunded=money(row.refunded_minor),
        commission=money(row.commission_minor + row.provisional_minor + (row.agreed_minor or 0))
        if row.told or row.agreed_minor is not None
        else None,
        provisional=not row.final and (row.told or row.agreed_minor is not None),
        agreed=row.agreed_minor is not None,
        rule=Rule(row.rule) if row.rule else None,
        source=row.source,
        as_of=row.as_of,
    )
