"""A demo's past written down: batches that were approved and sent, what creators answered, and their samples."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from memory.bulk import upsert_many
from memory.domain.errors import Conflict
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId
from memory.domain.offer import Offer
from memory.domain.outreach import (
    FIRST_MESSAGES,
    Channel,
    Content,
    Gist,
    ProposalKind,
    Purpose,
    SendState,
    StepState,
    Verdict,
    digest_of,
)
from memory.domain.past import PastMessage, PastSample, PastTalk
from memory.domain.sample import RECEIVED, SampleStatus, content_days
from memory.domain.templates import built_in
from memory.domain.workspace import Scope, WorkspaceKind
from memory.domain.zones import home_zone
from memory.models.base import BrandRow
from memory.models.creators import CreatorRow, RelationRow
from memory.models.outreach import (
    BatchRow,
    CreatorMessageRow,
    DecisionRow,
    DraftRow,
    DraftVersionRow,
    PresentationRow,
    PresentedRow,
    ProposalRow,
    SendRow,
    StepRow,
)
from memory.models.samples import SampleRow
from memory.models.shop import ProductRow
from memory.models.workspace import WorkspaceRow
from memory.repositories.creators import CreatorRepository
from memory.tenancy import ScopedSession

MOST_IN_BATCH: Final = 200
_SHOWN, _DECIDED, _WROTE = timedelta(hours=2), timedelta(hours=1), timedelta(hours=3)
_GOOD_FOR = timedelta(days=14)
_CHANNEL: Final = Channel.PLAYGROUND
_Row = dict[str, Any]


@dataclass(slots=True)
class _Sent:
    """One message of ours on its way into the tables."""

    creator: CreatorId
    zone_of: CreatorRow
    product: int | None
    told: PastMessage
    round: int
    draft: int = 0
    version: int = 0
    digest: str = ""
    step: int = 0


@dataclass(frozen=True, slots=True)
class _Batch:
    """A week's messages of one purpose and product, oldest first."""

    code: str
    purpose: Purpose
    product: int | None
    own: Sequence[_Sent]

    @property
    def first(self) -> datetime:
        return self.own[0].told.at

    @property
    def last(self) -> datetime:
        return self.own[-1].told.at

    @property
    def began(self) -> datetime:
        return self.first - _WROTE

    def row(self, by: MemberId) -> _Row:
        return {
            "code": self.code, "purpose": self.purpose.value, "channel": _CHANNEL.value, "product_id": self.product,
            "made_by": by, "made_at": self.began, "decide_by": self.last, "published_at": self.began,
        }  # fmt: skip


