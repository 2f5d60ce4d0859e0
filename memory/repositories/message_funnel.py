"""What came of the messages sent, by what they were made of: counted from ledger, answers, samples and posts."""

from typing import Any, TypeVarTuple

from sqlalchemy import ColumnElement, Select, distinct, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from memory.domain.funnel import INTERESTED, Counts, Group, Grouping
from memory.domain.funnel_stores import Sent
from memory.domain.outreach import SendState
from memory.models.creators import CreatorRow
from memory.models.outreach import BatchRow, CreatorMessageRow, DraftRow, SendRow, StepRow
from memory.models.sales import ContentPostRow
from memory.models.samples import SampleRow
from memory.models.templates import TemplateRow, TemplateVersionRow
from memory.tenancy import ScopedSession

Columns = TypeVarTuple("Columns")

_REPLIED = select(CreatorMessageRow.id).where(CreatorMessageRow.step_id == StepRow.id).exists()
_INTERESTED = (
    select(CreatorMessageRow.id)
    .where(
        CreatorMessageRow.step_id == StepRow.id,
        CreatorMessageRow.intent.in_(sorted(intent.value for intent in INTERESTED)),
    )
    .exists()
)
_POSTED = or_(
    select(SampleRow.id)
    .where(
        SampleRow.creator_id == StepRow.creator_id,
        SampleRow.brand_id == StepRow.brand_id,
        SampleRow.posted_at >= StepRow.sent_at,
    )
    .exists(),
    select(ContentPostRow.id)
    .where(
        ContentPostRow.creator_id == StepRow.creator_id,
        ContentPostRow.brand_id == StepRow.brand_id,
        ContentPostRow.posted_at >= StepRow.sent_at,
    )
    .exists(),
)
_KEPT: dict[Grouping, InstrumentedAttribute[Any]] = {
    Grouping.LANGUAGE: SendRow.language,
    Grouping.HOUR: SendRow.local_hour,
    Grouping.ROUND: SendRow.round,
}
_IN_ORDER = frozenset({Grouping.HOUR, Grouping.ROUND})


class FunnelRepository:
    """Satisfies `memory.domain.funnel_stores.FunnelStore`; reads only."""

    def __init__(self, session: ScopedSession) -> None:
        self._session = session

    async def counts(self, sent: Sent, *, by: Grouping | None) -> list[Group]:
        """See `FunnelStore.counts`."""
        if by is None:
            row = (await self._session.execute(_of(select(*_counted()), sent))).one()
            return [Group(Counts(*row))]
        if by is Grouping.TEMPLATE:
            return await self._by_template(sent)
        kept = _KEPT[by]
        rows = await self._session.execute(_of(select(kept, *_counted()), sent).group_by(kept))
        found = [(value, Counts(*counts)) for value, *counts in rows]
        if by in _IN_ORDER:
            found.sort(key=lambda one: (one[0] is None, one[0] or 0))
        else:
            found.sort(key=lambda one: (-one[1].contacted, one[0] or ""))
        return [Group(counts, None if value is None else str(value)) for value, counts in found]

    async def _by_template(self, sent: Sent) -> list[Group]:
        """A version of a brand's own template each; of built-in ones, purpose and tone."""
        kept = (TemplateRow.name, TemplateVersionRow.number, SendRow.template)
        rows = await self._session.execute(
            _of(select(*kept, *_counted()), sent)
            .outerjoin(TemplateVersionRow, TemplateVersionRow.id == SendRow.template_version_id)
            .outerjoin(TemplateRow, TemplateRow.id == TemplateVersionRow.template_id)
            .group_by(TemplateRow.id, *kept)
        )
        groups = [_made_from(name, version, built_in, Counts(*counts)) for name, version, built_in, *counts in rows]
        return sorted(groups, key=lambda group: (-group.counts.contacted, group.name or "", group.version or 0))


def _made_from(name: str | None, version: int | None, built_in: str | None, counts: Counts) -> Group:
    return Group(counts, name or built_in, version, built_in=name is None and built_in is not None)


_Count = ColumnElement[int]


def _counted() -> tuple[_Count, _Count, _Count, _Count]:
    """Creators, and those of them who replied, were interested, posted: in the order of `Counts`."""
    creators = func.count(distinct(StepRow.creator_id))
    return creators, creators.filter(_REPLIED), creators.filter(_INTERESTED), creators.filter(_POSTED)


def _of(query: Select[*Columns], sent: Sent) -> Select[*Columns]:
    """The messages counted: accepted, in the time asked for."""
    query = (
        query.select_from(SendRow)
        .join(StepRow, StepRow.id == SendRow.step_id)
        .join(DraftRow, DraftRow.id == StepRow.draft_id)
        .where(
            SendRow.state == SendState.ACCEPTED.value,
            StepRow.sent_at >= sent.since,
            StepRow.sent_at < sent.until,
        )
    )
    wanted = sent.filters
    if wanted.brand is not None:
        query = query.where(SendRow.brand_id == wanted.brand)
    if wanted.product is not None:
        query = query.where(DraftRow.product_id == wanted.product)
    if wanted.creators:
        query = query.where(StepRow.creator_id.in_(wanted.creators))
    if wanted.market is not None:
        query = query.join(CreatorRow, CreatorRow.id == StepRow.creator_id).where(CreatorRow.market == wanted.market)
    if wanted.campaign is not None:
        query = query.join(BatchRow, BatchRow.id == DraftRow.batch_id).where(BatchRow.campaign_id == wanted.campaign)
    return query
