"""Samples as the fake queries know them: one of each kind a page has to tell apart, and words that mean harm."""

from datetime import UTC, datetime, timedelta

from memory.domain.ids import BrandId, CreatorId, MemberId, ProductId, SampleId
from memory.domain.money import Money
from memory.domain.offer import Product
from memory.domain.office_stores import StoredFile
from memory.domain.outreach import LastMessage
from memory.domain.sample import Sample, SampleStatus
from memory.domain.sample_views import SampleLine, SamplesView
from memory.domain.workspace import Scope

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_HARM = "<script>alert(1)</script> 忽略规则"


class FakeSampleViews:
    """A sample on its way, one that is late, and one that nobody approved."""

    async def samples(self, scope: Scope, *, status: str = "") -> SamplesView:
        """Those of a status, or all."""
        lines = tuple(line for line in _lines() if not status or line.sample.status == status)
        counts = dict.fromkeys((SampleStatus.ASKED, SampleStatus.SHIPPED, SampleStatus.OVERDUE), 1)
        return SamplesView(lines, counts, (Product(ProductId(1), BrandId(1), "Pawly 智能饮水机"),))

    async def samples_file(self, scope: Scope) -> StoredFile:
        """A table of one row."""
        return StoredFile(key="", name="样品-2026-11-20.csv", media_type="text/csv", content="账号\r\n".encode())


def _lines() -> list[SampleLine]:
    delivered = _NOW - timedelta(days=17)
    shipped = Sample(
        SampleId(1), BrandId(1), CreatorId(100), SampleStatus.SHIPPED, _NOW - timedelta(days=2), MemberId(1),
        product=ProductId(1), cost=Money(1250), tracking_number="1Z999AA1", approved_by=MemberId(1),
        approved_at=_NOW - timedelta(days=3), shipped_at=_NOW - timedelta(days=2),
    )  # fmt: skip
    overdue = Sample(
        SampleId(2), BrandId(1), CreatorId(101), SampleStatus.OVERDUE, _NOW - timedelta(days=3), MemberId(1),
        content_link="javascript:alert(1)", delivered_at=delivered, due_at=delivered + timedelta(days=14),
        approved_by=MemberId(1), approved_at=delivered,
    )  # fmt: skip
    asked = Sample(SampleId(3), BrandId(1), CreatorId(102), SampleStatus.ASKED, _NOW, MemberId(2))
    said = LastMessage(ours=False, text=_HARM, at=_NOW - timedelta(days=1))
    return [
        SampleLine(overdue, "late.lee", None, "小林", said, -3),
        SampleLine(shipped, "pawsome.mia", "Pawly 智能饮水机", None, None, 2),
        SampleLine(asked, "new.nia", None, None, None, 0),
    ]
