"""What became of samples, as a chart, a table and a sentence. Pure."""

from typing import Final

from pydantic import JsonValue

from agent.cards import figures, wording
from agent.cards.piece import Piece, Show
from agent.charts.option import Heading, Series, outcomes
from memory.domain.cards import Card, ChartCard, ReportCard
from memory.domain.performance import GroupBy
from memory.domain.performance_stores import OutcomeRow
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.outcomes import OutcomesShown

_COUNTS: Final = ("posted", "overdue", "not_due", "lost", "excused")  # of a row, in the order they are drawn
_NAME: Final = 30  # letters of a product's name on an axis


def outcomes_shown(result: OutcomesShown, lang: Lang, texts: Texts) -> Piece:
    """The chart with its table, or that no sample was sent in that time."""
    period = _period(result, lang, texts)
    if not result.whole.total:
        return Piece(texts.say("outcomes_none", lang, period=period), for_planner={"samples": 0})
    said = texts.say("outcomes_said", lang, period=period, counts=_counts(result.whole, lang, texts))
    cards: tuple[Card, ...] = (outcomes_chart(result, lang, texts), outcomes_card(result, lang, texts))
    rows: list[JsonValue] = [{"name": _label(row, result.by, lang, texts), **_numbers(row)} for row in result.rows]
    return Piece(said, cards, for_planner={"total": {**_numbers(result.whole)}, "rows": rows})


def outcomes_chart(result: OutcomesShown, lang: Lang, texts: Texts) -> ChartCard:
    """A bar a row, made of what became of its samples; what became of none is left out."""
    title = texts.say("outcomes_title", lang)
    parts = [
        Series(_called(name, lang, texts), counts, [f"{count:,}" for count in counts])
        for name in _COUNTS
        if any(counts := [getattr(row, name) for row in result.rows])
    ]
    labels = [_short(_label(row, result.by, lang, texts)) for row in result.rows]
    note = " · ".join((_period(result, lang, texts), texts.say("source_own_books", lang)))
    worst = max(result.rows, key=lambda row: row.overdue, default=result.whole)
    alt = texts.say("outcomes_alt", lang, count=result.whole.total, counts=_counts(result.whole, lang, texts))
    if worst.overdue and len(result.rows) > 1:
        name = _label(worst, result.by, lang, texts)
        alt += texts.say("outcomes_alt_overdue", lang, name=name, count=worst.overdue)
    return ChartCard(title=title, alt=alt, option=outcomes(Heading(title, note), labels, parts))


def outcomes_card(result: OutcomesShown, lang: Lang, texts: Texts) -> ReportCard:
    """A row a group, every count a column."""
    columns = [texts.say(f"group_{result.by}", lang), *(_called(name, lang, texts) for name in _COUNTS)]
    return ReportCard(
        title=texts.say("outcomes_title", lang),
        period=_period(result, lang, texts),
        columns=(*columns, texts.say("outcomes_total", lang)),
        rows=tuple(
            (_label(row, result.by, lang, texts), *(f"{count:,}" for count in _numbers(row).values()), f"{row.total:,}")
            for row in result.rows
        ),
        as_of=None,
        source=texts.say("source_own_books", lang),
    )


def _numbers(row: OutcomeRow) -> dict[str, int]:
    return {name: getattr(row, name) for name in _COUNTS}


def _counts(row: OutcomeRow, lang: Lang, texts: Texts) -> str:
    """「已发内容 12、逾期未发 3」; what became of none is not said."""
    said = [f"{_called(name, lang, texts)} {count:,}" for name, count in _numbers(row).items() if count]
    return wording.listed(said, lang)


def _called(name: str, lang: Lang, texts: Texts) -> str:
    return texts.say(f"outcomes_{name}", lang)


def _label(row: OutcomeRow, by: GroupBy, lang: Lang, texts: Texts) -> str:
    if not row.key.id:
        return texts.say("outcomes_no_product", lang)
    return f"@{row.key.label.removeprefix('@')}" if by is GroupBy.CREATOR else row.key.label


def _short(name: str) -> str:
    return name if len(name) <= _NAME else f"{name[: _NAME - 1]}…"


def _period(result: OutcomesShown, lang: Lang, texts: Texts) -> str:
    period, days = result.question.period, result.question.days
    zones = texts.say("performance_zones_shop", lang, zones=wording.listed(list(days.zones), lang))
    said = figures.days(period.first, period.last, days.today)
    return texts.say("performance_period", lang, days=said, zones=zones)


SHOWN: dict[type, Show] = {OutcomesShown: outcomes_shown}
