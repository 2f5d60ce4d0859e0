"""The page of figures: the questions a seller asks each morning, answered by the same tool and cards as in the chat."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Any, Final

from pydantic import ValidationError

from agent.cards.performance import figures_shown, period_text
from agent.cards.sample_outcomes import outcomes_card, outcomes_chart
from agent.cards.stages import stages_card, stages_chart
from agent.cards.wording import share
from agent.sales.auditing import DIFFERS, subject_of
from memory.domain.cards import ChartCard, ReportCard
from memory.domain.errors import BadRequest
from memory.domain.figures_views import PARTS, FiguresView, FiguresWish, LinesView
from memory.domain.office_stores import StoredFile
from memory.domain.performance import Filters, GroupBy, Key
from memory.domain.performance_stores import FunnelRow
from memory.domain.periods import PeriodName
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.arguments import PerformanceArgs
from tools.performance.outcomes import outcomes
from tools.performance.question import Question, asked
from tools.performance.results import FiguresShown
from tools.performance.tool import figures
from tools.shortlists.sheet import Sheet
from tools.shortlists.writing import CSV, XLSX, file_name, to_csv, to_xlsx

LINES: Final = 50
NIGHT: Final = timedelta(hours=36)  # the last nightly look, even one that came late
STAGES: Final = "stages"
OUTCOMES: Final = "outcomes"
# Each part but `STAGES` and `OUTCOMES` is one question; the keys are those of `PARTS`.
_QUESTIONS: Final[Mapping[str, Mapping[str, Any]]] = {
    "shop": {"subject": "shop"},
    "creators": {"subject": "creators", "top": 10},
    "products": {"subject": "products", "top": 10},
    "videos": {"subject": "videos", "top": 10},
    "campaigns": {"subject": "campaign", "group_by": "campaign", "top": 10},
    "samples": {"subject": "samples"},
}
_TREND: Final = {"subject": "shop", "metrics": ["gmv"], "chart": True}


async def figures_view(
    unit: Unit, wish: FiguresWish, texts: Texts, *, parts: Collection[str] = PARTS
) -> FiguresView:  # fmt: skip
    """Parts of one period, every one unless named. Raises BadRequest where the days cannot be read (not retryable)."""
    lang = unit.scope.lang
    whole = await answered(unit, wish, _QUESTIONS["shop"])
    if isinstance(whole, Question):
        return FiguresView(_days(whole))
    tables: dict[str, ReportCard] = {}
    said: tuple[str, ...] = ()
    trend = stages = became = None
    for name in (name for name in _QUESTIONS if name in parts):
        answer = whole if name == "shop" else await answered(unit, wish, _QUESTIONS[name])
        if isinstance(answer, FiguresShown):
            tables[name] = table_of(answer, lang, texts)
    if "shop" in parts:
        said = tuple(figures_shown(whole, lang, texts).text.splitlines()[1:])
        trend = await _trend(unit, wish, texts)
    if STAGES in parts:
        everybody, tables[STAGES] = await _stages(unit, whole.question, texts)
        stages = stages_chart(everybody, _days(whole.question), lang, texts) if everybody.contacted else None
    if OUTCOMES in parts:
        sent = await outcomes(unit, whole.question)
        tables[OUTCOMES] = outcomes_card(sent, lang, texts)
        became = outcomes_chart(sent, lang, texts) if sent.whole.total else None
    period = period_text(whole.question, whole.report, lang, texts)
    return FiguresView(period, said, trend, stages, became, tables, differing=await _differing(unit, texts))


async def _differing(unit: Unit, texts: Texts) -> tuple[str, ...]:
    """What last night's look found: orders told at another commission rate than agreed, brand by brand."""
    lang, said = unit.scope.lang, []
    for brand in await unit.people.brands():
        recorded = await unit.audit.recorded(DIFFERS, beginning=subject_of(brand.id), since=unit.now - NIGHT)
        facts = recorded.newest
        if facts is not None:
            told = share(facts["told"]) if facts["told"] is not None else texts.say("unknown", lang)
            said.append(
                texts.say(
                    "figures_rates_differ", lang, brand=brand.name, count=facts["count"], order=facts["order"],
                    handle=facts["handle"], told=told, agreed=share(facts["agreed"]),
                )
            )  # fmt: skip
    return tuple(said)


