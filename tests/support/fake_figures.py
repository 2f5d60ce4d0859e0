"""Figures as the fake queries know them: a week of sales with a harmful product name, and nothing before it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from memory.domain.cards import ReportCard
from memory.domain.errors import BadRequest, Unavailable
from memory.domain.figures_views import FiguresView, FiguresWish, LinesView
from memory.domain.ids import BrandId, MemberId, ReportLinkId, TenantId
from memory.domain.money import Money
from memory.domain.office_stores import StoredFile
from memory.domain.performance_stores import SaleLine
from memory.domain.periods import PeriodName
from memory.domain.report_links import Closed, LinkState, ReportLink, ReportLinkSheet, ReportWish, SharedReport
from memory.domain.sales import Rule
from memory.domain.workspace import Lang, Role, Scope
from tests.support import fake_office as office

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_HARM = "<script>alert(1)</script>猫砂盆"
_LINE = SaleLine(
    "5776", "SKU-1", _NOW, date(2026, 11, 19), "catdad_theo", _HARM, "7412", 2, Money(4_998), Money(0), Money(750),
    provisional=True, rule=Rule.CONTENT, source="file", as_of=_NOW,
)  # fmt: skip
TOKEN = "ab" * 32
_LINK = ReportLink(
    ReportLinkId(2), "ab" * 16, TenantId(1), BrandId(1),
    ReportWish(PeriodName.LAST_30_DAYS, None, None, ("shop", "creators"), 7), MemberId(1), _NOW,
    opened=3, opened_at=_NOW,
)  # fmt: skip
_MOVED = ("指标", "数值", "之前", "变化", "未结算", "样本")


def _card(title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], *names: str) -> ReportCard:
    days = "11-13 ~ 11-19"
    return ReportCard(title=title, period=days, columns=columns, rows=rows, as_of=_NOW, source="file", names=names)


class FakeFigures:
    """The part of `Queries` that is about figures; before 2020 nobody told of an order."""

    async def figures(self, scope: Scope, wish: FiguresWish) -> FiguresView:
        """A week."""
        if wish.first > wish.last > "":
            raise BadRequest("figures_days_unreadable")
        if wish.first and wish.first < "2020":
            return FiguresView("2019-01-01 ~ 2019-12-31")
        rows = (
            ("GMV", "$12,345", "$10,000", "+23.4%", "48.6%", "12 单"),
            ("退款率", "未知", "未知", "-", "-", "0 单"),
        )
        sold = (("@catdad_theo", "$9,000", "8 单"), ("未归因", "$345", "1 单"))
        people = _card("达人", ("达人", "GMV", "样本"), sold, "catdad_theo", "")
        goods = _card("产品", ("产品", "GMV", "样本"), ((_HARM, "$9,000", "8 单"),), _HARM)
        parts = {"shop": _card("店铺", _MOVED, rows), "creators": people, "products": goods}
        return FiguresView(
            "11-13 ~ 11-19（店铺时间）", ("48.6% 的佣金还没结算（预估）。",), office.chart(), parts=parts
        )

    async def figures_lines(self, scope: Scope, wish: FiguresWish) -> LinesView:
        """One line a page; the second page is the last."""
        first = replace(_LINE, order="5777") if wish.after else _LINE
        lines = (first, replace(_LINE, handle="", rule=None, commission=None))
        return LinesView("11-13 ~ 11-19", wish.handle or wish.product, lines, "" if wish.after else "5776")

    async def report_links(self, scope: Scope) -> Sequence[ReportLinkSheet]:
        """One that is open, and one that was taken back."""
        path = f"/report/{TOKEN}" if scope.role is Role.LEAD else None
        gone = replace(_LINK, id=ReportLinkId(1), revoked_at=_NOW)
        return [
            ReportLinkSheet(_LINK, LinkState.OPEN, "林知夏", _HARM, path),
            ReportLinkSheet(gone, LinkState.REVOKED, "林知夏", "Pawly"),
        ]

    async def figures_file(self, scope: Scope, wish: FiguresWish, *, part: str, extension: str) -> StoredFile:
        """A file of two lines."""
        if part != "creators":
            raise BadRequest("bad_request")
        return StoredFile("", f"达人.{extension}", "text/csv; charset=utf-8", "达人,GMV\r\n".encode())


@dataclass
class FakeReports:
    """Satisfies `connectors.ports.reports.SharedReports`: `TOKEN` opens the week, `closed` say why they do not."""

    closed: dict[str, Closed] = field(default_factory=dict)
    asked: list[tuple[str, Lang, bool]] = field(default_factory=list)
    is_gone: bool = False

    async def open(self, token: str, lang: Lang, *, counted: bool) -> SharedReport | Closed:
        """See `SharedReports.open`."""
        self.asked.append((token, lang, counted))
        if self.is_gone:
            raise Unavailable("database_unavailable", reason="gone")
        if token != TOKEN:
            return self.closed.get(token, Closed.UNKNOWN)
        scope = Scope(TenantId(1), BrandId(1), MemberId(1), Role.VIEWER, lang)
        view = await FakeFigures().figures(scope, FiguresWish())
        return SharedReport(f"Pawly {_HARM}", "Asia/Shanghai", _NOW, _NOW + timedelta(days=7), view)
