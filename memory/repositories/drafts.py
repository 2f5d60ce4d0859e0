"""Batches, drafts and their versions; this inherits `decisions.py` and `pausing.py`."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.orm import aliased

from memory.domain.chat_stores import Fence
from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, CampaignId, ConversationId, CreatorId, CreatorMessageId, DraftId, ProductId
from memory.domain.outreach import (
    GIVEN_UP,
    REOPENED,
    Batch,
    Channel,
    Content,
    Draft,
    DraftStatus,
    DraftVersion,
    Flag,
    NewDraft,
    ProposalKind,
    Purpose,
    StepState,
    digest_of,
)
from memory.domain.shop_cards import from_card
from memory.domain.templates import version_of
from memory.models.books import AuditEventRow
from memory.models.outreach import (
    BatchRow,
    BatchSerialRow,
    CreatorMessageRow,
    DecisionRow,
    DraftRow,
    DraftVersionRow,
    FollowUpRow,
    ProposalRow,
    StepRow,
)
from memory.repositories.draft_rows import REJECTED, read_batches, read_drafts, select_drafts, to_version
from memory.repositories.follow_up_rows import to_row
from memory.repositories.pausing import PausingRepository
from memory.standing import as_rows, columns_of, standing

# No C (it names changes to confirm), no I or O (they look like digits). K comes first.
_LETTERS = "KLMNPQRSTUVWXYZABDEFGHJ"
_OPEN_BATCHES = standing(
    select(*columns_of(BatchRow))
    .where(
        BatchRow.conversation_id == bindparam("conversation"),
        BatchRow.published_at.is_not(None),
        BatchRow.stopped_at.is_(None),
        BatchRow.decide_by > bindparam("now"),
    )
    .order_by(BatchRow.id.desc())
)
_PAGE = 500
_CLAIMED = frozenset({StepState.SENDING, StepState.UNKNOWN, StepState.SENT, StepState.FAILED})


def code_of(serial: int) -> str:
    """The short code of a tenant's nth batch (from 1): K1 … K9, L1 … J9, K11 …"""
    block, digit = divmod(serial - 1, 9)
    around, letter = divmod(block, len(_LETTERS))
    return f"{_LETTERS[letter]}{around or ''}{digit + 1}"


