"""What campaigns of each scenario usually have, where a brand changed it; `campaigns.py` inherits this."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from memory.domain.campaign import Figures, SamplesPer, Scenario
from memory.domain.ids import BrandId
from memory.domain.outreach import Purpose
from memory.domain.workspace import Scope
from memory.models.campaigns import CampaignPresetRow
from memory.tenancy import ScopedSession


class CampaignFiguresRepository:
    """The figures' part of `memory.domain.campaign_stores.CampaignStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def figures(self, brand: BrandId) -> dict[Scenario, Figures]:
        """See `CampaignStore.figures`."""
        rows = await self._session.scalars(select(CampaignPresetRow).where(CampaignPresetRow.brand_id == brand))
        return {
            Scenario(row.scenario): Figures(
                creators=(row.creators_from, row.creators_to),
                samples=(row.samples_from, row.samples_to),
                samples_per=SamplesPer(row.samples_per),
                commission_bp=(row.commission_from_bp, row.commission_to_bp),
                days=row.days,
                purposes=(Purpose(row.first_purpose), Purpose(row.later_purpose)),
            )
            for row in rows
        }

    async def save_figures(self, brand: BrandId, scenario: Scenario, figures: Figures | None) -> None:
        """See `CampaignStore.save_figures`."""
        if figures is None:
            await self._session.execute(
                delete(CampaignPresetRow).where(
                    CampaignPresetRow.brand_id == brand, CampaignPresetRow.scenario == scenario.value
                ),
                execution_options={"synchronize_session": False},
            )
            return
        values = {
            "creators_from": figures.creators[0],
            "creators_to": figures.creators[1],
            "samples_from": figures.samples[0],
            "samples_to": figures.samples[1],
            "samples_per": figures.samples_per.value,
            "commission_from_bp": figures.commission_bp[0],
            "commission_to_bp": figures.commission_bp[1],
            "days": figures.days,
            "first_purpose": figures.purposes[0].value,
            "later_purpose": figures.purposes[1].value,
            "changed_at": self._now,
        }
        await self._session.execute(
            insert(CampaignPresetRow)
            .values(tenant_id=self._scope.tenant, brand_id=brand, scenario=scenario.value, **values)
            .on_conflict_do_update(index_elements=["brand_id", "scenario"], set_=values)
        )