class PastRepository:
    """Satisfies `memory.domain.past.PastStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def write(self, talks: Sequence[PastTalk], *, brand: BrandId, by: MemberId, approver: MemberId) -> int:
        """See `PastStore.write`."""
        kind = await self._session.scalar(select(WorkspaceRow.kind))
        if kind != WorkspaceKind.DEMO:
            raise Conflict("real_for_life")
        creators = await CreatorRepository(self._session, self._scope, self._now).by_handles(
            [talk.handle for talk in talks]
        )
        ids = {handle: creator.id for handle, creator in creators.items()}
        written = set(await self._session.scalars(select(StepRow.creator_id).where(StepRow.brand_id == brand)))
        new = [
            (CreatorId(creator), talk)
            for talk in talks
            if (creator := ids.get(talk.handle.lower())) is not None and creator not in written
        ]
        if not new:
            return 0
        sent = await self._sent(new, brand)
        await self._draft(sent, brand, by=by, approver=approver)
        await self._step(sent, brand)
        await self._answers(new, sent, brand)
        await self._samples(new, brand, by=by, approver=approver)
        await self._relate(new, brand)
        return len(new)

    async def _sent(self, new: Sequence[tuple[CreatorId, PastTalk]], brand: BrandId) -> list[_Sent]:
        rows = await self._session.scalars(select(CreatorRow).where(CreatorRow.id.in_([creator for creator, _ in new])))
        known = {row.id: row for row in rows}
        goods = await self._products(brand)
        found = []
        for creator, talk in new:
            rounds = 0
            for told in talk.messages:
                if told.purpose is None:
                    continue
                rounds = rounds + 1 if told.purpose is Purpose.FOLLOW_UP else 1
                found.append(_Sent(creator, known[creator], goods.get(talk.product), told, rounds))
        return found

    async def _products(self, brand: BrandId) -> dict[str, int]:
        rows = await self._session.execute(select(ProductRow.name, ProductRow.id).where(ProductRow.brand_id == brand))
        return {row.name: row.id for row in rows}

    async def _draft(self, sent: Sequence[_Sent], brand: BrandId, *, by: MemberId, approver: MemberId) -> None:
        """Batches of a week's messages of one purpose and product, shown to who approved them."""
        counted = await self._session.scalar(select(func.count()).select_from(BatchRow).where(BatchRow.code.like("H%")))
        serial = counted or 0
        groups: dict[tuple[str, int, Any], list[_Sent]] = defaultdict(list)
        for one in sorted(sent, key=lambda each: (each.told.at, each.creator)):
            week = one.told.at.isocalendar()
            groups[str(one.told.purpose), one.product or 0, (week.year, week.week)].append(one)
        batches = []
        for (purpose, product, _), everyone in sorted(groups.items(), key=lambda each: each[1][0].told.at):
            for start in range(0, len(everyone), MOST_IN_BATCH):
                own, serial = everyone[start : start + MOST_IN_BATCH], serial + 1
                batches.append(_Batch(f"H{serial}", Purpose(purpose), product or None, own))
        await self._keep(batches, brand, by=by, approver=approver)

    async def _keep(self, batches: Sequence[_Batch], brand: BrandId, *, by: MemberId, approver: MemberId) -> None:
        """All of them table by table: few statements for many batches."""
        ids = await self._insert(BatchRow, [batch.row(by) for batch in batches], brand)
        every = [
            (batch_id, batch, number, one)
            for batch_id, batch in zip(ids, batches, strict=True)
            for number, one in enumerate(batch.own, 1)
        ]
        drafts = [
            {
                "batch_id": batch_id, "number": number, "creator_id": one.creator, "purpose": batch.purpose.value,
                "channel": _CHANNEL.value, "product_id": batch.product, "occasion": one.told.key, "newest": 1,
            }
            for batch_id, batch, number, one in every
        ]  # fmt: skip
        for (_, batch, _, one), draft in zip(every, await self._insert(DraftRow, drafts, brand), strict=True):
            one.draft, one.digest = draft, _digest(one, draft, batch.purpose)
        versions: list[_Row] = [
            {
                "draft_id": one.draft, "number": 1, "digest": one.digest, "text": one.told.text,
                "text_zh": one.told.text_zh, "language": one.told.language, "template": one.told.template,
                "paired": True, "commission_bp": one.told.commission_bp, "free_sample": one.told.sample, "flags": [],
                "author_id": by, "made_at": batch.began,
            }
            for _, batch, _, one in every
        ]  # fmt: skip
        for (_, _, _, one), version in zip(every, await self._insert(DraftVersionRow, versions, brand), strict=True):
            one.version = version
        proposals = [
            {"kind": ProposalKind.MESSAGE.value, "draft_id": one.draft, "made_at": batch.began}
            for _, batch, _, one in every
        ]
        await self._insert(ProposalRow, proposals, brand)
        shown = [
            {
                "batch_id": batch_id, "member_id": approver, "made_at": batch.first - _SHOWN,
                "delivered_at": batch.first - _SHOWN, "decide_by": batch.last,
            }
            for batch_id, batch in zip(ids, batches, strict=True)
        ]  # fmt: skip
        seen = dict(zip(ids, await self._insert(PresentationRow, shown, brand), strict=True))
        presented = [
            {
                "presentation_id": seen[batch_id], "number": number, "draft_id": one.draft,
                "version_id": one.version, "digest": one.digest, "in_full": True,
            }
            for batch_id, _, number, one in every
        ]  # fmt: skip
        await upsert_many(self._session, PresentedRow, presented, brand=brand, unique=("presentation_id", "number"))
        decisions = [
            {
                "draft_id": one.draft, "member_id": approver, "verdict": Verdict.APPROVE.value,
                "version_id": one.version, "digest": one.digest, "presentation_id": seen[batch_id],
                "decided_at": batch.first - _DECIDED, "valid_until": batch.last + _GOOD_FOR,
            }
            for batch_id, batch, _, one in every
        ]  # fmt: skip
        await self._insert(DecisionRow, decisions, brand)

    async def _step(self, sent: Sequence[_Sent], brand: BrandId) -> None:
        channel = _CHANNEL.value
        steps = [
            {
                "draft_id": one.draft, "creator_id": one.creator, "channel": channel,
                "occasion": f"{brand}/{one.told.key}", "idempotency_key": f"{brand}/{one.told.key}",
                "first_message": one.told.purpose in FIRST_MESSAGES, "state": StepState.SENT.value,
                "due_at": one.told.at, "look_at": one.told.at, "attempts": 1, "may_have_gone": False,
                "made_at": one.told.at - _DECIDED, "sent_at": one.told.at,
            }
            for one in sent
        ]  # fmt: skip
        for one, step in zip(sent, await self._insert(StepRow, steps, brand), strict=True):
            one.step = step
        sends = [
            {
                "step_id": one.step, "attempt": 1, "state": SendState.ACCEPTED.value, "version_id": one.version,
                "digest": one.digest, "claimed_at": one.told.at, "lease_until": one.told.at,
                "settled_at": one.told.at, "outside_id": one.told.key, "template": built_in(one.told.template),
                "language": one.told.language, "local_hour": _hour(one), "round": one.round,
            }
            for one in sent
        ]  # fmt: skip
        await self._insert(SendRow, sends, brand)

    async def _answers(self, new: Sequence[tuple[CreatorId, PastTalk]], sent: Sequence[_Sent], brand: BrandId) -> None:
        steps = {(one.creator, one.told.key): one.step for one in sent}
        rows = []
        for creator, talk in new:
            step = None
            for place, told in enumerate(talk.messages):
                if told.purpose is not None:
                    step = steps[creator, told.key]
                    continue
                after = talk.messages[place + 1].at if place + 1 < len(talk.messages) else told.at
                gist = Gist(told.intent, 90) if told.intent else None
                rows.append(
                    {
                        "creator_id": creator, "source": "playground", "outside_id": f"{brand}/{told.key}",
                        "text": told.text, "received_at": told.at, "stored_at": told.at, "intent": told.intent,
                        "gist": _written(gist), "step_id": step, "read_at": after, "answered_at": after,
                        "noticed_at": told.at,
                    }
                )  # fmt: skip
        await self._insert(CreatorMessageRow, rows, brand)

    async def _samples(
        self, new: Sequence[tuple[CreatorId, PastTalk]], brand: BrandId, *, by: MemberId, approver: MemberId
    ) -> None:
        goods, markets = await self._products(brand), await self._markets(creator for creator, _ in new)
        rows = [
            _sample(talk.sample, creator, goods.get(talk.product), markets.get(creator), by=by, approver=approver)
            for creator, talk in new
            if talk.sample is not None
        ]
        await self._insert(SampleRow, rows, brand)

    async def _markets(self, creators: Iterable[CreatorId]) -> dict[int, str | None]:
        rows = await self._session.execute(
            select(CreatorRow.id, CreatorRow.market).where(CreatorRow.id.in_(list(creators)))
        )
        return {row.id: row.market for row in rows}

    async def _relate(self, new: Sequence[tuple[CreatorId, PastTalk]], brand: BrandId) -> None:
        rows = [
            {
                "creator_id": creator,
                "stage": talk.stage.value,
                "last_contacted_at": max(one.at for one in talk.messages if one.purpose is not None),
                "samples_received": int(talk.sample is not None and talk.sample.status in RECEIVED),
                "samples_posted": int(talk.sample is not None and talk.sample.status is SampleStatus.POSTED),
                "changed_at": self._now,
            }
            for creator, talk in new
        ]
        await upsert_many(self._session, RelationRow, rows, brand=brand, unique=("brand_id", "creator_id"))

    async def _insert(self, table: type[BrandRow], rows: Sequence[Mapping[str, Any]], brand: BrandId) -> list[int]:
        """Insert rows of a brand; their ids, in their order."""
        if not rows:
            return []
        mapped: Any = table  # each class that is written here has an id
        added = await self._session.scalars(
            insert(table).returning(mapped.id, sort_by_parameter_order=True),
            [{**row, "brand_id": brand} for row in rows],
            execution_options={"render_nulls": True},
        )
        return list(added)


