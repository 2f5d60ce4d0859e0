"""The dated exchange table."""

from datetime import datetime
from itertools import groupby

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.errors import Misconfigured
from memory.domain.money import RateTable
from memory.domain.workspace import Scope
from memory.models.books import ExchangeRateRow
from memory.standing import standing
from memory.tenancy import ScopedSession

_NEWEST = standing(
    select(ExchangeRateRow.day, ExchangeRateRow.currency, ExchangeRateRow.per_usd).where(
        ExchangeRateRow.day == select(func.max(ExchangeRateRow.day)).scalar_subquery()
    )
)
_ALL = standing(
    select(ExchangeRateRow.day, ExchangeRateRow.currency, ExchangeRateRow.per_usd).order_by(ExchangeRateRow.day)
)


class KnowledgeRepository:
    """Satisfies `memory.domain.stores.KnowledgeStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def rates(self) -> RateTable:
        """See `KnowledgeStore.rates`. Raises Misconfigured where `migrate` has not laid one down."""
        return await read_rates(self._session)


async def read_rates(session: AsyncSession) -> RateTable:
    """The newest table. Raises Misconfigured where `migrate` has not laid one down."""
    rows = (await session.execute(_NEWEST)).all()
    if not rows:
        raise Misconfigured("migrate_first")
    return RateTable(rows[0].day, {row.currency: row.per_usd for row in rows})


async def read_tables(session: AsyncSession) -> list[RateTable]:
    """Every table, oldest first."""
    rows = (await session.execute(_ALL)).all()
    return [
        RateTable(day, {row.currency: row.per_usd for row in some})
        for day, some in groupby(rows, key=lambda row: row.day)
    ]
