"""Read-only links to figures: of a scope, and of all tenants as strangers open them."""

from datetime import datetime

from sqlalchemy import select, update

from memory.domain.ids import BrandId, MemberId, ReportLinkId, TenantId
from memory.domain.periods import PeriodName
from memory.domain.report_links import ReportLink, ReportWish
from memory.domain.workspace import Scope
from memory.models.report_links import ReportLinkRow
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}


class ReportLinkRepository:
    """Satisfies `memory.domain.report_links.ReportLinkStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(self, key: str, wish: ReportWish, *, brand: BrandId) -> ReportLink:
        """See `ReportLinkStore.add`."""
        row = ReportLinkRow(
            key=key,
            brand_id=brand,
            period=wish.period.value if wish.period else None,
            first=wish.first,
            last=wish.last,
            parts=list(wish.parts),
            days=wish.days,
            made_by=self._scope.member,
            made_at=self._now,
        )
        self._session.add(row)
        await self._session.flush()
        return _to_link(row)

    async def recent(self, *, limit: int) -> list[ReportLink]:
        """See `ReportLinkStore.recent`."""
        rows = await self._session.scalars(select(ReportLinkRow).order_by(ReportLinkRow.id.desc()).limit(limit))
        return [_to_link(row) for row in rows]

    async def revoke(self, link: ReportLinkId) -> ReportLink | None:
        """See `ReportLinkStore.revoke`."""
        await self._session.execute(
            update(ReportLinkRow)
            .where(ReportLinkRow.id == link, ReportLinkRow.revoked_at.is_(None))
            .values(revoked_at=self._now, revoked_by=self._scope.member),
            execution_options=_QUIET,
        )
        row = await self._session.scalar(select(ReportLinkRow).where(ReportLinkRow.id == link))
        return _to_link(row) if row else None


class AnyReportLinkRepository:
    """Satisfies `memory.domain.report_links.AnyReportLinkStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def by_key(self, key: str) -> ReportLink | None:
        """See `AnyReportLinkStore.by_key`."""
        row = await self._session.scalar(select(ReportLinkRow).where(ReportLinkRow.key == key))
        return _to_link(row) if row else None

    async def count(self, link: ReportLinkId, *, at: datetime) -> None:
        """See `AnyReportLinkStore.count`."""
        await self._session.execute(
            update(ReportLinkRow).where(ReportLinkRow.id == link).values(opened=ReportLinkRow.opened + 1, opened_at=at),
            execution_options=_QUIET,
        )


def _to_link(row: ReportLinkRow) -> ReportLink:
    wish = ReportWish(
        PeriodName(row.period) if row.period else None, row.first, row.last, tuple(row.parts), int(row.days)
    )
    return ReportLink(
        ReportLinkId(row.id),
        row.key,
        TenantId(row.tenant_id),
        BrandId(row.brand_id),
        wish,
        MemberId(row.made_by),
        row.made_at,
        row.revoked_at,
        row.opened,
        row.opened_at,
    )