def _digest(one: _Sent, draft: int, purpose: Purpose) -> str:
    told = one.told
    offer = Offer(commission_bp=told.commission_bp, free_sample=told.sample)
    content = Content(told.text, told.text_zh, told.language, offer, told.template)
    return digest_of(content, draft=DraftId(draft), creator=one.creator, channel=_CHANNEL, purpose=purpose)


def _hour(one: _Sent) -> int:
    return one.told.at.astimezone(home_zone(one.zone_of.zone, one.zone_of.market).zone).hour


def _written(gist: Gist | None) -> _Row:
    found: _Row = asdict(gist) if gist is not None else {}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in found.items()}


def _sample(
    sample: PastSample, creator: CreatorId, product: int | None, market: str | None, *, by: MemberId, approver: MemberId
) -> _Row:
    times = (sample.posted_at, sample.delivered_at, sample.shipped_at, sample.approved_at)
    since = next(at for at in times if at is not None)
    delivered = sample.delivered_at
    return {
        "creator_id": creator, "product_id": product, "status": sample.status.value, "since": since,
        "cost_minor": sample.cost.minor, "cost_currency": sample.cost.currency,
        "tracking_number": sample.tracking_number, "content_link": sample.content_link, "approved_by": approver,
        "approved_at": sample.approved_at, "shipped_at": sample.shipped_at, "delivered_at": delivered,
        "due_at": delivered + timedelta(days=content_days(market)) if delivered else None,
        "posted_at": sample.posted_at, "made_by": by, "made_at": sample.approved_at, "changed_at": since,
    }  # fmt: skip
