"""Campaigns of one scope: what each plans, which batches are its rounds, and how far they are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from memory.domain.campaign import (
    Campaign,
    CampaignBatch,
    CampaignStep,
    CampaignView,
    Failure,
    NewCampaign,
    Scenario,
    Standing,
    Tally,
    Writing,
    WritingState,
    occasion_of,
    progress_of,
)
from memory.domain.chat_stores import Fence
from memory.domain.deliveries import PushKind
from memory.domain.errors import NotFound
from memory.domain.follow_ups import Condition
from memory.domain.ids import BatchId, BrandId, CampaignId, CreatorId, MemberId, ProductId, TemplateId
from memory.domain.offer import Offer
from memory.domain.outreach import REOPENED, Purpose, StepState
from memory.models.base import JsonList
from memory.models.campaigns import CampaignCreatorRow, CampaignRow
from memory.models.creators import CreatorRow
from memory.models.outreach import (
    BatchRow,
    CreatorMessageRow,
    DraftRow,
    DraftVersionRow,
    FollowUpRow,
    StepRow,
)
from memory.repositories.campaign_figures import CampaignFiguresRepository
from memory.repositories.draft_rows import REJECTED
from memory.repositories.making_deliveries import make_delivery

_OVER = (StepState.STOPPED.value, StepState.FAILED.value)
_REPLIED = select(CreatorMessageRow.id).where(CreatorMessageRow.step_id == StepRow.id).exists()
HANDLES_SHOWN = 5
_QUIET = {"synchronize_session": False}


class CampaignRepository(CampaignFiguresRepository):
    """Satisfies `memory.domain.campaign_stores.CampaignStore`."""

    async def all(self, *, limit: int = 100) -> list[Campaign]:
        """See `CampaignStore.all`."""
        rows = await self._session.scalars(
            select(CampaignRow)
            .order_by(CampaignRow.cancelled_at.is_not(None), CampaignRow.made_at.desc(), CampaignRow.id.desc())
            .limit(limit)
        )
        return [_campaign(row) for row in rows]

    async def by_id(self, campaign: CampaignId) -> Campaign | None:
        """See `CampaignStore.by_id`."""
        row = await self._session.scalar(
            select(CampaignRow).where(CampaignRow.id == campaign).execution_options(populate_existing=True)
        )
        return _campaign(row) if row else None

    async def keep(self, plan: NewCampaign, *, brand: BrandId) -> Campaign:
        """See `CampaignStore.keep`."""
        values = {
            "name": plan.name,
            "scenario": plan.scenario.value,
            "product_ids": list(plan.products),
            "starts_on": plan.starts_on,
            "commission_bp": plan.offer.commission_bp,
            "free_sample": plan.offer.free_sample,
            "ends_on": plan.ends_on,
            "promotion_on": plan.promotion_on,
            "steps": [_stored(step) for step in plan.steps],
            "changed_at": self._now,
        }
        kept: int | None = await self._session.scalar(
            insert(CampaignRow)
            .values(
                tenant_id=self._scope.tenant,
                brand_id=brand,
                key=plan.key,
                made_by=self._scope.member,
                made_at=self._now,
                **values,
            )
            .on_conflict_do_update(
                index_elements=["brand_id", "key"], index_where=CampaignRow.cancelled_at.is_(None), set_=values
            )
            .returning(CampaignRow.id)
        )
        found = await self.by_id(CampaignId(kept)) if kept is not None else None
        if found is None:
            raise NotFound("campaign_unknown", name=plan.name, names="-")
        return found

    async def attach(self, campaign: Campaign, rounds: Mapping[BatchId, int], *, starts_on: date | None = None) -> None:
        """See `CampaignStore.attach`."""
        for batch, number in rounds.items():
            await self._session.execute(
                update(BatchRow)
                .where(BatchRow.id == batch)
                .values(campaign_id=campaign.id, campaign_round=number, starts_on=starts_on if number == 1 else None),
                execution_options=_QUIET,
            )
        first = [batch for batch, number in rounds.items() if number == 1]
        drafts = await self._session.scalars(select(DraftRow).where(DraftRow.batch_id.in_(first)))
        for draft in drafts:
            draft.occasion = occasion_of(campaign.id, CreatorId(draft.creator_id))
        await self._session.flush()

    async def audience(self, campaign: CampaignId, *, fence: Fence | None = None) -> set[CreatorId]:
        """See `CampaignStore.audience`."""
        published = BatchRow.published_at.is_not(None)
        own = and_(BatchRow.turn_id == fence.turn, BatchRow.turn_attempt == fence.attempt) if fence else None
        lapsed = and_(StepRow.id.is_(None), BatchRow.decide_by <= self._now)
        found = await self._session.scalars(
            select(DraftRow.creator_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .where(
                BatchRow.campaign_id == campaign,
                BatchRow.campaign_round == 1,
                or_(published, own) if own is not None else published,
                ~REJECTED,
                ~lapsed,
                or_(StepRow.id.is_(None), StepRow.state.not_in(_OVER), StepRow.may_have_gone),
            )
        )
        chosen = await self._session.scalars(
            select(CampaignCreatorRow.creator_id).where(
                CampaignCreatorRow.campaign_id == campaign, CampaignCreatorRow.state == WritingState.WAITING.value
            )
        )
        return {CreatorId(creator) for creator in (*found, *chosen)}

    async def add_creators(self, campaign: Campaign, creators: Sequence[CreatorId]) -> None:
        """See `CampaignStore.add_creators`."""
        await self._session.execute(
            insert(CampaignCreatorRow).on_conflict_do_nothing(index_elements=["campaign_id", "creator_id"]),
            [
                {
                    "tenant_id": self._scope.tenant,
                    "brand_id": campaign.brand,
                    "campaign_id": campaign.id,
                    "creator_id": creator,
                    "place": place,
                    "state": WritingState.WAITING.value,
                }
                for place, creator in enumerate(creators, start=1)
            ],
        )

    async def waiting(self, campaign: CampaignId, *, limit: int, lock: bool = False) -> list[CreatorId]:
        """See `CampaignStore.waiting`. The campaign's row is what is locked."""
        if lock:
            await self._session.execute(select(CampaignRow.id).where(CampaignRow.id == campaign).with_for_update())
        found = await self._session.scalars(
            select(CampaignCreatorRow.creator_id)
            .join(CampaignRow, CampaignRow.id == CampaignCreatorRow.campaign_id)
            .where(
                CampaignCreatorRow.campaign_id == campaign,
                CampaignCreatorRow.state == WritingState.WAITING.value,
                CampaignRow.cancelled_at.is_(None),
            )
            .order_by(CampaignCreatorRow.place)
            .limit(limit)
        )
        return [CreatorId(creator) for creator in found]

    async def wrote(self, campaign: CampaignId, creators: Mapping[CreatorId, str | None]) -> None:
        """See `CampaignStore.wrote`. One statement a reason."""
        by_reason: defaultdict[str | None, list[CreatorId]] = defaultdict(list)
        for creator, why in creators.items():
            by_reason[why].append(creator)
        for why, some in by_reason.items():
            state = WritingState.LEFT_OUT if why else WritingState.WRITTEN
            await self._session.execute(
                update(CampaignCreatorRow)
                .where(CampaignCreatorRow.campaign_id == campaign, CampaignCreatorRow.creator_id.in_(some))
                .values(state=state.value, reason_key=why),
                execution_options=_QUIET,
            )

    async def tell_written(self, campaign: Campaign) -> None:
        """See `CampaignStore.tell_written`."""
        writing = (await self._writing([campaign.id])).get(campaign.id, Writing())
        await make_delivery(
            self._session,
            PushKind.CAMPAIGN,
            tenant=self._scope.tenant,
            brand=campaign.brand,
            occasion=f"campaign:{campaign.id}:written",
            subject={"name": campaign.name, "event": "written", "count": writing.written},
            now=self._now,
        )

    async def views(self, campaigns: Sequence[Campaign]) -> list[CampaignView]:
        """See `CampaignStore.views`."""
        ids = [campaign.id for campaign in campaigns]
        tallies: defaultdict[int, list[Tally]] = defaultdict(list)
        stands, why = self._standing()
        each = (
            select(
                BatchRow.campaign_id.label("campaign"),
                func.coalesce(BatchRow.campaign_round, 1).label("round"),
                stands.label("standing"),
                why.label("reason"),
            )
            .join(DraftRow, DraftRow.batch_id == BatchRow.id)
            .join(
                DraftVersionRow, (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest)
            )
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
            .where(BatchRow.campaign_id.in_(ids), BatchRow.published_at.is_not(None))
            .subquery()
        )
        columns = (each.c.campaign, each.c.round, each.c.standing, each.c.reason)
        for row in await self._session.execute(select(*columns, func.count()).group_by(*columns)):
            campaign, number, standing, reason, count = row
            tallies[campaign].append(Tally(number, Standing(standing), count, reason))
        batches: defaultdict[int, list[CampaignBatch]] = defaultdict(list)
        size = select(func.count()).where(DraftRow.batch_id == BatchRow.id).scalar_subquery()
        made = await self._session.execute(
            select(BatchRow.campaign_id, BatchRow.id, BatchRow.code, BatchRow.campaign_round, size, BatchRow.stopped_at)
            .where(BatchRow.campaign_id.in_(ids), BatchRow.published_at.is_not(None))
            .order_by(BatchRow.campaign_round, BatchRow.id)
        )
        for campaign, batch, code, number, drafts, stopped_at in made:
            batches[campaign].append(CampaignBatch(BatchId(batch), code, number, drafts, stopped_at is not None))
        writing = await self._writing(ids)
        return [
            CampaignView(
                campaign, progress_of(tallies[campaign.id]), tuple(batches[campaign.id]), writing.get(campaign.id)
            )
            for campaign in campaigns
        ]

    async def _writing(self, campaigns: Sequence[CampaignId]) -> dict[CampaignId, Writing]:
        """How far the drafts of those made on a page are."""
        reason = func.coalesce(CampaignCreatorRow.reason_key, "")
        rows = await self._session.execute(
            select(CampaignCreatorRow.campaign_id, CampaignCreatorRow.state, reason, func.count())
            .where(CampaignCreatorRow.campaign_id.in_(campaigns))
            .group_by(CampaignCreatorRow.campaign_id, CampaignCreatorRow.state, reason)
            .order_by(func.count().desc(), reason)
        )
        found: dict[CampaignId, Writing] = {}
        for whose, state, why, count in rows:
            campaign = CampaignId(whose)
            known = found.get(campaign, Writing())
            match WritingState(state):
                case WritingState.WAITING:
                    found[campaign] = replace(known, waiting=count)
                case WritingState.WRITTEN:
                    found[campaign] = replace(known, written=count)
                case WritingState.LEFT_OUT:
                    found[campaign] = replace(known, reasons=(*known.reasons, (why, count)))
        return found

    async def failures(self, campaigns: Sequence[CampaignId]) -> dict[CampaignId, tuple[Failure, ...]]:
        """See `CampaignStore.failures`."""
        reason = func.coalesce(StepRow.reason_key, "")
        handles = func.array_agg(aggregate_order_by(CreatorRow.handle, DraftRow.id))
        rows = await self._session.execute(
            select(BatchRow.campaign_id, StepRow.state, reason, func.count(), handles)
            .join(DraftRow, DraftRow.batch_id == BatchRow.id)
            .join(StepRow, StepRow.draft_id == DraftRow.id)
            .join(CreatorRow, CreatorRow.id == StepRow.creator_id)
            .where(
                BatchRow.campaign_id.in_(campaigns),
                StepRow.state.in_((StepState.FAILED.value, StepState.UNKNOWN.value)),
            )
            .group_by(BatchRow.campaign_id, StepRow.state, reason)
            .order_by(func.count().desc(), reason)
        )
        found: defaultdict[CampaignId, list[Failure]] = defaultdict(list)
        for campaign, state, why, count, whose in rows:
            shown = tuple(whose[:HANDLES_SHOWN])
            found[CampaignId(campaign or 0)].append(
                Failure(why, count, shown, retryable=state == StepState.FAILED.value)
            )
        return {campaign: tuple(failures) for campaign, failures in found.items()}

    async def cancel(self, campaign: CampaignId) -> bool:
        """See `CampaignStore.cancel`."""
        ended = await self._session.scalar(
            update(CampaignRow)
            .where(CampaignRow.id == campaign, CampaignRow.cancelled_at.is_(None))
            .values(cancelled_at=self._now, cancelled_by=self._scope.member, changed_at=self._now)
            .returning(CampaignRow.id),
            execution_options=_QUIET,
        )
        if ended is not None:
            await self._session.execute(
                update(BatchRow)
                .where(BatchRow.campaign_id == campaign, BatchRow.stopped_at.is_(None))
                .values(stopped_at=self._now, stopped_by=self._scope.member),
                execution_options=_QUIET,
            )
        return ended is not None

    def _standing(self) -> tuple[ColumnElement[str], ColumnElement[str]]:
        """Where a message stands, and why: the statuses of `draft_rows.status_of`, counted where they lie."""
        blocked = DraftVersionRow.flags.contains([{"blocking": True}])
        reopened = func.coalesce(
            and_(StepRow.state == StepState.HELD.value, StepRow.reason_key.in_(REOPENED)), literal(value=False)
        )
        goes = and_(StepRow.id.is_not(None), ~reopened)
        waits = StepRow.state.in_((StepState.PLANNED.value, StepState.HELD.value))
        paused = and_(BatchRow.stopped_at.is_not(None), or_(~goes, waits))
        sent, held = StepRow.state == StepState.SENT.value, StepRow.state == StepState.HELD.value
        why_not, none = func.coalesce(StepRow.reason_key, ""), literal("")
        ways: list[tuple[ColumnElement[bool], Standing, ColumnElement[str]]] = [
            (REJECTED, Standing.OVER, literal("rejected")),
            (and_(~goes, FollowUpRow.ended_at.is_not(None)), Standing.OVER, func.coalesce(FollowUpRow.ended_key, "")),
            (paused, Standing.HELD, literal("batch_stopped")),
            (and_(goes, StepRow.state.in_(_OVER)), Standing.OVER, why_not),
            (and_(goes, held), Standing.HELD, why_not),
            (and_(goes, sent, _REPLIED), Standing.REPLIED, none),
            (and_(goes, sent), Standing.SENT, none),
            (goes, Standing.PLANNED, none),
            (blocked, Standing.HELD, literal("campaign_failing")),
            (BatchRow.decide_by <= self._now, Standing.OVER, literal("campaign_lapsed")),
        ]
        stands = case(*((when, literal(then.value)) for when, then, _ in ways), else_=literal(Standing.WAITING.value))
        return stands, case(*((when, why) for when, _, why in ways), else_=none)


def _stored(step: CampaignStep) -> dict[str, str | int | list[TemplateId] | None]:
    condition = step.condition.value if step.condition else None
    return {
        "purpose": step.purpose.value,
        "delay_days": step.delay_days,
        "condition": condition,
        "templates": list(step.templates),
    }


def _steps(stored: JsonList) -> tuple[CampaignStep, ...]:
    return tuple(
        CampaignStep(
            Purpose(step["purpose"]),
            step["delay_days"],
            Condition(step["condition"]) if step["condition"] else None,
            tuple(TemplateId(template) for template in step.get("templates", ())),
        )
        for step in stored
    )


def _campaign(row: CampaignRow) -> Campaign:
    return Campaign(
        id=CampaignId(row.id),
        brand=BrandId(row.brand_id),
        plan=NewCampaign(
            name=row.name,
            key=row.key,
            scenario=Scenario(row.scenario),
            steps=_steps(row.steps),
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            promotion_on=row.promotion_on,
            products=tuple(ProductId(product) for product in row.product_ids),
            offer=Offer(row.commission_bp, None, row.free_sample),
        ),
        made_by=MemberId(row.made_by),
        made_at=row.made_at,
        cancelled_at=row.cancelled_at,
    )