class DraftRepository(PausingRepository):
    """Batches, drafts, versions, presentations and decisions of one scope; never commits."""

    async def add_batch(
        self,
        drafts: Sequence[NewDraft],
        *,
        brand: BrandId,
        conversation: ConversationId | None,
        purpose: Purpose,
        channel: Channel,
        product: ProductId | None,
        decide_by: datetime,
        fence: Fence | None,
        answers: CreatorMessageId | None = None,
    ) -> Batch:
        """See `DraftStore.add_batch`."""
        batch = BatchRow(
            tenant_id=self._scope.tenant,
            brand_id=brand,
            code=code_of(await self._next_serial()),
            conversation_id=conversation,
            purpose=purpose.value,
            channel=channel.value,
            product_id=product,
            made_by=self._scope.member,
            made_at=self._now,
            decide_by=decide_by,
            published_at=None if fence else self._now,
            turn_id=fence.turn if fence else None,
            turn_attempt=fence.attempt if fence else None,
        )
        self._session.add(batch)
        await self._session.flush()
        rows = [
            DraftRow(
                tenant_id=self._scope.tenant,
                brand_id=brand,
                batch_id=batch.id,
                number=number,
                creator_id=draft.creator,
                purpose=purpose.value,
                channel=(draft.channel or channel).value,
                product_id=draft.product or product,
                answers_id=answers,
                occasion=_occasion(draft, batch.id, answers),
                newest=1,
            )
            for number, draft in enumerate(drafts, start=1)
        ]
        self._session.add_all(rows)
        await self._session.flush()
        for row, draft in zip(rows, drafts, strict=True):
            if draft.follow is not None:
                self._session.add(to_row(draft.follow, row, now=self._now))
            self._session.add(self._version(row, draft.content, draft.flags))
            self._session.add(
                ProposalRow(
                    tenant_id=self._scope.tenant,
                    brand_id=brand,
                    kind=ProposalKind.MESSAGE.value,
                    draft_id=row.id,
                    made_at=self._now,
                )
            )
        await self._session.flush()
        return (await read_batches(self._session, [batch], now=self._now))[0]

    async def batch(self, code: str) -> Batch | None:
        """See `DraftStore.batch`."""
        row = await self._session.scalar(
            select(BatchRow).where(BatchRow.code == code.strip().upper()).execution_options(populate_existing=True)
        )
        return (await read_batches(self._session, [row], now=self._now))[0] if row else None

    async def batches(self, *, limit: int = 50, offset: int = 0) -> list[Batch]:
        """See `DraftStore.batches`."""
        rows = await self._session.scalars(
            select(BatchRow)
            .where(BatchRow.published_at.is_not(None))
            .order_by(BatchRow.id.desc())
            .limit(limit)
            .offset(offset)
        )
        return await read_batches(self._session, rows.all(), now=self._now)

    async def open_batches(self, conversation: ConversationId) -> list[Batch]:
        """See `DraftStore.open_batches`."""
        rows = await self._session.execute(_OPEN_BATCHES, {"conversation": conversation, "now": self._now})
        found = await read_batches(self._session, as_rows(BatchRow, rows), now=self._now)
        return [batch for batch in found if any(_waits(draft) for draft in batch.drafts)]

    async def find(
        self,
        *,
        statuses: Sequence[DraftStatus] = (),
        batch: str | None = None,
        campaign: CampaignId | None = None,
        limit: int = 200,
    ) -> list[Draft]:
        """See `DraftStore.find`."""
        query = select_drafts().where(BatchRow.published_at.is_not(None))
        if batch is not None:
            query = query.where(BatchRow.code == batch.strip().upper())
        if campaign is not None:
            query = query.where(BatchRow.campaign_id == campaign)
        found: list[Draft] = []
        for offset in range(0, 100 * _PAGE, _PAGE):
            page = await read_drafts(self._session, query.limit(_PAGE).offset(offset), now=self._now)
            found += [draft for draft in page if not statuses or draft.status in statuses]
            if len(page) < _PAGE or len(found) >= limit:
                break
        return found[:limit]

    async def newest_sent(self, creators: Collection[CreatorId]) -> dict[CreatorId, Draft]:
        """See `DraftStore.newest_sent`."""
        newest = (
            select(StepRow.draft_id)
            .where(StepRow.creator_id.in_(creators), StepRow.state == StepState.SENT.value)
            .ext(distinct_on(StepRow.creator_id))
            .order_by(StepRow.creator_id, StepRow.sent_at.desc(), StepRow.id.desc())
        )
        drafts = await read_drafts(self._session, select_drafts().where(DraftRow.id.in_(newest)), now=self._now)
        return {draft.creator: draft for draft in drafts}

    async def unanswered(self) -> list[CreatorId]:
        """See `DraftStore.unanswered`."""
        later = aliased(StepRow)
        same = (later.creator_id == StepRow.creator_id) & (later.brand_id == StepRow.brand_id)
        went_later = select(later.id).where(same, later.sent_at > StepRow.sent_at).exists()
        answered = (
            select(CreatorMessageRow.id)
            .where(
                CreatorMessageRow.creator_id == StepRow.creator_id,
                CreatorMessageRow.brand_id == StepRow.brand_id,
                or_(CreatorMessageRow.step_id == StepRow.id, CreatorMessageRow.received_at >= StepRow.sent_at),
            )
            .exists()
        )
        rows = await self._session.scalars(
            select(StepRow.creator_id)
            .join(DraftRow, DraftRow.id == StepRow.draft_id)
            .where(
                StepRow.state == StepState.SENT.value,
                StepRow.sent_at >= self._now - GIVEN_UP,
                DraftRow.purpose != Purpose.THANKS.value,
                ~went_later,
                ~answered,
            )
            .order_by(DraftRow.batch_id.desc(), DraftRow.number)
        )
        return list(dict.fromkeys(CreatorId(creator) for creator in rows))

    async def waiting(self) -> dict[str, int]:
        """See `DraftStore.waiting`. The statuses of `draft_rows.status_of`, counted where they lie."""
        undecided = or_(
            StepRow.id.is_(None), and_(StepRow.state == StepState.HELD.value, StepRow.reason_key.in_(REOPENED))
        )
        rows = await self._session.execute(
            select(BatchRow.code, func.count())
            .join(DraftRow, DraftRow.batch_id == BatchRow.id)
            .join(
                DraftVersionRow, (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest)
            )
            .outerjoin(StepRow, StepRow.draft_id == DraftRow.id)
            .outerjoin(FollowUpRow, FollowUpRow.draft_id == DraftRow.id)
            .where(
                BatchRow.published_at.is_not(None),
                BatchRow.stopped_at.is_(None),
                undecided,
                FollowUpRow.ended_at.is_(None),
                ~REJECTED,
                or_(BatchRow.decide_by > self._now, DraftVersionRow.flags.contains([{"blocking": True}])),
            )
            .group_by(BatchRow.id, BatchRow.code, BatchRow.decide_by)
            .order_by(BatchRow.decide_by, BatchRow.id)
        )
        return {row[0]: row[1] for row in rows}

    async def by_id(self, draft: DraftId) -> Draft | None:
        """See `DraftStore.by_id`."""
        found = await read_drafts(self._session, select_drafts().where(DraftRow.id == draft), now=self._now)
        return found[0] if found else None

    async def add_version(self, draft: DraftId, content: Content, flags: Sequence[Flag]) -> DraftVersion:
        """See `DraftStore.add_version`."""
        row = await self._session.scalar(
            select(DraftRow).where(DraftRow.id == draft).with_for_update().execution_options(populate_existing=True)
        )
        if row is None:
            raise NotFound("draft_not_found")
        step = await self._session.scalar(
            select(StepRow).where(StepRow.draft_id == draft).with_for_update().execution_options(populate_existing=True)
        )
        if step is not None and step.state in _CLAIMED:
            raise Conflict("already_sending", number=row.number)
        if step is not None and step.state == StepState.STOPPED:
            raise Conflict("draft_ended", number=row.number)
        was = row.newest
        row.newest += 1
        version = self._version(row, content, flags)
        self._session.add(version)
        await self._session.execute(
            update(DecisionRow)
            .where(DecisionRow.draft_id == draft, DecisionRow.voided_at.is_(None))
            .values(voided_at=self._now)
        )
        if step is not None:
            step.state = StepState.HELD.value
            step.reason_key, step.reason_facts = "draft_changed", {}
        self._session.add(
            AuditEventRow(
                member_id=self._scope.member,
                brand_id=row.brand_id,
                event="draft.edited",
                subject=f"draft:{draft}",
                before={"version": was},
                after={"version": row.newest},
                at=self._now,
            )
        )
        await self._session.flush()
        return to_version(version)

    async def version(self, draft: DraftId, number: int) -> DraftVersion | None:
        """See `VersionHistory.version`."""
        row = await self._session.scalar(
            select(DraftVersionRow).where(DraftVersionRow.draft_id == draft, DraftVersionRow.number == number)
        )
        return to_version(row) if row else None

    async def _next_serial(self) -> int:
        """Count up the tenant's batches; holds the counter until the transaction ends."""
        serial: int | None = await self._session.scalar(
            insert(BatchSerialRow)
            .values(tenant_id=self._scope.tenant, last=1)
            .on_conflict_do_update(index_elements=["tenant_id"], set_={"last": BatchSerialRow.last + 1})
            .returning(BatchSerialRow.last)
        )
        if serial is None:
            raise Conflict("conflict")
        return serial

    def _version(self, draft: DraftRow, content: Content, flags: Sequence[Flag]) -> DraftVersionRow:
        fee = content.offer.flat_fee
        return DraftVersionRow(
            tenant_id=draft.tenant_id,
            brand_id=draft.brand_id,
            draft_id=draft.id,
            number=draft.newest,
            digest=digest_of(
                content,
                draft=DraftId(draft.id),
                creator=CreatorId(draft.creator_id),
                channel=Channel(draft.channel),
                purpose=Purpose(draft.purpose),
            ),
            text=content.text,
            text_zh=content.text_zh,
            language=content.language,
            template=content.template,
            template_version_id=version_of(content.template),
            variables={side: dict(words) for side, words in content.variables.items()} if content.variables else None,
            paired=content.paired,
            commission_bp=content.offer.commission_bp,
            fee_minor=fee.minor if fee else None,
            fee_currency=fee.currency if fee else None,
            free_sample=content.offer.free_sample,
            cards=[from_card(card) for card in content.cards],
            flags=[{"key": flag.key, "facts": flag.facts, "blocking": flag.blocking} for flag in flags],
            author_id=self._scope.member,
            made_at=self._now,
        )


def _occasion(draft: NewDraft, batch: int, answers: CreatorMessageId | None) -> str:
    if draft.follow is not None:
        return draft.follow.occasion
    return f"answer:{answers}" if answers else f"batch:{batch}:creator:{draft.creator}:1"


def _waits(draft: Draft) -> bool:
    return draft.approvable or draft.status is DraftStatus.FAILING
