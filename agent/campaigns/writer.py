"""The job that writes a campaign made on a page: some creators at a time, none twice, whatever ends it in between."""

import asyncio
from dataclasses import dataclass

import structlog

from memory.domain import jobs
from memory.domain.campaign import Campaign
from memory.domain.errors import AppError, Unavailable
from memory.domain.ids import CampaignId, CreatorId
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role, Scope
from tools.campaigns.writing import Ready, Rounds, keep_rounds, read_rounds, write_rounds
from tools.drafting.messengers import Messengers
from tools.drafting.tool import AT_MOST

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CampaignWriter:
    """Reads, writes outside of any transaction, and keeps what is still wanted in one transaction with its mark."""

    units: Units
    messengers: Messengers
    decide_hours: int

    async def run(self, scope: Scope, campaign: CampaignId) -> None:
        """Write for the next creators; the transaction that keeps their drafts queues the job for those behind them.

        What cannot be written at all is left out with its reason. Raises Unavailable (retryable).
        """
        if not scope.role.covers(Role.OPERATOR):
            log.warning("campaign.not_written", campaign=campaign, role=scope.role)
            return
        async with self.units.unit(scope) as unit:
            found = await unit.campaigns.by_id(campaign)
            wanted = await unit.campaigns.waiting(campaign, limit=AT_MOST)
            if found is None or not wanted:
                return
            ready, trouble = await self._read(unit, found, wanted)
        written, trouble = await self._write(ready, trouble)
        async with self.units.unit(scope) as unit:
            still = set(await unit.campaigns.waiting(campaign, limit=AT_MOST, lock=True))
            if not still.issuperset(wanted):
                log.info("campaign.written_by_another", campaign=campaign)
                return
            told: dict[CreatorId, str | None] = dict.fromkeys(wanted, trouble)
            if ready and written:
                await keep_rounds(unit, found, ready, written, decide_hours=self.decide_hours)
                first, _ = written.written[0]
                inside = {occasion.creator.id for occasion in first.occasions}
                why = {**ready.left_out, **written.lacking}
                told = {one: None if one in inside else why.get(one, "creator_erased") for one in wanted}
            await unit.campaigns.wrote(campaign, told)
            if await unit.campaigns.waiting(campaign, limit=1):
                await unit.defer(jobs.write_campaign(campaign, scope=scope))
            else:
                await unit.campaigns.tell_written(found)
        log.info("campaign.written", campaign=campaign, creators=len(wanted))

    async def _write(self, ready: Ready | None, trouble: str | None) -> tuple[Rounds | None, str | None]:
        """The rounds, or why none can be written."""
        if ready is None:
            return None, trouble
        try:
            return await asyncio.to_thread(write_rounds, ready), None  # the web's requests go on
        except AppError as failure:
            return None, failure.text_key

    async def _read(self, unit: Unit, campaign: Campaign, wanted: list[CreatorId]) -> tuple[Ready | None, str | None]:
        creators = await unit.creators.by_ids(wanted)
        try:
            chosen = [creators[one] for one in wanted if one in creators]
            return await read_rounds(unit, campaign, chosen, self.messengers), None
        except Unavailable:
            raise
        except AppError as failure:
            return None, failure.text_key
