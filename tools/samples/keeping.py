"""A sample recorded by a person, with what it was before, so that it can be undone."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from memory.domain.ids import MemberId, ProductId
from memory.domain.money import Money
from memory.domain.sample import Sample, SampleStatus, kept_as
from memory.domain.stores import Unit

RECORDED = "sample.recorded"
_TIMES = ("approved_at", "shipped_at", "delivered_at", "due_at", "posted_at")


async def keep_sample(unit: Unit, present: Sample | None, after: Sample) -> bool:
    """Save and write down; whether anything changed. `present` None: `after` was begun in this transaction."""
    if present == after:
        return False
    await unit.samples.save(after)
    before = snapshot(present) if present else None
    await unit.audit.record(RECORDED, subject=f"sample:{after.id}", before=before, after=snapshot(after))
    return True


def snapshot(sample: Sample) -> dict[str, Any]:
    """A sample JSON-shaped; what comes with time alone is left out."""
    kept = kept_as(sample.status)
    return {
        "creator": sample.creator,
        "status": kept.value,
        "since": sample.since.isoformat() if kept is sample.status else None,
        "product": sample.product,
        "cost": [sample.cost.minor, sample.cost.currency] if sample.cost else None,
        "tracking_number": sample.tracking_number,
        "content_link": sample.content_link,
        "approved_by": sample.approved_by,
        **{name: _written(getattr(sample, name)) for name in _TIMES},
    }


def brought_back(sample: Sample, before: Mapping[str, Any]) -> Sample:
    """A sample as a snapshot has it."""
    cost, product, signer = before["cost"], before["product"], before["approved_by"]
    return replace(
        sample,
        status=SampleStatus(before["status"]),
        since=_read(before["since"]) or _read(before["delivered_at"]) or sample.since,
        product=ProductId(product) if product is not None else None,
        cost=Money(cost[0], cost[1]) if cost else None,
        tracking_number=before["tracking_number"],
        content_link=before["content_link"],
        approved_by=MemberId(signer) if signer is not None else None,
        approved_at=_read(before["approved_at"]),
        shipped_at=_read(before["shipped_at"]),
        delivered_at=_read(before["delivered_at"]),
        due_at=_read(before["due_at"]),
        posted_at=_read(before["posted_at"]),
    )


def same(sample: Sample, kept: Mapping[str, Any]) -> bool:
    """Whether a sample still is what a snapshot says; since when something is due by time does not count."""
    left_out = {"since"}
    present = snapshot(sample)
    return all(present[name] == kept[name] for name in present if name not in left_out)


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(written: str | None) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
