"""Samples as a team looks at them: with creator, product, owner and the last message."""

from collections.abc import Collection, Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from memory.domain.ids import CreatorId
from memory.domain.sample import OWING, Sample, SampleStatus
from memory.domain.sample_views import SampleLine
from memory.domain.stores import Unit

# Bare listing: what is still going on.
GOING = frozenset(SampleStatus) - {SampleStatus.POSTED, SampleStatus.EXCUSED, SampleStatus.LOST}
# Asked by these words, everything received and not posted is meant, however late.
_OWING_BY_NAME = frozenset({SampleStatus.DELIVERED, SampleStatus.CONTENT_DUE})


def meant_by(status: SampleStatus | None, *, due: bool) -> frozenset[SampleStatus]:
    """The statuses a question is about; `due`: it asks what is due by a day, which is overdue only by that name."""
    if status is SampleStatus.OVERDUE:
        return frozenset({status})
    if due:
        return OWING - {SampleStatus.OVERDUE}
    if status is None:
        return GOING
    return OWING if status in _OWING_BY_NAME else frozenset({status})


def end_of_day(now: datetime, zone: str, *, days: int) -> datetime:
    """The end of the day that many days ahead, in a zone."""
    local = ZoneInfo(zone)
    return datetime.combine(now.astimezone(local).date() + timedelta(days=days + 1), time(), local).astimezone(
        now.tzinfo
    )


async def listed(
    unit: Unit,
    statuses: Collection[SampleStatus],
    *,
    creators: Sequence[CreatorId] | None = None,
    due_before: datetime | None = None,
    limit: int = 500,
) -> list[SampleLine]:
    """Samples with what belongs beside them, the next due first."""
    found = await unit.samples.find(statuses=statuses, creators=creators, due_before=due_before, limit=limit)
    return await lines_of(unit, found)


async def lines_of(unit: Unit, samples: Sequence[Sample]) -> list[SampleLine]:
    """The same samples with what belongs beside them."""
    ids = list(dict.fromkeys(sample.creator for sample in samples))
    creators = await unit.creators.by_ids(ids)
    relations = await unit.relations.of(ids)
    names = {member.id: member.name for member in await unit.people.members()}
    products = {product.id: product.name for product in await unit.products.all()}
    last = await unit.creator_messages.last(ids)
    lines = []
    for sample in samples:
        relation = relations.get(sample.creator)
        lines.append(
            SampleLine(
                sample=sample,
                handle=creators[sample.creator].handle if sample.creator in creators else str(sample.creator),
                product=products.get(sample.product) if sample.product else None,
                owner=names.get(relation.owner) if relation and relation.owner else None,
                last=last.get(sample.creator),
                days=days_of(sample, unit.now),
            )
        )
    return lines


def days_of(sample: Sample, now: datetime) -> int:
    """Whole days until content is due (a begun one counts; below zero: overdue), else in the present status."""
    if sample.status in OWING and sample.due_at is not None:
        return -((now - sample.due_at) // timedelta(days=1)) if now < sample.due_at else -((now - sample.due_at).days)
    return (now - sample.since) // timedelta(days=1)
