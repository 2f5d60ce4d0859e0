"""Promo codes and tracking links of a scope, and what they make of sales that were nobody's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import BadRequest, Conflict
from memory.domain.ids import BrandId, CampaignId, CreatorId
from memory.domain.links import PromoCode, TrackingLink, code_key
from memory.domain.workspace import Scope
from memory.models.links import LinkClickRow, PromoCodeRow, TrackingLinkRow
from memory.repositories.sales import SalesRepository
from memory.tenancy import ScopedSession


class LinkRepository:
    """Satisfies `memory.domain.links.LinkStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now
        self._sales = SalesRepository(session, scope, now)

    async def add_codes(self, codes: Sequence[PromoCode], *, brand: BrandId) -> int:
        """See `LinkStore.add_codes`."""
        wanted = {code_key(code.code): code for code in codes}
        taken = await self._session.execute(
            select(PromoCodeRow.key, PromoCodeRow.creator_id).where(
                PromoCodeRow.brand_id == brand, PromoCodeRow.key.in_(sorted(wanted))
            )
        )
        known = {row.key: row.creator_id for row in taken}
        for key, creator in known.items():
            if creator != wanted[key].creator:
                raise BadRequest("promo_code_taken", code=wanted[key].code)
        new = [key for key in wanted if key not in known]
        if not new:
            return 0
        await self._session.execute(
            insert(PromoCodeRow),
            [
                {
                    "brand_id": brand,
                    "code": wanted[key].code.strip(),
                    "key": key,
                    "creator_id": wanted[key].creator,
                    "campaign_id": wanted[key].campaign,
                    "made_by": self._scope.member,
                    "made_at": self._now,
                }
                for key in new
            ],
            execution_options={"render_nulls": True},
        )
        await self._sales.claim_codes(new, brand=brand)
        return len(new)

    async def codes(self) -> list[PromoCode]:
        """See `LinkStore.codes`."""
        rows = await self._session.scalars(select(PromoCodeRow).order_by(PromoCodeRow.id.desc()))
        return [
            PromoCode(row.code, CreatorId(row.creator_id), CampaignId(row.campaign_id) if row.campaign_id else None)
            for row in rows
        ]

    async def add_link(
        self, code: str, target: str, creator: CreatorId, *, brand: BrandId, campaign: CampaignId | None = None
    ) -> TrackingLink:
        """See `LinkStore.add_link`."""
        made = await self._session.scalar(
            insert(TrackingLinkRow)
            .values(
                brand_id=brand,
                code=code,
                creator_id=creator,
                campaign_id=campaign,
                target=target,
                made_by=self._scope.member,
                made_at=self._now,
            )
            .on_conflict_do_nothing(index_elements=["code"])
            .returning(TrackingLinkRow.id)
        )
        if made is None:
            raise Conflict("link_code_taken")
        return TrackingLink(code, creator, target, campaign)

    async def links(self) -> list[TrackingLink]:
        """See `LinkStore.links`."""
        clicks = (
            select(func.count()).select_from(LinkClickRow).where(LinkClickRow.link_id == TrackingLinkRow.id)
        ).scalar_subquery()
        rows = await self._session.execute(select(TrackingLinkRow, clicks).order_by(TrackingLinkRow.id.desc()))
        return [
            TrackingLink(
                row.code,
                CreatorId(row.creator_id),
                row.target,
                CampaignId(row.campaign_id) if row.campaign_id else None,
                count or 0,
            )
            for row, count in rows
        ]
