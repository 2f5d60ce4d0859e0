"""Due steps of every tenant and the rows a claim depends on, locked in an order that cannot deadlock.

Brand first, then batch (shared), draft and step without waiting, then relation (shared).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.contacts import ContactWeek
from memory.domain.creator import Creator, CreatorFacts, Source
from memory.domain.deputies import count_deciders
from memory.domain.dispatch import BrandDay, Candidate, Queue, Signable, Signature
from memory.domain.errors import Conflict
from memory.domain.follow_ups import Before, Progress
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId, SendId, StepId, TenantId, VersionId
from memory.domain.outreach import STEP_MOVES, Channel, Flag, ProposalKind, SendState, SendTicket, StepState
from memory.domain.workspace import BrandPolicy
from memory.domain.zones import home_zone
from memory.models.creators import CreatorRow, RelationRow
from memory.models.outreach import (
    BatchRow,
    CoolDownPassRow,
    DraftRow,
    DraftVersionRow,
    ProposalRow,
    SendRow,
    StepRow,
)
from memory.models.workspace import BrandPolicyRow, BrandRecord, MemberRow
from memory.repositories.claim_facts import (
    Costs,
    FirstMessage,
    ShopAccess,
    ShopFacts,
    read_costs,
    read_first_messages,
    read_shop_access,
    read_shop_facts,
    read_suppressed,
)
from memory.repositories.contacts import read_contact_week
from memory.repositories.decisions import read_signatures
from memory.repositories.deputies import lent_roles
from memory.repositories.draft_rows import reason_of, to_version
from memory.repositories.follow_up_rows import read_progress
from memory.repositories.member_rows import to_member
from memory.repositories.messages_before import read_before
from memory.repositories.people import to_policy
from memory.repositories.troubles import push_trouble

_WAITING = (StepState.PLANNED.value, StepState.HELD.value)
_CALLED = StepRow.channel != Channel.BY_HAND.value  # the rest waits for a person
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Held:
    """The rows of one candidate."""

    step: StepRow
    draft: DraftRow
    batch: BatchRow
    version: DraftVersionRow
    creator: CreatorRow
    passes: tuple[CoolDownPassRow, ...] = ()


class DispatchRepository:
    """Satisfies `DispatchStore` in a service unit; never commits."""

    def __init__(self, session: AsyncSession, now: datetime) -> None:
        self._session = session
        self._now = now
        self._rows: dict[StepId, _Held] = {}

    async def queues(self, *, now: datetime) -> list[Queue]:
        """See `DispatchStore.queues`."""
        rows = await self._session.execute(
            select(StepRow.tenant_id, StepRow.brand_id)
            .where(StepRow.state.in_(_WAITING), StepRow.look_at <= now, _CALLED)
            .group_by(StepRow.tenant_id, StepRow.brand_id)
            .order_by(func.min(StepRow.look_at))
        )
        return [Queue(TenantId(row.tenant_id), BrandId(row.brand_id)) for row in rows]

    async def shop_zone(self, queue: Queue) -> ZoneInfo:
        """The zone in which the brand's shop counts its days."""
        market = (await self._session.scalars(select(BrandRecord.market).where(BrandRecord.id == queue.brand))).one()
        return home_zone(None, market).zone

    async def open_brand(self, queue: Queue, *, now: datetime, day_start: datetime) -> BrandDay:
        """See `DispatchStore.open_brand`."""
        brand = (
            await self._session.scalars(
                select(BrandRecord).where(BrandRecord.id == queue.brand).with_for_update(key_share=True)
            )
        ).one()
        row = await self._session.scalar(select(BrandPolicyRow).where(BrandPolicyRow.brand_id == queue.brand))
        return BrandDay(
            policy=to_policy(row) if row else BrandPolicy(),
            shop_zone=home_zone(None, brand.market).zone,
            last_minute=await self._sent_since(queue.brand, now - _MINUTE),
            today=await self._sent_since(queue.brand, day_start),
        )

    async def contacts(
        self, queue: Queue, creators: Sequence[CreatorId], *, since: datetime, channel: Channel | None = None
    ) -> ContactWeek:
        """See `DispatchStore.contacts`."""
        return await read_contact_week(self._session, queue.brand, creators, since=since, channel=channel)

    async def candidates(self, queue: Queue, *, now: datetime, limit: int) -> list[Candidate]:
        """See `DispatchStore.candidates`."""
        locked = (
            await self._session.execute(
                select(StepRow, DraftRow)
                .join(DraftRow, DraftRow.id == StepRow.draft_id)
                .where(StepRow.brand_id == queue.brand, StepRow.state.in_(_WAITING), StepRow.look_at <= now, _CALLED)
                .order_by(StepRow.look_at, StepRow.id)
                .limit(limit)
                .with_for_update(of=[StepRow, DraftRow], skip_locked=True)
                .execution_options(populate_existing=True)
            )
        ).all()
        if not locked:
            return []
        drafts = {step.id: draft for step, draft in locked}
        batches = {
            batch.id: batch
            for batch in await self._session.scalars(
                select(BatchRow)
                .where(BatchRow.id.in_({draft.batch_id for draft in drafts.values()}))
                .with_for_update(read=True, skip_locked=True)
                .execution_options(populate_existing=True)
            )
        }
        held = [(step, draft, batches[draft.batch_id]) for step, draft in locked if draft.batch_id in batches]
        return await self._read(queue, held)

    async def named(self, queue: Queue, steps: Sequence[StepId]) -> list[Candidate]:
        """Steps of one brand by id, whatever their state; whoever changes them has locked them already."""
        rows = await self._session.execute(
            select(StepRow, DraftRow, BatchRow)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .join(BatchRow, BatchRow.id == DraftRow.batch_id)
            .where(StepRow.brand_id == queue.brand, StepRow.id.in_(steps))
            .order_by(StepRow.draft_id)
            .execution_options(populate_existing=True)
        )
        held = [(step, draft, batch) for step, draft, batch in rows]
        return await self._read(queue, held) if held else []

    async def claim(
        self, candidate: Candidate, *, now: datetime, lease: timedelta, member: MemberId | None = None
    ) -> SendTicket:
        """See `DispatchStore.claim`. `member`: who carries it out by hand."""
        rows = self._rows[candidate.step]
        step = rows.step
        _check_move(StepState.PLANNED, StepState.SENDING)
        for each in rows.passes:
            each.used_at = each.used_at or now
        step.state = StepState.SENDING.value
        step.attempts += 1
        step.reason_key = step.reason_facts = None
        send = SendRow(
            tenant_id=step.tenant_id,
            brand_id=step.brand_id,
            step_id=step.id,
            attempt=step.attempts,
            state=SendState.CLAIMED.value,
            version_id=rows.version.id,
            digest=rows.version.digest,
            claimed_at=now,
            lease_until=func.clock_timestamp() + lease,
            member_id=member,
        )
        self._session.add(send)
        await self._session.flush()
        return to_ticket(send, step, rows.version, rows.creator)

    async def settle_claim(
        self,
        candidate: Candidate,
        to: StepState,
        *,
        due_at: datetime | None,
        look_at: datetime,
        reason: Flag | None,
    ) -> None:
        """See `DispatchStore.settle_claim`."""
        step = self._rows[candidate.step].step
        is_new = to.value != step.state
        if is_new:
            _check_move(StepState(step.state), to)
        step.state = to.value
        step.due_at = due_at or step.due_at
        step.look_at = look_at
        step.reason_key, step.reason_facts = (reason.key, dict(reason.facts)) if reason else (None, None)
        await self._session.flush()
        if is_new and to is StepState.HELD:
            await push_trouble(self._session, step, occasion=f"held:{step.id}:{step.reason_key}", now=self._now)

    async def _sent_since(self, brand: BrandId, since: datetime) -> int:
        """Attempts since a moment that reached the platform or may have."""
        counted = (SendState.CLAIMED.value, SendState.ACCEPTED.value, SendState.UNKNOWN.value)
        found = await self._session.scalar(
            select(func.count(SendRow.id)).where(
                SendRow.brand_id == brand, SendRow.claimed_at > since, SendRow.state.in_(counted)
            )
        )
        return found or 0

    async def _read(self, queue: Queue, held: Sequence[tuple[StepRow, DraftRow, BatchRow]]) -> list[Candidate]:
        drafts = [DraftId(draft.id) for _, draft, _ in held]
        versions = {
            version.draft_id: version
            for version in await self._session.scalars(
                select(DraftVersionRow)
                .join(DraftRow, DraftRow.id == DraftVersionRow.draft_id)
                .where(DraftVersionRow.draft_id.in_(drafts), DraftVersionRow.number == DraftRow.newest)
                .execution_options(populate_existing=True)
            )
        }
        creators = {
            creator.id: creator
            for creator in await self._session.scalars(
                select(CreatorRow)
                .where(CreatorRow.id.in_({draft.creator_id for _, draft, _ in held}))
                .execution_options(populate_existing=True)
            )
        }
        kinds = {
            row.draft_id: ProposalKind(row.kind)
            for row in await self._session.execute(
                select(ProposalRow.draft_id, ProposalRow.kind).where(ProposalRow.draft_id.in_(drafts))
            )
        }
        relations = {
            relation.creator_id: relation
            for relation in await self._session.scalars(
                select(RelationRow)
                .where(RelationRow.brand_id == queue.brand, RelationRow.creator_id.in_(creators))
                .order_by(RelationRow.creator_id)
                .with_for_update(read=True)
                .execution_options(populate_existing=True)
            )
        }
        suppressed = await read_suppressed(self._session, list(creators.values()), tenant=queue.tenant)
        signatures = await read_signatures(self._session, drafts)
        deciders = await self._deciders(queue)
        costs = await read_costs(self._session, list(versions.values()), brand=queue.brand)
        firsts = await read_first_messages(self._session, [(step, creators[step.creator_id]) for step, _, _ in held])
        shop = await read_shop_access(self._session, brand=queue.brand)
        carrying = {draft for draft, version in versions.items() if version.cards}
        about = [draft for _, draft, _ in held]
        in_shop = await read_shop_facts(self._session, about, carrying, brand=queue.brand, now=self._now)
        progress = await read_progress(self._session, drafts, now=self._now)
        before = await read_before(self._session, drafts, now=self._now)
        found: list[Candidate] = []
        for step, draft, batch in one_a_person(held, creators):
            first = firsts[step.id]
            rows = _Held(step, draft, batch, versions[draft.id], creators[draft.creator_id], first.passes)
            self._rows[StepId(step.id)] = rows
            found.append(
                _to_candidate(
                    rows,
                    kind=kinds[draft.id],
                    relation=relations.get(draft.creator_id),
                    suppressed=draft.creator_id in suppressed,
                    signatures=signatures[DraftId(draft.id)],
                    deciders=deciders,
                    costs=costs[draft.id],
                    first=first,
                    shop=shop,
                    progress=progress.get(DraftId(draft.id)),
                    before=before.get(DraftId(draft.id)),
                    in_shop=in_shop.get(draft.id, ShopFacts()),
                )
            )
        return found

    async def _deciders(self, queue: Queue) -> int:
        rows = await self._session.scalars(
            select(MemberRow).where(MemberRow.tenant_id == queue.tenant, MemberRow.active)
        )
        members = [to_member(row) for row in rows]
        deputies = [deputy for deputy, _ in await lent_roles(self._session, [one.id for one in members])]
        return count_deciders(members, deputies, brand=queue.brand, at=self._now)


