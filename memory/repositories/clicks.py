"""Tracking links of all tenants as strangers follow them: where each leads, and how many came."""

import secrets
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.clicks import Visitor
from memory.domain.links import with_utm
from memory.models.campaigns import CampaignRow
from memory.models.creators import CreatorRow
from memory.models.links import LinkClickRow, TrackingLinkRow
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}
NO_CAMPAIGN = "creators"


class ClickRepository:
    """Satisfies `memory.domain.clicks.ClickStore` in a service unit; never commits."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def follow(self, code: str, visitor: Visitor | None, *, at: datetime) -> str | None:
        """See `ClickStore.follow`."""
        found = (
            await self._session.execute(
                select(TrackingLinkRow, CreatorRow.handle, CampaignRow.name)
                .join(CreatorRow, CreatorRow.id == TrackingLinkRow.creator_id)
                .outerjoin(CampaignRow, CampaignRow.id == TrackingLinkRow.campaign_id)
                .where(TrackingLinkRow.code == code)
            )
        ).one_or_none()
        if found is None:
            return None
        link, handle, campaign = found
        target = with_utm(link.target, creator=handle, campaign=campaign or NO_CAMPAIGN, code=code)
        if visitor is not None:
            await self._count(link, visitor, at)
        return target

    async def _count(self, link: TrackingLinkRow, visitor: Visitor, at: datetime) -> None:
        """Once a day: the same visitor has the same mark until the day's salt is replaced."""
        salt = await self._salt(link.id, at.date())
        await self._session.execute(
            insert(LinkClickRow)
            .values(
                tenant_id=link.tenant_id,
                brand_id=link.brand_id,
                link_id=link.id,
                at=at,
                visitor=visitor.mark(salt),
                device=visitor.device.value,
            )
            .on_conflict_do_nothing(index_elements=["link_id", "visitor"])
        )

    async def _salt(self, link: int, today: date) -> str:
        """The salt of today; the first visitor of a day draws it, and the last day's is gone."""
        await self._session.execute(
            update(TrackingLinkRow)
            .where(TrackingLinkRow.id == link, TrackingLinkRow.salted_on.is_distinct_from(today))
            .values(salt=secrets.token_hex(16), salted_on=today),
            execution_options=_QUIET,
        )
        salt = await self._session.scalar(select(TrackingLinkRow.salt).where(TrackingLinkRow.id == link))
        return salt or ""
