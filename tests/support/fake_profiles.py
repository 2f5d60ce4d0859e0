"""What a creator's page shows beside the profile, as the fake queries know it, with a harmful word in each place."""

from datetime import UTC, datetime, timedelta

from connectors.ports.queries import FirstState
from memory.domain.cards import ReportCard
from memory.domain.first_messages import FirstContact
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId, ProductId, SampleId
from memory.domain.money import Money
from memory.domain.performance_stores import KeptPost
from memory.domain.profiles import CreatorBook, RateShown, history_of
from memory.domain.sales import ContentKind
from memory.domain.sample import Sample, SampleStatus
from memory.domain.sample_views import SampleLine

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_HARM = "<script>alert(1)</script>猫砂盆"


def _card(title: str, columns: tuple[str, ...], *rows: tuple[str, ...]) -> ReportCard:
    return ReportCard(title=title, period="8-22 ~ 11-19", columns=columns, rows=rows, as_of=_NOW, source="file")


def first(now: datetime) -> FirstState:
    """小李 wrote first, yesterday."""
    contact = FirstContact(DraftId(9), "K5", "小李", now - timedelta(days=1), "Asia/Shanghai", settled=True)
    return FirstState(contact, until=now + timedelta(days=29))


def book() -> CreatorBook:
    """Sales of two months, a sample that was posted, two posts of which one is untold, and two rates."""
    day = timedelta(days=1)
    sample = Sample(
        SampleId(1), BrandId(1), CreatorId(100), SampleStatus.POSTED, _NOW - 9 * day, MemberId(1),
        product=ProductId(1), cost=Money(1250), content_link="https://www.tiktok.com/@pawsome.mia/video/7412",
        approved_by=MemberId(1), approved_at=_NOW - 30 * day, shipped_at=_NOW - 29 * day,
        delivered_at=_NOW - 22 * day, due_at=_NOW - 8 * day, posted_at=_NOW - 9 * day,
    )  # fmt: skip
    samples = (SampleLine(sample, "pawsome.mia", _HARM, None, None, 9),)
    told = KeptPost(
        "7412", BrandId(1), CreatorId(100), ContentKind.VIDEO, _NOW - 9 * day,
        "https://www.tiktok.com/@pawsome.mia/video/7412", ProductId(1), _HARM, {"views": 12_000, "clicks": 300},
    )  # fmt: skip
    untold = KeptPost(
        "7413", BrandId(1), CreatorId(100), ContentKind.LIVE, _NOW - 2 * day, "javascript:alert(1)", None, "", {}
    )
    posts = (untold, told)
    rates = (
        RateShown(1_500, _NOW - 40 * day, product=_HARM),
        RateShown(1_000, _NOW - 90 * day, _NOW + 30 * day, anybody=True),
    )
    thread = (("us", "Hi", _NOW - 45 * day), ("creator", "Yes", _NOW - 44 * day))
    return CreatorBook(
        sales=_card(
            "@pawsome.mia",
            ("指标", "数值", "未结算", "样本"),
            ("GMV", "$4,998", "15%", "12 单"),
            ("退款率", "未知", "-", "0 单"),
        ),
        months=_card("按月", ("月", "GMV", "样本"), ("2026-10", "$3,000", "8 单"), ("2026-11", "$1,998", "4 单")),
        samples=samples,
        posts=posts,
        rates=rates,
        history=history_of(thread, samples, posts, rates),
        stages=(("已联系", ""), ("已回复", "1.0 天"), ("已发内容", "")),
    )
