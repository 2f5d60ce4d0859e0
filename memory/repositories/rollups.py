"""What days add up to: gained line by line, compared with the lines themselves, and made anew where they differ."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Integer,
    Numeric,
    Select,
    SQLColumnExpression,
    case,
    cast,
    delete,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from memory.bulk import upsert_many
from memory.domain.ids import BrandId, CreatorId
from memory.domain.sales import IN_ALL, Settlement
from memory.models.sales import CommissionRow, ContentPostRow, OrderLineRow, RefundRow, RollupDayRow, SalesSourceRow
from memory.repositories.sale_rows import SUMMED, Deltas, RollupKey
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}
_Columns = Mapping[str, SQLColumnExpression[Any]]
_L = OrderLineRow
# A line's part in each sum: what `sale_rows.parts_of` says, for the database.
LINE_PARTS: _Columns = {
    "orders": literal(1, Integer),
    "units": _L.quantity,
    "gross": _L.gross_minor,
    "gross_final": case((_L.final, _L.gross_minor), else_=0),
    "refunded": _L.refunded_minor,
    "commission": _L.commission_minor,
    "provisional": _L.provisional_minor,
    "commission_untold": case((_L.told, 0), else_=1),
    "fees": func.coalesce(_L.fee_minor, 0),
    "fees_unknown": case((_L.fee_minor.is_(None), 1), else_=0),
    "agreed": func.coalesce(_L.agreed_minor, 0),
    "agreed_lines": case((_L.agreed_minor.is_(None), 0), else_=1),
}
_LINE_KEY: _Columns = {
    "day": _L.day,
    "creator_id": func.coalesce(_L.creator_id, 0),
    "product_id": func.coalesce(_L.product_id, 0),
    "campaign_id": func.coalesce(_L.campaign_id, 0),
    "content": _L.content,
    "currency": _L.currency,
    "rule": func.coalesce(_L.rule, ""),
}
_SUM_KEY: _Columns = {name: getattr(RollupDayRow, name) for name in RollupKey._fields}
_SUM_PARTS: _Columns = {name: getattr(RollupDayRow, name) for name in SUMMED}


async def add_to_rollups(session: ScopedSession, deltas: Deltas, brand: BrandId) -> None:
    """Let the sums of a locked brand gain; a sum of no order goes."""
    rows = deltas.rows()
    await upsert_many(session, RollupDayRow, rows, brand=brand, unique=("brand_id", *RollupKey._fields), added=SUMMED)
    emptied = sorted({row["day"] for row in rows if row["orders"] < 0})
    if emptied:
        await session.execute(
            delete(RollupDayRow).where(
                RollupDayRow.brand_id == brand, RollupDayRow.day.in_(emptied), RollupDayRow.orders == 0
            ),
            execution_options=_QUIET,
        )


async def wrong_days(session: ScopedSession, brand: BrandId) -> list[date]:
    """Days of a brand whose sums are not those of its lines, in order."""
    lines = await session.execute(_fingerprints(_LINE_KEY, LINE_PARTS).where(_L.brand_id == brand))
    kept = await session.execute(_fingerprints(_SUM_KEY, _SUM_PARTS).where(RollupDayRow.brand_id == brand))
    raw, summed = ({row[0]: tuple(row[1:]) for row in found} for found in (lines, kept))
    return sorted(day for day in raw.keys() | summed.keys() if raw.get(day) != summed.get(day))


async def wrong_lines(session: ScopedSession, brand: BrandId) -> list[date]:
    """Days with lines that do not add up to the refunds and commissions told of them, in order.

    Amounts are weighed by their line: one line's that is on another does not go unseen.
    """
    weight = cast(_L.id, Numeric)
    kept = await session.execute(
        select(
            _L.day,
            func.sum(weight * _L.refunded_minor),
            func.sum(weight * _L.commission_minor),
            func.sum(weight * _L.provisional_minor),
        )
        .where(_L.brand_id == brand)
        .group_by(_L.day)
    )
    whole, single = RefundRow.key == IN_ALL, RefundRow.key != IN_ALL
    back = (
        select(
            RefundRow.line_id,
            func.greatest(
                func.coalesce(func.max(RefundRow.amount_minor).filter(whole), 0),
                func.coalesce(func.sum(RefundRow.amount_minor).filter(single), 0),
            ).label("amount"),
        )
        .where(RefundRow.brand_id == brand)
        .group_by(RefundRow.line_id)
        .subquery()
    )
    refunded = await session.execute(
        select(_L.day, func.sum(weight * back.c.amount)).join(back, back.c.line_id == _L.id).group_by(_L.day)
    )
    settled = CommissionRow.settlement == Settlement.SETTLED
    estimated = CommissionRow.settlement == Settlement.PROVISIONAL
    owed = await session.execute(
        select(
            _L.day,
            func.sum(weight * CommissionRow.actual_minor).filter(settled),
            func.sum(weight * CommissionRow.estimated_minor).filter(estimated),
        )
        .join(CommissionRow, CommissionRow.line_id == _L.id)
        .where(CommissionRow.brand_id == brand)
        .group_by(_L.day)
    )
    backs = {row[0]: row[1] for row in refunded}
    paid = {day: (one or 0, other or 0) for day, one, other in owed}
    return sorted(
        day
        for day, amount, commission, provisional in kept
        if (amount, commission, provisional) != (backs.get(day, 0), *paid.get(day, (0, 0)))
    )


async def rebuild(session: ScopedSession, brand: BrandId, days: Collection[date]) -> None:
    """Make the sums of days of a locked brand anew from their lines."""
    wanted = sorted(set(days))
    await session.execute(
        delete(RollupDayRow).where(RollupDayRow.brand_id == brand, RollupDayRow.day.in_(wanted)),
        execution_options=_QUIET,
    )
    found = await session.execute(
        select(*_LINE_KEY.values(), *(cast(func.sum(part), BigInteger) for part in LINE_PARTS.values()))
        .where(_L.brand_id == brand, _L.day.in_(wanted))
        .group_by(*_LINE_KEY.values())
    )
    deltas, width = Deltas(), len(_LINE_KEY)
    for row in found:
        deltas.add(RollupKey(*row[:width]), row[width:])
    await add_to_rollups(session, deltas, brand)


async def make_nobodys(session: ScopedSession, creator: CreatorId) -> None:
    """Sales of a creator become nobody's, their posts go; what was sold stays sold. In a scope of all brands."""
    await session.execute(delete(ContentPostRow).where(ContentPostRow.creator_id == creator), execution_options=_QUIET)
    found = await session.execute(select(_L.brand_id, _L.day).where(_L.creator_id == creator).distinct())
    days: dict[int, set[date]] = defaultdict(set)
    for brand, day in found:
        days[brand].add(day)
    await session.execute(
        update(OrderLineRow).where(_L.creator_id == creator).values(creator_id=None, rule=None, content=""),
        execution_options=_QUIET,
    )
    for brand, own in days.items():
        await rebuild(session, BrandId(brand), own)