async def figures_file(unit: Unit, wish: FiguresWish, part: str, extension: str, texts: Texts) -> StoredFile:
    """One table as a file. Raises BadRequest as `figures_view`, and for a part there is not."""
    if part not in PARTS or extension not in ("csv", "xlsx"):
        raise BadRequest("bad_request")
    lang, asks = unit.scope.lang, _QUESTIONS.get(part, _QUESTIONS["shop"])
    answer = await answered(unit, wish, {**asks, **({"top": 100} if "top" in asks else {})})
    if isinstance(answer, Question):
        raise BadRequest("performance_no_orders")
    if part == STAGES:
        _, table = await _stages(unit, answer.question, texts)
    elif part == OUTCOMES:
        table = outcomes_card(await outcomes(unit, answer.question), lang, texts)
    else:
        table = table_of(answer, lang, texts)
    sheet = Sheet(table.columns, table.rows, texts.say("export_demo_mark", lang))
    is_demo = (await unit.people.workspace()).is_demo
    content = to_csv(sheet, demo=is_demo) if extension == "csv" else to_xlsx(sheet, demo=is_demo)
    name = file_name(table.title, day=answer.question.period.last, extension=extension, demo=is_demo)
    return StoredFile(key="", name=name, media_type=CSV if extension == "csv" else XLSX, content=content)


async def lines_view(unit: Unit, wish: FiguresWish) -> LinesView:
    """The orders behind a figure. Raises BadRequest as `figures_view`, NotFound for who or what nobody knows."""
    question = await asked(unit, _arguments(wish, {"handle": wish.handle or None, "product": wish.product or None}))
    filters = question.filters
    if wish.content:
        filters = Filters(filters.creators, filters.product, filters.campaign, filters.brand, content=wish.content)
    lines, after = await unit.performance.lines(filters, question.period, after=wish.after or None, limit=LINES)
    about = " · ".join(filter(None, (question.about, wish.content)))
    return LinesView(_days(question), about, tuple(lines), after or "")


async def answered(unit: Unit, wish: FiguresWish, question: Mapping[str, Any]) -> FiguresShown | Question:
    """Figures of a wish's days; where nobody told of any, the question alone. Raises BadRequest as `figures_view`."""
    read = await asked(unit, _arguments(wish, question))
    answer = await figures(unit, read)
    return answer if isinstance(answer, FiguresShown) else read


async def _trend(unit: Unit, wish: FiguresWish, texts: Texts) -> ChartCard | None:
    answer = await answered(unit, wish, _TREND)
    drawn = figures_shown(answer, unit.scope.lang, texts).cards if isinstance(answer, FiguresShown) else ()
    return next((card for card in drawn if isinstance(card, ChartCard)), None)


async def _stages(unit: Unit, question: Question, texts: Texts) -> tuple[FunnelRow, ReportCard]:
    """How far creators came: all of them, and the table by campaign."""
    found = await unit.performance.funnel(question.filters, question.period)
    whole = found[0] if found else FunnelRow(Key("", ""), 0, 0, 0, 0, 0)
    campaigns = await unit.performance.funnel(question.filters, question.period, group_by=GroupBy.CAMPAIGN)
    return whole, stages_card(whole, campaigns, _days(question), unit.scope.lang, texts)


def _arguments(wish: FiguresWish, question: Mapping[str, Any]) -> PerformanceArgs:
    days = {"from": wish.first or None, "to": wish.last or None}
    period = wish.period or (None if any(days.values()) else PeriodName.LAST_30_DAYS.value)
    given = {**question, **days, "period": period, "compare": wish.compare or None}
    try:
        return PerformanceArgs.model_validate(given)
    except ValidationError as unreadable:
        raise BadRequest("figures_days_unreadable") from unreadable


def table_of(answer: FiguresShown, lang: Lang, texts: Texts) -> ReportCard:
    """The table of an answer."""
    return _table(figures_shown(answer, lang, texts).cards)


def _table(cards: tuple[object, ...]) -> ReportCard:
    return next(card for card in cards if isinstance(card, ReportCard))


def _days(question: Question) -> str:
    period = question.period
    zones = "、".join(question.days.zones)
    days = f"{period.first}" if period.first == period.last else f"{period.first} ~ {period.last}"
    return f"{days} {zones}".strip()