def one_a_person(
    held: Sequence[tuple[StepRow, DraftRow, BatchRow]], creators: Mapping[int, CreatorRow]
) -> list[tuple[StepRow, DraftRow, BatchRow]]:
    """Of first messages that wait for one person who is known twice, the first; the others come after its end."""
    met: set[tuple[str, str]] = set()
    kept = []
    for rows in held:
        person = creators[rows[0].creator_id]
        key = (person.platform, person.handle_key)
        waits = rows[0].first_message and rows[0].state in _WAITING
        if waits and key in met:
            continue
        if waits:
            met.add(key)
        kept.append(rows)
    return kept


def to_ticket(send: SendRow, step: StepRow, version: DraftVersionRow, creator: CreatorRow) -> SendTicket:
    """What a messenger is asked to send, or what became of it."""
    return SendTicket(
        send=SendId(send.id),
        step=StepId(step.id),
        brand=BrandId(step.brand_id),
        creator=CreatorId(step.creator_id),
        handle=creator.handle,
        platform=creator.platform,
        text=version.text,
        idempotency_key=step.idempotency_key,
    )


def _check_move(state: StepState, to: StepState) -> None:
    if to not in STEP_MOVES[state]:
        raise Conflict("step_cannot_move", state=state.value, to=to.value)


