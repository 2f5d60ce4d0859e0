"""Rows of every tenant that wait without a job."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select

from memory.domain.account_stores import WaitingRow
from memory.domain.campaign import WritingState
from memory.domain.chat_stores import TurnState
from memory.domain.ids import MemberId, TenantId
from memory.domain.workspace import Role
from memory.models.books import ImportRunRow
from memory.models.campaigns import CampaignCreatorRow, CampaignRow
from memory.models.chat import TurnRow
from memory.models.creators import CreatorRow
from memory.models.workspace import MemberRow
from memory.repositories.people import brand_or_none
from memory.tenancy import ScopedSession


class SweepRepository:
    """Satisfies `memory.domain.account_stores.SweepStore`."""

    def __init__(self, session: ScopedSession, now: datetime) -> None:
        self._session = session
        self._now = now

    async def turns(self, *, before: datetime, limit: int = 200) -> Sequence[WaitingRow]:
        """See `SweepStore.turns`."""
        found = await self._session.execute(
            select(TurnRow, MemberRow.role)
            .join(MemberRow, MemberRow.id == TurnRow.member_id)
            .where(TurnRow.state.in_((TurnState.QUEUED, TurnState.RUNNING)), TurnRow.queued_at < before)
            .order_by(TurnRow.queued_at, TurnRow.id)
            .limit(limit)
        )
        return [
            WaitingRow(
                id=row.id,
                tenant=TenantId(row.tenant_id),
                member=MemberId(row.member_id),
                brand=brand_or_none(row.brand_id),
                conversation=row.conversation_id,
                lang="en" if row.lang == "en" else "zh",
                role=Role(role),
            )
            for row, role in found
        ]

    async def imports(self, *, before: datetime, limit: int = 50) -> Sequence[WaitingRow]:
        """See `SweepStore.imports`."""
        found = await self._session.execute(
            select(ImportRunRow, MemberRow.role, MemberRow.lang)
            .join(MemberRow, MemberRow.id == ImportRunRow.made_by)
            .where(ImportRunRow.state.in_(("queued", "running")), ImportRunRow.made_at < before)
            .order_by(ImportRunRow.made_at, ImportRunRow.id)
            .limit(limit)
        )
        return [_made_by(row, role, lang) for row, role, lang in found]

    async def campaigns(self, *, limit: int = 50) -> Sequence[WaitingRow]:
        """See `SweepStore.campaigns`."""
        waits = (
            select(CampaignCreatorRow.id)
            .where(
                CampaignCreatorRow.campaign_id == CampaignRow.id,
                CampaignCreatorRow.state == WritingState.WAITING.value,
            )
            .exists()
        )
        found = await self._session.execute(
            select(CampaignRow, MemberRow.role, MemberRow.lang)
            .join(MemberRow, MemberRow.id == CampaignRow.made_by)
            .where(CampaignRow.cancelled_at.is_(None), waits)
            .order_by(CampaignRow.id)
            .limit(limit)
        )
        return [_made_by(row, role, lang) for row, role, lang in found]

    async def tenants_to_index(self) -> Sequence[TenantId]:
        """See `SweepStore.tenants_to_index`."""
        found = await self._session.scalars(
            select(CreatorRow.tenant_id)
            .where(
                or_(CreatorRow.indexed_at.is_(None), CreatorRow.changed_at > CreatorRow.indexed_at),
                CreatorRow.tenant_id.is_not(None),
            )
            .distinct()
        )
        return [TenantId(tenant) for tenant in found if tenant is not None]


def _made_by(row: ImportRunRow | CampaignRow, role: str, lang: str) -> WaitingRow:
    """What its maker waits for."""
    return WaitingRow(
        id=row.id,
        tenant=TenantId(row.tenant_id),
        member=MemberId(row.made_by),
        brand=brand_or_none(row.brand_id),
        conversation=None,
        lang="en" if lang == "en" else "zh",
        role=Role(role),
    )
