"""What was shown to whom, and what was decided of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from memory.domain.deputies import highest
from memory.domain.dispatch import Signature
from memory.domain.errors import NotFound
from memory.domain.ids import BatchId, BrandId, ConversationId, DraftId, MemberId, PresentationId
from memory.domain.outreach import Draft, Presentation, Verdict
from memory.domain.workspace import Role, Scope
from memory.models.outreach import (
    BatchRow,
    DecisionRow,
    DraftRow,
    DraftVersionRow,
    PresentationRow,
    PresentedRow,
    StepRow,
)
from memory.models.workspace import MemberRow
from memory.repositories.deputies import lent_roles
from memory.repositories.draft_rows import read_drafts, select_drafts


class DecisionRepository:
    """Presentations and decisions of one scope; never commits."""

    def __init__(self, session: AsyncSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def present(
        self,
        batch: BatchId,
        *,
        conversation: ConversationId | None,
        numbers: Sequence[int],
        now: datetime,
        in_full: Collection[int] | None = None,
    ) -> Presentation:
        """See `DraftStore.present`."""
        shown = (
            await self._session.execute(
                select(DraftRow, DraftVersionRow, BatchRow)
                .join(BatchRow, BatchRow.id == DraftRow.batch_id)
                .join(
                    DraftVersionRow,
                    (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest),
                )
                .where(DraftRow.batch_id == batch, DraftRow.number.in_(list(numbers)))
                .order_by(DraftRow.number)
                .execution_options(populate_existing=True)
            )
        ).all()
        if not shown:
            raise NotFound("nothing_to_show")
        batch_row = shown[0][2]
        row = PresentationRow(
            tenant_id=batch_row.tenant_id,
            brand_id=batch_row.brand_id,
            batch_id=batch,
            member_id=self._scope.member,
            conversation_id=conversation,
            made_at=now,
            decide_by=batch_row.decide_by,
        )
        self._session.add(row)
        await self._session.flush()
        self._session.add_all(
            PresentedRow(
                tenant_id=row.tenant_id,
                brand_id=row.brand_id,
                presentation_id=row.id,
                number=draft.number,
                draft_id=draft.id,
                version_id=version.id,
                digest=version.digest,
                in_full=in_full is None or draft.number in in_full,
            )
            for draft, version, _ in shown
        )
        await self._session.flush()
        return _to_presentation(row, batch_row.code, await self._shown(row.id))

    async def delivered(self, presentation: PresentationId, *, now: datetime) -> None:
        """See `DraftStore.delivered`. The first time counts."""
        row = await self._session.scalar(
            select(PresentationRow)
            .where(PresentationRow.id == presentation, PresentationRow.member_id == self._scope.member)
            .with_for_update()
        )
        if row is None:
            raise NotFound("card_gone")
        row.delivered_at = row.delivered_at or now
        await self._session.flush()

    async def undelivered(self, presentation: PresentationId) -> None:
        """See `DraftStore.undelivered`."""
        await self._session.execute(
            update(PresentationRow)
            .where(PresentationRow.id == presentation, PresentationRow.member_id == self._scope.member)
            .values(delivered_at=None),
            execution_options={"synchronize_session": False},
        )

    async def presentation(self, presentation: PresentationId) -> Presentation | None:
        """See `DraftStore.presentation`."""
        found = (
            await self._session.execute(
                select(PresentationRow, BatchRow.code)
                .join(BatchRow, BatchRow.id == PresentationRow.batch_id)
                .where(PresentationRow.id == presentation, PresentationRow.member_id == self._scope.member)
                .execution_options(populate_existing=True)
            )
        ).one_or_none()
        if found is None:
            return None
        row, code = found
        return _to_presentation(row, code, await self._shown(row.id))

    async def newest_presentation(self, batch: BatchId, *, conversation: ConversationId | None) -> Presentation | None:
        """See `DraftStore.newest_presentation`.

        A later card of some numbers leaves the earlier card of the others in force: each number counts as it was
        shown last, and `carried` names the presentation that showed it.
        """
        rows = (
            await self._session.execute(
                select(PresentationRow, BatchRow.code)
                .join(BatchRow, BatchRow.id == PresentationRow.batch_id)
                .where(
                    PresentationRow.batch_id == batch,
                    PresentationRow.conversation_id == conversation,
                    PresentationRow.member_id == self._scope.member,
                    PresentationRow.delivered_at.is_not(None),
                )
                .order_by(PresentationRow.delivered_at.desc(), PresentationRow.id.desc())
                .execution_options(populate_existing=True)
            )
        ).all()
        if not rows:
            return None
        shown: dict[int, tuple[str, bool]] = {}
        carried: dict[int, PresentationId] = {}
        for row, _ in rows:
            for number, (digest, in_full) in (await self._shown(row.id)).items():
                newest, was_in_full = shown.get(number, (digest, False))
                if number not in shown or (in_full and not was_in_full and newest == digest):
                    shown[number] = digest, in_full
                    carried[number] = PresentationId(row.id)
        return _to_presentation(rows[0][0], rows[0][1], dict(sorted(shown.items())), carried)

    async def lock(self, batch: BatchId, *, numbers: Sequence[int]) -> list[Draft]:
        """See `DraftStore.lock`. The batch is held shared, so that a stop comes wholly before or wholly after."""
        await self._session.execute(select(BatchRow.id).where(BatchRow.id == batch).with_for_update(read=True))
        drafts = (
            await self._session.scalars(
                select(DraftRow.id)
                .where(DraftRow.batch_id == batch, DraftRow.number.in_(list(numbers)))
                .order_by(DraftRow.number)
                .with_for_update()
            )
        ).all()
        await self._session.execute(
            select(StepRow.id).where(StepRow.draft_id.in_(drafts)).order_by(StepRow.draft_id).with_for_update()
        )
        return await read_drafts(self._session, select_drafts().where(DraftRow.id.in_(drafts)), now=self._now)

    async def decide(
        self,
        verdict: Verdict,
        shown: Mapping[PresentationId, Sequence[Draft]],
        *,
        brand: BrandId,
        valid_until: datetime,
    ) -> None:
        """See `DraftStore.decide`."""
        await self._session.execute(
            update(DecisionRow)
            .where(
                DecisionRow.draft_id.in_([draft.id for drafts in shown.values() for draft in drafts]),
                DecisionRow.member_id == self._scope.member,
                DecisionRow.voided_at.is_(None),
            )
            .values(voided_at=self._now),
            execution_options={"synchronize_session": False},
        )
        self._session.add_all(
            DecisionRow(
                tenant_id=self._scope.tenant,
                brand_id=brand,
                draft_id=draft.id,
                member_id=self._scope.member,
                verdict=verdict.value,
                version_id=draft.version.id,
                digest=draft.version.digest,
                presentation_id=presentation,
                decided_at=self._now,
                valid_until=valid_until,
            )
            for presentation, drafts in shown.items()
            for draft in drafts
        )
        await self._session.flush()

    async def signatures(self, drafts: Sequence[DraftId]) -> dict[DraftId, tuple[Signature, ...]]:
        """See `DraftStore.signatures`."""
        return await read_signatures(self._session, drafts)

    async def _shown(self, presentation: int) -> dict[int, tuple[str, bool]]:
        """Number → the digest shown, and whether its texts were shown word for word."""
        rows = await self._session.execute(
            select(PresentedRow.number, PresentedRow.digest, PresentedRow.in_full)
            .where(PresentedRow.presentation_id == presentation)
            .order_by(PresentedRow.number)
        )
        return {row.number: (row.digest, row.in_full) for row in rows}


async def read_signatures(session: AsyncSession, drafts: Sequence[DraftId]) -> dict[DraftId, tuple[Signature, ...]]:
    """Live decisions of drafts, oldest first, with the members' roles of this moment.

    What was decided while standing in for somebody counts with that member's role of this moment, its date passed or
    not, unless the standing-in was taken back.
    """
    rows = await session.execute(
        select(DecisionRow, MemberRow, PresentationRow, PresentedRow.digest)
        .join(MemberRow, MemberRow.id == DecisionRow.member_id)
        .join(PresentationRow, PresentationRow.id == DecisionRow.presentation_id)
        .outerjoin(
            PresentedRow,
            (PresentedRow.presentation_id == DecisionRow.presentation_id)
            & (PresentedRow.draft_id == DecisionRow.draft_id),
        )
        .where(DecisionRow.draft_id.in_(drafts), DecisionRow.voided_at.is_(None))
        .order_by(DecisionRow.id)
        .execution_options(populate_existing=True)
    )
    found: dict[DraftId, list[Signature]] = {draft: [] for draft in drafts}
    decisions = rows.all()
    lent = await lent_roles(session, {decision.member_id for decision, *_ in decisions})
    sizes = await _sizes(session, {(decision.member_id, decision.decided_at) for decision, *_ in decisions})
    for decision, member, shown, digest in decisions:
        was_shown = shown.delivered_at is not None and digest == decision.digest
        works_here = member.active and member.works_for in (None, decision.brand_id)
        principals = [
            principal
            for deputy, principal in lent
            if deputy.member == decision.member_id and deputy.covers(decision.decided_at)
        ]
        found[DraftId(decision.draft_id)].append(
            Signature(
                member=MemberId(decision.member_id),
                name=member.name,
                role=highest(Role(member.role), principals, brand=BrandId(decision.brand_id)) if works_here else None,
                verdict=Verdict(decision.verdict),
                digest=decision.digest,
                seen=was_shown and decision.decided_at < shown.decide_by,
                decided_at=decision.decided_at,
                valid_until=decision.valid_until,
                size=sizes.get((decision.member_id, decision.decided_at), 1),
            )
        )
    return {draft: tuple(signatures) for draft, signatures in found.items()}


async def _sizes(session: AsyncSession, made: Collection[tuple[int, datetime]]) -> dict[tuple[int, datetime], int]:
    """How many drafts each decision approved: one member's approvals of one moment."""
    if not made:
        return {}
    rows = await session.execute(
        select(DecisionRow.member_id, DecisionRow.decided_at, func.count(DecisionRow.id))
        .where(
            DecisionRow.member_id.in_({member for member, _ in made}),
            DecisionRow.decided_at.in_({moment for _, moment in made}),
            DecisionRow.verdict == Verdict.APPROVE.value,
        )
        .group_by(DecisionRow.member_id, DecisionRow.decided_at)
    )
    return {(member, moment): count for member, moment, count in rows}


def _to_presentation(
    row: PresentationRow,
    code: str,
    shown: dict[int, tuple[str, bool]],
    carried: dict[int, PresentationId] | None = None,
) -> Presentation:
    return Presentation(
        id=PresentationId(row.id),
        batch=BatchId(row.batch_id),
        batch_code=code,
        member=MemberId(row.member_id),
        conversation=ConversationId(row.conversation_id) if row.conversation_id is not None else None,
        shown={number: digest for number, (digest, _) in shown.items()},
        delivered_at=row.delivered_at,
        decide_by=row.decide_by,
        carried=carried or {},
        in_full=frozenset(number for number, (_, in_full) in shown.items() if in_full),
    )
