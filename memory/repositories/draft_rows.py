"""How a draft is read from its rows: its newest version, and what became of it. Locks and changes are elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.ids import BatchId, BrandId, ConversationId, CreatorId, DraftId, MemberId, ProductId, VersionId
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import (
    REOPENED,
    Batch,
    Channel,
    Content,
    Draft,
    DraftStatus,
    DraftVersion,
    Flag,
    Purpose,
    StepState,
    Verdict,
)
from memory.domain.shop_cards import to_card
from memory.domain.zones import home_zone
from memory.models.base import JsonObject
from memory.models.creators import CreatorRow
from memory.models.outreach import (
    BatchRow,
    CreatorMessageRow,
    DecisionRow,
    DraftRow,
    DraftVersionRow,
    FollowUpRow,
    StepRow,
)
from memory.models.shop import ProductRow
from memory.repositories.follow_up_rows import to_follow_up

# Whether somebody's rejection of a draft stands.
REJECTED = (
    select(DecisionRow.id)
    .where(
        DecisionRow.draft_id == DraftRow.id,
        DecisionRow.voided_at.is_(None),
        DecisionRow.verdict == Verdict.REJECT.value,
    )
    .exists()
)
_OF_STEP = {
    StepState.PLANNED: DraftStatus.APPROVED,
    StepState.HELD: DraftStatus.HELD,
    StepState.SENDING: DraftStatus.SENDING,
    StepState.SENT: DraftStatus.SENT,
    StepState.UNKNOWN: DraftStatus.UNKNOWN,
    StepState.FAILED: DraftStatus.FAILED,
    StepState.STOPPED: DraftStatus.STOPPED,
}


DraftSelect = Select[
    DraftRow, BatchRow, DraftVersionRow, StepRow, str, str | None, str | None, str | None, bool, datetime, FollowUpRow
]  # the last two and the step may be null: outer joins and an aggregate


@dataclass(frozen=True, slots=True)
class DraftRows:
    """Everything one draft is made of."""

    draft: DraftRow
    batch: BatchRow
    version: DraftVersionRow
    step: StepRow | None
    handle: str
    market: str | None
    zone: str | None
    likely_zone: str | None
    rejected: bool
    replied_at: datetime | None
    follow: FollowUpRow | None

    @property
    def reopened(self) -> bool:
        """Whether its step waits for a decision as if there had been none."""
        step = self.step
        return step is not None and step.state == StepState.HELD and step.reason_key in REOPENED


def select_drafts() -> DraftSelect:
    """Drafts with their rows, in the order of their numbers."""
    replied = (
        select(func.min(CreatorMessageRow.received_at)).where(CreatorMessageRow.step_id == StepRow.id).scalar_subquery()
    )
    return (
        select(
            DraftRow, BatchRow, DraftVersionRow, StepRow, CreatorRow.handle, CreatorRow.market, CreatorRow.zone,
            CreatorRow.likely_zone, REJECTED, replied, FollowUpRow,
        )
        .join(BatchRow, BatchRow.id == DraftRow.batch_id)
        .join(DraftVersionRow, (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest))
        .join(CreatorRow, CreatorRow.id == DraftRow.creator_id)
        .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
        .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
        .order_by(DraftRow.batch_id.desc(), DraftRow.number)
        .execution_options(populate_existing=True)
    )  # fmt: skip


async def read_drafts(session: AsyncSession, query: DraftSelect, *, now: datetime) -> list[Draft]:
    """Run a `select_drafts` query."""
    return [to_draft(DraftRows(*row), now=now) for row in (await session.execute(query)).all()]


async def read_batches(session: AsyncSession, batches: Sequence[BatchRow], *, now: datetime) -> list[Batch]:
    """Batches with all their drafts, in the order given."""
    if not batches:
        return []
    ids = [batch.id for batch in batches]
    drafts = await read_drafts(session, select_drafts().where(DraftRow.batch_id.in_(ids)), now=now)
    wanted = {draft.product for draft in drafts if draft.product is not None}
    names: dict[int, str] = {}
    if wanted:
        found = await session.execute(select(ProductRow.id, ProductRow.name).where(ProductRow.id.in_(wanted)))
        names = {row.id: row.name for row in found}
    return [
        Batch(
            id=BatchId(batch.id),
            code=batch.code,
            brand=BrandId(batch.brand_id),
            conversation=ConversationId(batch.conversation_id) if batch.conversation_id is not None else None,
            purpose=Purpose(batch.purpose),
            product_name=_named(batch, drafts, names),
            made_by=MemberId(batch.made_by),
            made_at=batch.made_at,
            decide_by=batch.decide_by,
            stopped=batch.stopped_at is not None,
            drafts=tuple(draft for draft in drafts if draft.batch == batch.id),
        )
        for batch in batches
    ]


def _named(batch: BatchRow, drafts: Sequence[Draft], names: Mapping[int, str]) -> str | None:
    """What its messages are about, each product once."""
    about = dict.fromkeys(draft.product for draft in drafts if draft.batch == batch.id and draft.product is not None)
    return "、".join(names[product] for product in about if product in names) or None


def to_draft(rows: DraftRows, *, now: datetime) -> Draft:
    """One draft as people see it."""
    draft, step = rows.draft, rows.step
    home = home_zone(rows.zone, rows.market, rows.likely_zone)
    return Draft(
        id=DraftId(draft.id),
        batch=BatchId(draft.batch_id),
        batch_code=rows.batch.code,
        number=draft.number,
        creator=CreatorId(draft.creator_id),
        handle=rows.handle,
        market=rows.market,
        zone=str(home.zone),
        zone_estimated=home.estimated,
        purpose=Purpose(draft.purpose),
        channel=Channel(draft.channel),
        product=ProductId(draft.product_id) if draft.product_id is not None else None,
        version=to_version(rows.version),
        status=status_of(rows, now=now),
        reason=_reason(rows),
        due_at=step.due_at if step and step.state == StepState.PLANNED else None,
        sent_at=step.sent_at if step else None,
        replied_at=rows.replied_at,
        follow=to_follow_up(rows.follow) if rows.follow else None,
        paused=_paused(rows),
        starts_on=rows.batch.starts_on,
    )


def status_of(rows: DraftRows, *, now: datetime) -> DraftStatus:
    """A draft's own state, or that of the step it became; one whose approval fell away is an open draft again.

    What waits in a stopped batch shows as stopped, whatever its step says: the batch holds it.
    """
    batch, step = rows.batch, rows.step
    if batch.published_at is None:
        return DraftStatus.DRAFT
    if rows.rejected:
        return DraftStatus.REJECTED
    if step is not None and not rows.reopened:
        paused = batch.stopped_at is not None and step.state in (StepState.PLANNED, StepState.HELD)
        return DraftStatus.STOPPED if paused else _OF_STEP[StepState(step.state)]
    if batch.stopped_at is not None or (rows.follow is not None and rows.follow.ended_at is not None):
        return DraftStatus.STOPPED
    if any(flag["blocking"] for flag in rows.version.flags):
        return DraftStatus.FAILING
    return DraftStatus.EXPIRED if batch.decide_by <= now else DraftStatus.OPEN


def _paused(rows: DraftRows) -> bool:
    """Whether it is its batch alone that keeps it from going on."""
    ended = rows.rejected or (rows.follow is not None and rows.follow.ended_at is not None)
    goes_on = rows.step is None or rows.step.state in (StepState.PLANNED, StepState.HELD)
    return rows.batch.stopped_at is not None and goes_on and not ended


def _reason(rows: DraftRows) -> Flag | None:
    """Why its step is where it is, or why nobody needs to decide it any more."""
    if rows.follow is not None and rows.follow.ended_key and (rows.step is None or rows.reopened):
        return Flag(rows.follow.ended_key, {})
    return reason_of(rows.step) if rows.step else None


def reason_of(step: StepRow) -> Flag | None:
    """Why a step is where it is."""
    return Flag(step.reason_key, dict(step.reason_facts or {})) if step.reason_key else None


def to_variables(stored: JsonObject | None) -> dict[str, dict[str, str]] | None:
    """The words of placeholders by language and name; None for a version that has none."""
    if not stored:
        return None
    return {
        language: {name: str(word) for name, word in words.items()}
        for language, words in stored.items()
        if isinstance(words, dict)
    }


def to_version(row: DraftVersionRow) -> DraftVersion:
    """One version."""
    fee = Money(row.fee_minor, row.fee_currency) if row.fee_minor is not None and row.fee_currency else None
    return DraftVersion(
        id=VersionId(row.id),
        number=row.number,
        content=Content(
            text=row.text,
            text_zh=row.text_zh,
            language=row.language,
            offer=Offer(commission_bp=row.commission_bp, flat_fee=fee, free_sample=row.free_sample),
            template=row.template,
            paired=row.paired,
            variables=to_variables(row.variables),
            cards=tuple(to_card(card) for card in row.cards),
        ),
        flags=tuple(Flag(flag["key"], dict(flag["facts"]), blocking=flag["blocking"]) for flag in row.flags),
        digest=row.digest,
        author=MemberId(row.author_id),
        made_at=row.made_at,
    )