def _to_candidate(
    rows: _Held,
    *,
    kind: ProposalKind,
    relation: RelationRow | None,
    suppressed: bool,
    signatures: tuple[Signature, ...],
    deciders: int,
    costs: Costs,
    first: FirstMessage,
    shop: ShopAccess,
    progress: Progress | None,
    before: Before | None,
    in_shop: ShopFacts,
) -> Candidate:
    step, creator, version = rows.step, rows.creator, to_version(rows.version)
    return Candidate(
        step=StepId(step.id),
        draft=DraftId(rows.draft.id),
        state=StepState(step.state),
        due_at=step.due_at,
        attempts=step.attempts,
        brand=BrandId(step.brand_id),
        creator=Creator(
            id=CreatorId(creator.id),
            tenant=TenantId(creator.tenant_id) if creator.tenant_id is not None else None,
            facts=CreatorFacts(
                handle=creator.handle,
                platform=creator.platform,
                name=creator.name,
                market=creator.market,
                zone=creator.zone,
                email=creator.email,
                profile_url=creator.profile_url,
            ),
            source=Source(creator.source, creator.source_as_of),
        ),
        channel=Channel(step.channel),
        home=home_zone(creator.zone, creator.market, creator.likely_zone),
        version=VersionId(version.id),
        signable=Signable(
            kind=kind,
            digest=version.digest,
            offer=version.content.offer,
            author=version.author,
            maker=MemberId(rows.batch.made_by),
            fee_minor=costs.fee,
            sample_minor=costs.sample,
        ),
        signatures=signatures,
        deciders=deciders,
        batch_stopped=rows.batch.stopped_at is not None,
        opted_out=suppressed or (relation is not None and relation.opted_out_at is not None),
        blocked=relation is not None and relation.blocked,
        reason=reason_of(step),
        first=step.first_message,
        contact=first.contact,
        has_pass=first.has_pass,
        shop_connected=shop.connected,
        shop_revoked=shop.revoked,
        progress=progress,
        before=before,
        terms=in_shop.terms,
        cards=version.content.cards,
        card_facts=in_shop.cards,
        starts_on=rows.batch.starts_on,
    )
