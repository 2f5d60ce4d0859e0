"""Rates agreed with creators, by their dates; and orders of which something else was told."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select, update

from memory.bulk import upsert_many
from memory.domain.collaborations import CollaborationStatus
from memory.domain.ids import BrandId, CreatorId, ProductId
from memory.domain.import_stores import RowOutcome
from memory.domain.money import Money
from memory.domain.performance_stores import RateDiffers
from memory.domain.rates import AgreedRate, AgreedRates
from memory.domain.sales import Collaboration, Payee, forecast
from memory.models.collaborations import CollaborationRow
from memory.models.creators import CreatorRow
from memory.models.sales import AgreedRateRow, CommissionRow, OrderLineRow
from memory.tenancy import ScopedSession

_CENT = 1  # rounding may differ by so many minor units from the platform's


class RateRepository:
    """Keeps agreed rates of one scope; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def of(self, brand: BrandId, creators: Collection[int] | None = None) -> list[AgreedRate]:
        """Rates of a brand, the earliest first; with `creators`, those with them and those with anybody."""
        wanted = select(AgreedRateRow).where(AgreedRateRow.brand_id == brand)
        if creators is not None:
            own = AgreedRateRow.creator_id
            wanted = wanted.where(or_(own.is_(None), own.in_(sorted(creators))))
        rows = await self._session.scalars(
            wanted.order_by(AgreedRateRow.since, AgreedRateRow.id).execution_options(populate_existing=True)
        )
        return [_to_rate(row) for row in rows]

    async def keep(
        self, rates: Sequence[AgreedRate], *, brand: BrandId, source: str, as_of: datetime
    ) -> list[RowOutcome]:
        """Write rates down by with whom, for what and since when; one outcome each, in their order."""
        known = {_key(rate): rate for rate in await self.of(brand, {one.creator for one in rates if one.creator})}
        outcomes, changed = [], {}
        for rate in rates:
            before = known.get(_key(rate))
            if before == rate:
                outcomes.append(RowOutcome.SAME)
                continue
            outcomes.append(RowOutcome.CHANGED if before else RowOutcome.ADDED)
            known[_key(rate)] = changed[_key(rate)] = rate
        rows = [_values(rate, source=source, as_of=as_of) for rate in changed.values()]
        unique = ("brand_id", "creator_id", "product_id", "since")
        await upsert_many(self._session, AgreedRateRow, rows, brand=brand, unique=unique)
        return outcomes

    async def forget(self, rate: AgreedRate, *, brand: BrandId) -> None:
        """Take a rate out of the book."""
        await self._session.execute(
            delete(AgreedRateRow).where(
                AgreedRateRow.brand_id == brand,
                AgreedRateRow.creator_id.is_not_distinct_from(rate.creator),
                AgreedRateRow.product_id.is_not_distinct_from(rate.product),
                AgreedRateRow.since == rate.since,
            ),
            execution_options={"synchronize_session": False},
        )

    async def end_collaborations(self, brand: BrandId, *, at: datetime) -> None:
        """Rates of collaborations that are over end, unless they ended before."""
        over = select(CollaborationRow.number).where(
            CollaborationRow.brand_id == brand, CollaborationRow.status == CollaborationStatus.ENDED.value
        )
        await self._session.execute(
            update(AgreedRateRow)
            .where(
                AgreedRateRow.brand_id == brand,
                AgreedRateRow.collaboration.in_(over),
                or_(AgreedRateRow.until.is_(None), AgreedRateRow.until > at),
            )
            .values(until=at),
            execution_options={"synchronize_session": False},
        )

    async def differing(self, brand: BrandId, *, since: datetime) -> list[RateDiffers]:
        """See `SalesStore.differing_rates`."""
        agreed = await self.of(brand)
        if not agreed:
            return []
        rates, found = AgreedRates(agreed), []
        line, owed = OrderLineRow, CommissionRow
        wanted = (
            select(
                line.order_no, line.sku, line.placed_at, line.creator_id, line.product_id, line.gross_minor,
                line.currency, CreatorRow.handle, owed.rate_bp, owed.base_minor, owed.estimated_minor,
            )
            .join(owed, (owed.line_id == line.id) & (owed.payee == Payee.CREATOR.value))
            .join(CreatorRow, CreatorRow.id == line.creator_id)
            .where(
                line.brand_id == brand,
                line.placed_at >= max(since, min(rate.since for rate in agreed)),
                # An agency's campaign and ads have rates of their own, which are not agreed here.
                line.collaboration.is_distinct_from(Collaboration.CAMPAIGN.value),
                ~select(owed.line_id.label("ads")).where(owed.line_id == line.id, owed.payee == Payee.SHOP_ADS.value)
                .correlate(line).exists(),
            )
            .order_by(line.placed_at, line.id)
        )  # fmt: skip
        whose = {rate.creator for rate in agreed}
        if None not in whose:
            wanted = wanted.where(line.creator_id.in_(sorted(one for one in whose if one is not None)))
        for row in await self._session.execute(wanted):
            product = ProductId(row.product_id) if row.product_id else None
            held = rates.of(CreatorId(row.creator_id), product, row.placed_at)
            if held is None:
                continue
            base = Money(row.gross_minor if row.base_minor is None else row.base_minor, row.currency)
            if _fits(row.rate_bp, row.estimated_minor, base, held.possible):
                continue
            found.append(RateDiffers(row.order_no, row.sku, row.handle, row.placed_at, row.rate_bp, held.rate_bp))
        return found


def _fits(told_bp: int | None, estimated: int | None, base: Money, possible: Collection[int]) -> bool:
    """Whether what is told of a commission is one of the agreed rates; nothing told fits."""
    if told_bp is not None:
        return told_bp in possible
    return estimated is None or any(abs(forecast(base, rate).minor - estimated) <= _CENT for rate in possible)


def _key(rate: AgreedRate) -> tuple[CreatorId | None, ProductId | None, datetime]:
    return rate.creator, rate.product, rate.since


def _to_rate(row: AgreedRateRow) -> AgreedRate:
    return AgreedRate(
        rate_bp=row.rate_bp,
        since=row.since,
        creator=CreatorId(row.creator_id) if row.creator_id else None,
        product=ProductId(row.product_id) if row.product_id else None,
        until=row.until,
        exact=row.exact,
        collaboration=row.collaboration,
    )


def _values(rate: AgreedRate, *, source: str, as_of: datetime) -> Mapping[str, Any]:
    return {
        "creator_id": rate.creator,
        "product_id": rate.product,
        "rate_bp": rate.rate_bp,
        "since": rate.since,
        "until": rate.until,
        "exact": rate.exact,
        "collaboration": rate.collaboration,
        "source": source,
        "as_of": as_of,
    }
