"""Figures as the fake queries know them: a week of sales with a harmful product name, and nothing before it."""

from dataclasses import replace
from datetime import UTC, date, datetime

from memory.domain.cards import ReportCard
from memory.domain.errors import BadRequest
from memory.domain.figures_views import FiguresView, FiguresWish, LinesView
from memory.domain.money import Money
from memory.domain.office_stores import StoredFile
from memory.domain.performance_stores import SaleLine
from memory.domain.sales import Rule
from memory.domain.workspace import Scope
from tests.support import fake_office as office

_NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_HARM = "<script>alert(1)</script>猫砂盆"
_LINE = SaleLine(
    "5776", "SKU-1", _NOW, date(2026, 11, 19), "catdad_theo", _HARM, "7412", 2, Money(4_998), Money(0), Money(750),
    provisional=True, rule=Rule.CONTENT, source="file", as_of=_NOW,
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

    async def figures_file(self, scope: Scope, wish: FiguresWish, *, part: str, extension: str) -> StoredFile:
        """A file of two lines."""
        if part != "creators":
            raise BadRequest("bad_request")
        return StoredFile("", f"达人.{extension}", "text/csv; charset=utf-8", "达人,GMV\r\n".encode())
