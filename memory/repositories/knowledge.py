"""The dated exchange table."""

from datetime import datetime

from sqlalchemy import func, select

from memory.domain.errors import Misconfigured
from memory.domain.money import RateTable
from memory.domain.workspace import Scope
from memory.models.books import ExchangeRateRow
from memory.tenancy import ScopedSession


class KnowledgeRepository:
    """Satisfies `memory.domain.stores.KnowledgeStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def rates(self) -> RateTable:
        """See `KnowledgeStore.rates`. Raises Misconfigured where `migrate` has not laid one down."""
        newest = select(func.max(ExchangeRateRow.day)).scalar_subquery()
        rows = list(await self._session.scalars(select(ExchangeRateRow).where(ExchangeRateRow.day == newest)))
        if not rows:
            raise Misconfigured("migrate_first")
        return RateTable(rows[0].day, {row.currency: row.per_usd for row in rows})