def _fingerprints(
    key: Mapping[str, SQLColumnExpression[Any]], parts: Mapping[str, SQLColumnExpression[Any]]
) -> Select[Any]:
    """For each day every sum, and one of sums weighed by key: an amount under a wrong key does not go unseen."""
    weight = cast(func.hashtext(func.concat_ws("|", *key.values())), Numeric)
    weighed = func.sum(
        weight * (parts["gross"] + 3 * parts["refunded"] + 7 * parts["commission"] + parts["agreed"] + parts["orders"])
    )
    return select(key["day"], *(func.sum(part) for part in parts.values()), weighed).group_by(key["day"])


async def told_by(
    session: ScopedSession,
    brand: BrandId,
    source: str,
    kind: str,
    *,
    as_of: datetime,
    first: date,
    last: date,
    added: int,
) -> None:
    """Remember that a source spoke of days."""
    statement = insert(SalesSourceRow)
    told = statement.excluded
    row = {
        "brand_id": brand, "source": source, "kind": kind, "as_of": as_of, "first_day": first, "last_day": last,
        "rows": added,
    }  # fmt: skip
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["brand_id", "source", "kind"],
            set_={
                "as_of": func.greatest(SalesSourceRow.as_of, told.as_of),
                "first_day": func.least(SalesSourceRow.first_day, told.first_day),
                "last_day": func.greatest(SalesSourceRow.last_day, told.last_day),
                "rows": SalesSourceRow.rows + told.rows,
            },
        ),
        [row],
    )
