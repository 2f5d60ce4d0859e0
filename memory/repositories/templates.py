"""Message templates of one scope: names, versions, which one is in force, and what waits that another one made."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import func, select, update

from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import BrandId, DraftId, MemberId, ProductId, TemplateId, TemplateVersionId
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import Purpose, SendState, StepState
from memory.domain.templates import Template, TemplateVersion, Wording, key_of, plain_name
from memory.domain.workspace import Scope
from memory.models.outreach import BatchRow, DecisionRow, DraftRow, DraftVersionRow, SendRow, StepRow
from memory.models.templates import TemplateRow, TemplateVersionRow
from memory.tenancy import ScopedSession

_QUIET = {"synchronize_session": False}
_FRESH = {"populate_existing": True}
_WAITING = (StepState.PLANNED.value, StepState.HELD.value)


class TemplateRepository:
    """Satisfies `memory.domain.template_stores.TemplateStore`; never commits."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def all(self, *, retired: bool = False) -> list[Template]:
        """See `TemplateStore.all`."""
        query = select(TemplateRow).order_by(TemplateRow.key, TemplateRow.id).execution_options(**_FRESH)
        if not retired:
            query = query.where(TemplateRow.retired_at.is_(None))
        return await self._read((await self._session.scalars(query)).all())

    async def by_id(self, template: TemplateId) -> Template | None:
        """See `TemplateStore.by_id`."""
        rows = await self._session.scalars(
            select(TemplateRow).where(TemplateRow.id == template).execution_options(**_FRESH)
        )
        return next(iter(await self._read(rows.all())), None)

    async def keep(self, name: str, wording: Wording, *, purpose: Purpose, brand: BrandId) -> Template:
        """See `TemplateStore.keep`."""
        row = await self._session.scalar(
            select(TemplateRow)
            .where(TemplateRow.brand_id == brand, TemplateRow.key == key_of(name))
            .with_for_update()
            .execution_options(**_FRESH)
        )
        if row is not None and row.purpose != purpose.value:
            raise Conflict("template_other_purpose", name=row.name)
        if row is None:
            row = TemplateRow(
                tenant_id=self._scope.tenant,
                brand_id=brand,
                name=plain_name(name),
                key=key_of(name),
                purpose=purpose.value,
                current=0,
                made_by=self._scope.member,
                made_at=self._now,
            )
            self._session.add(row)
            await self._session.flush()
        last: int | None = await self._session.scalar(
            select(func.max(TemplateVersionRow.number)).where(TemplateVersionRow.template_id == row.id)
        )
        row.current, row.retired_at = (last or 0) + 1, None
        self._session.add(self._version(row, wording))
        await self._session.flush()
        return await self._one(row.id)

    async def put_in_force(self, template: TemplateId, number: int) -> Template:
        """See `TemplateStore.put_in_force`."""
        (await self._locked(template)).current = number
        await self._session.flush()
        return await self._one(template)

    async def rename(self, template: TemplateId, name: str) -> Template:
        """See `TemplateStore.rename`."""
        row = await self._locked(template)
        other = await self._session.scalar(
            select(TemplateRow.id).where(
                TemplateRow.brand_id == row.brand_id, TemplateRow.key == key_of(name), TemplateRow.id != row.id
            )
        )
        if other is not None:
            raise Conflict("template_name_taken", name=plain_name(name))
        row.name, row.key = plain_name(name), key_of(name)
        await self._session.flush()
        return await self._one(template)

    async def retire(self, template: TemplateId, *, retired: bool = True) -> Template:
        """See `TemplateStore.retire`."""
        (await self._locked(template)).retired_at = self._now if retired else None
        await self._session.flush()
        return await self._one(template)

    async def void_others(self, template: Template) -> list[DraftId]:
        """See `TemplateStore.void_others`."""
        others = [one.id for one in template.versions if one.number != template.current]
        drafts = (
            await self._session.scalars(
                select(DraftRow.id)
                .join(BatchRow, BatchRow.id == DraftRow.batch_id)
                .join(
                    DraftVersionRow,
                    (DraftVersionRow.draft_id == DraftRow.id) & (DraftVersionRow.number == DraftRow.newest),
                )
                .where(DraftVersionRow.template_version_id.in_(others), BatchRow.published_at.is_not(None))
                .order_by(DraftRow.id)
                .with_for_update(of=DraftRow)
            )
        ).all()
        if not drafts:
            return []
        steps = {
            step.draft_id: step
            for step in await self._session.scalars(
                select(StepRow)
                .where(StepRow.draft_id.in_(drafts))
                .order_by(StepRow.id)
                .with_for_update()
                .execution_options(**_FRESH)
            )
        }
        waiting = [draft for draft in drafts if draft not in steps or steps[draft].state in _WAITING]
        voided = await self._session.scalars(
            update(DecisionRow)
            .where(
                DecisionRow.draft_id.in_(waiting),
                DecisionRow.voided_at.is_(None),
                DecisionRow.verdict == "approve",
            )
            .values(voided_at=self._now)
            .returning(DecisionRow.draft_id),
            execution_options=_QUIET,
        )
        fallen = set(voided.all()) | {draft for draft in waiting if draft in steps}
        for draft in sorted(fallen & steps.keys()):
            step = steps[draft]
            step.state = StepState.HELD.value
            step.reason_key, step.reason_facts = "template_changed", {"name": template.name}
        await self._session.flush()
        return [DraftId(draft) for draft in sorted(fallen)]

    def _version(self, row: TemplateRow, wording: Wording) -> TemplateVersionRow:
        fee = wording.offer.flat_fee
        return TemplateVersionRow(
            tenant_id=row.tenant_id,
            brand_id=row.brand_id,
            template_id=row.id,
            number=row.current,
            text=wording.text,
            text_zh=wording.text_zh,
            language=wording.language,
            product_id=wording.product,
            commission_bp=wording.offer.commission_bp,
            fee_minor=fee.minor if fee else None,
            fee_currency=fee.currency if fee else None,
            free_sample=wording.offer.free_sample,
            author_id=self._scope.member,
            made_at=self._now,
        )

    async def _locked(self, template: TemplateId) -> TemplateRow:
        row = await self._session.scalar(
            select(TemplateRow).where(TemplateRow.id == template).with_for_update().execution_options(**_FRESH)
        )
        if row is None:
            raise NotFound("template_gone")
        return row

    async def _one(self, template: int) -> Template:
        found = await self.by_id(TemplateId(template))
        if found is None:
            raise NotFound("template_gone")
        return found

    async def _read(self, rows: Sequence[TemplateRow]) -> list[Template]:
        if not rows:
            return []
        sent = (
            select(func.count(SendRow.id))
            .where(SendRow.template_version_id == TemplateVersionRow.id, SendRow.state == SendState.ACCEPTED.value)
            .scalar_subquery()
        )
        versions: defaultdict[int, list[TemplateVersion]] = defaultdict(list)
        for version, count in await self._session.execute(
            select(TemplateVersionRow, sent)
            .where(TemplateVersionRow.template_id.in_([row.id for row in rows]))
            .order_by(TemplateVersionRow.number)
        ):
            versions[version.template_id].append(_to_version(version, sent=count))
        return [
            Template(
                id=TemplateId(row.id),
                brand=BrandId(row.brand_id),
                name=row.name,
                purpose=Purpose(row.purpose),
                current=row.current,
                versions=tuple(versions[row.id]),
                retired_at=row.retired_at,
            )
            for row in rows
        ]


def _to_version(row: TemplateVersionRow, *, sent: int) -> TemplateVersion:
    fee = Money(row.fee_minor, row.fee_currency) if row.fee_minor is not None and row.fee_currency else None
    return TemplateVersion(
        id=TemplateVersionId(row.id),
        number=row.number,
        wording=Wording(
            text=row.text,
            text_zh=row.text_zh,
            language=row.language,
            offer=Offer(commission_bp=row.commission_bp, flat_fee=fee, free_sample=row.free_sample),
            product=ProductId(row.product_id) if row.product_id is not None else None,
        ),
        author=MemberId(row.author_id),
        made_at=row.made_at,
        sent=sent,
    )
