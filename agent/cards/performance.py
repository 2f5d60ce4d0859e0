"""Figures in words and cards, with period, zone, time, source, sample size, estimates and what is unknown. Pure."""

from typing import Any, Final

from agent.cards import figures, movements, wording
from agent.cards.charting import chart
from agent.cards.piece import Piece, Show
from memory.domain.cards import Card, ReportCard, TotalShown
from memory.domain.performance import IN_TIME, Figure, GroupBy, Kind, Metric, Report, Row
from memory.domain.sales import WINDOW
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.question import Question
from tools.performance.results import Defined, FiguresShown, NoFigures

_NOTED: Final = 4  # things unknown of one figure that are said
_TOLD: Final = 20  # rows a planner sees
_SELLER_CENTER: Final = frozenset({Metric.GMV, Metric.CONVERSION_RATE, Metric.REFUND_RATE, Metric.ROI})


def no_figures(result: NoFigures, lang: Lang, texts: Texts) -> Piece:
    """That there is nothing to count, whose it would be, and how to come by it."""
    brand = brand_text(result.question, lang, texts)
    colon = "：" if lang == "zh" else ": "
    return Piece(f"{brand}{colon}{texts.say('performance_no_orders', lang)}", for_planner={"orders": "none yet"})


def figures_shown(result: FiguresShown, lang: Lang, texts: Texts) -> Piece:
    """The figures in a sentence, what they must travel with, and a table."""
    report, total = result.report, result.report.total
    said = [_said(metric, total, report.currency, lang, texts) for metric in result.metrics]
    headline = texts.say(
        "performance_headline",
        lang,
        brand=_whose(result.question, lang, texts),
        period=period_text(result.question, report, lang, texts),
        figures=wording.listed(said, lang),
    )
    lines = [headline, *_about_days(result, lang, texts)]
    if result.rows and result.rows not in IN_TIME and report.groups > len(report.rows):
        group = texts.say(f"group_{result.rows}", lang)
        lines.append(texts.say("performance_rows", lang, groups=report.groups, group=group, shown=len(report.rows)))
    if result.question.args.explain:
        lines += movements.said(result, lang, texts)
    lines += [*_provisional(result, lang, texts), *_unknown(result, lang, texts), *_attribution(report, lang, texts)]
    if report.rates_day:
        lines.append(texts.say("performance_rates_day", lang, day=f"{report.rates_day:%m-%d}"))
    lines += movements.odd(result, lang, texts)
    table = card(result, lang, texts)
    drawn = chart(result, table, lang, texts) if result.question.args.chart else None
    if result.question.args.chart and drawn is None:
        lines.append(texts.say("performance_no_chart", lang))
    cards: tuple[Card, ...] = (drawn, table) if drawn is not None else (table,)
    return Piece("\n".join(lines), cards, for_planner=_for_planner(result, lang, texts))


def defined(result: Defined, lang: Lang, texts: Texts) -> Piece:
    """How figures are worked out, each beside Seller Center's own."""
    lines = [texts.say("definition_intro", lang)]
    for metric in result.metrics:
        ours = texts.say(f"definition_{metric}", lang)
        theirs = texts.say(f"seller_center_{metric if metric in _SELLER_CENTER else 'none'}", lang)
        lines.append(texts.say("definition_line", lang, metric=texts.say(f"metric_{metric}", lang), ours=ours))
        lines.append(texts.say("definition_theirs", lang, theirs=theirs))
    return Piece("\n".join(lines), for_planner={"definitions": "\n".join(lines[1:])})


def brand_text(question: Question, lang: Lang, texts: Texts) -> str:
    """Whose figures: one brand, or every one of them by name."""
    return texts.say("performance_brands_joint", lang).join(brand.name for brand in question.brands)


def period_text(question: Question, report: Report, lang: Lang, texts: Texts) -> str:
    """「11-16 ~ 11-22（店铺时间 America/Los_Angeles）」, and what it is compared with."""
    key = "performance_zones_asked" if question.args.timezone else "performance_zones_shop"
    zones = texts.say(key, lang, zones=wording.listed(list(report.zones), lang))
    days = figures.days(report.period.first, report.period.last, question.days.today)
    said = texts.say("performance_period", lang, days=days, zones=zones)
    if report.against is None:
        return said
    against = figures.days(report.against.first, report.against.last, question.days.today)
    compared = texts.say("performance_against", lang, days=against)
    return f"{said}，{compared}" if lang == "zh" else f"{said}, {compared}"


def card(result: FiguresShown, lang: Lang, texts: Texts) -> ReportCard:
    """One row a group; without groups one row a figure."""
    report, question = result.report, result.question
    brand = brand_text(question, lang, texts)
    subject = texts.say(f"performance_subject_{question.subject}", lang)
    title = texts.say("performance_title", lang, brand=brand, subject=subject)
    columns, rows = (
        _by_group(result, result.rows, lang, texts) if result.rows is not None else _by_figure(result, lang, texts)
    )
    return ReportCard(
        title=f"{title} · {question.about}" if question.about else title,
        period=period_text(question, report, lang, texts),
        columns=columns,
        rows=rows,
        as_of=report.as_of,
        source=_source(report, lang, texts),
        names=tuple(name_of(row, result.rows) for row in report.rows) if result.rows is not None else (),
        totals=tuple(_total(one, report, lang, texts) for one in result.metrics),
        notes=(*_about_days(result, lang, texts), *_provisional(result, lang, texts), *_unknown(result, lang, texts)),
    )


def _total(metric: Metric, report: Report, lang: Lang, texts: Texts) -> TotalShown:
    total = report.total
    value = figures.value(total.figures.get(metric), report.currency, lang, texts)
    change = _change(total, metric, report.currency, lang, texts) if report.against is not None else ""
    compared = change != texts.say("performance_not_compared", lang)
    return TotalShown(label=texts.say(f"metric_{metric}", lang), value=value, change=change if compared else "")


def name_of(row: Row, rows: GroupBy | None) -> str:
    """What a later question calls a row: by its label, days and markets by their ids; nobody's row has none."""
    by_id = rows in IN_TIME or rows in (GroupBy.MARKET, GroupBy.CONTENT, GroupBy.LANGUAGE)
    return row.key.id if by_id or not row.key.id else row.key.label


def label_of(row: Row, rows: GroupBy, lang: Lang, texts: Texts) -> str:
    """What a row is called in a table."""
    if not row.key.id:
        return texts.say("performance_unattributed", lang)
    return f"@{row.key.label.removeprefix('@')}" if rows is GroupBy.CREATOR else row.key.label


Table = tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]


def _by_group(result: FiguresShown, rows: GroupBy, lang: Lang, texts: Texts) -> Table:
    report, first = result.report, result.metrics[0]
    columns = [texts.say(f"group_{rows}", lang), *(texts.say(f"metric_{one}", lang) for one in result.metrics)]
    moved = report.against is not None
    columns += [texts.say("performance_column_change", lang)] if moved else []
    columns.append(texts.say("performance_sample_size", lang))
    return tuple(columns), tuple(
        (
            label_of(row, rows, lang, texts),
            *(figures.value(row.figures.get(one), report.currency, lang, texts) for one in result.metrics),
            *([_change(row, first, report.currency, lang, texts)] if moved else []),
            figures.sample(row.figures.get(first), lang, texts),
        )
        for row in report.rows
    )


def _by_figure(result: FiguresShown, lang: Lang, texts: Texts) -> Table:
    report, total = result.report, result.report.total
    moved = report.against is not None
    names = ("metric", "value", *(("before", "change") if moved else ()), "provisional")
    columns = [*(texts.say(f"performance_column_{name}", lang) for name in names)]
    columns.append(texts.say("performance_sample_size", lang))
    return tuple(columns), tuple(
        (
            texts.say(f"metric_{one}", lang),
            figures.value(total.figures.get(one), report.currency, lang, texts),
            *(
                (
                    figures.value(total.before.get(one), report.currency, lang, texts),
                    _change(total, one, report.currency, lang, texts),
                )
                if moved
                else ()
            ),
            _open(total.figures.get(one)),
            figures.sample(total.figures.get(one), lang, texts),
        )
        for one in result.metrics
    )


def _change(row: Row, metric: Metric, currency: str, lang: Lang, texts: Texts) -> str:
    return figures.change(row.figures.get(metric), row.before.get(metric), currency, lang, texts)


def _open(figure: Figure | None) -> str:
    return "-" if figure is None or figure.provisional_bp is None else wording.share(figure.provisional_bp)


def _whose(question: Question, lang: Lang, texts: Texts) -> str:
    brand = brand_text(question, lang, texts)
    return texts.say("performance_of", lang, brand=brand, about=question.about) if question.about else brand


def _said(metric: Metric, total: Row, currency: str, lang: Lang, texts: Texts) -> str:
    name = texts.say(f"metric_{metric}", lang)
    value = figures.value(total.figures.get(metric), currency, lang, texts)
    if not total.before:
        return texts.say("performance_figure", lang, metric=name, value=value)
    moved = _change(total, metric, currency, lang, texts)
    return texts.say("performance_figure_moved", lang, metric=name, value=value, change=moved)


def _about_days(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    lines = []
    orders = result.report.total.figures.get(Metric.ORDERS)
    if orders is not None and orders.value == 0:
        lines.append(texts.say("performance_nothing_sold", lang))
    if result.question.unfinished and result.report.as_of is not None:
        until = wording.clock(result.report.as_of, result.report.zones[0], lang)
        lines.append(texts.say("performance_unfinished", lang, until=until))
    return lines


def _provisional(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    """How much of a commission, or of what hangs on it, is an estimate."""
    for metric in (Metric.COMMISSION, Metric.PROVISIONAL_COMMISSION, Metric.ROI, Metric.SAMPLE_ROI, *result.metrics):
        figure = result.report.total.figures.get(metric)
        if figure is not None and figure.provisional_bp:
            share, name = wording.share(figure.provisional_bp), texts.say(f"metric_{metric}", lang)
            return [texts.say("performance_provisional", lang, metric=name, share=share)]
    return []


def _agreed(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    """How many commissions are ours by the agreed rate, for the platform told none."""
    count = max((figure.agreed for figure in result.report.total.figures.values()), default=0)
    return [texts.say("performance_agreed", lang, count=count)] if count else []


def _unknown(result: FiguresShown, lang: Lang, texts: Texts) -> list[str]:
    lines = []
    for metric in result.metrics:
        figure = result.report.total.figures.get(metric)
        parts = figure.unknown[:_NOTED] if figure is not None else ()
        if parts:
            said = [texts.say(f"performance_unknown_{part.what}", lang, count=part.count) for part in parts]
            name = texts.say(f"metric_{metric}", lang)
            lines.append(texts.say("performance_unknown_parts", lang, metric=name, parts=wording.listed(said, lang)))
    return lines


def _attribution(report: Report, lang: Lang, texts: Texts) -> list[str]:
    """By which rules sales are somebody's, and what is nobody's."""
    rules = [one for one in report.attributed if one.rule is not None and one.orders]
    nobodys = next((one for one in report.attributed if one.rule is None and one.orders), None)
    if not rules and nobodys is None:
        return []
    said = [
        texts.say(f"performance_rule_{one.rule}", lang, orders=one.orders, **_window(one.rule))
        for one in rules
        if one.rule is not None
    ]
    facts = wording.listed(said or ["-"], lang)
    if nobodys is None:
        return [texts.say("performance_attribution_none", lang, rules=facts)]
    amount = figures.amount(Kind.MONEY, nobodys.gmv.minor, nobodys.gmv.currency, lang)
    return [texts.say("performance_attribution", lang, rules=facts, orders=nobodys.orders, gmv=amount)]


def _window(rule: str) -> dict[str, int]:
    return {"days": WINDOW.days} if rule == "link" else {}


def _source(report: Report, lang: Lang, texts: Texts) -> str:
    """Each source with the last day it covers."""
    said = [
        texts.say(
            "performance_source",
            lang,
            source=one.source,
            kind=texts.say(f"performance_kind_{one.kind}", lang),
            day=f"{one.last_day:%m-%d}",
        )
        for one in report.sources
    ]
    return wording.listed(said, lang) or texts.say("source_own_books", lang)


def _for_planner(result: FiguresShown, lang: Lang, texts: Texts) -> dict[str, Any]:
    report = result.report
    return {
        "period": [report.period.first.isoformat(), report.period.last.isoformat()],
        "zones": list(report.zones),
        "currency": report.currency,
        "total": _values(report.total, result, lang, texts),
        "rows": [
            {"name": name_of(row, result.rows), **_values(row, result, lang, texts)} for row in report.rows[:_TOLD]
        ],
        "as_of": report.as_of.isoformat() if report.as_of else None,
    }


def _values(row: Row, result: FiguresShown, lang: Lang, texts: Texts) -> dict[str, str]:
    currency = result.report.currency
    return {one.value: figures.value(row.figures.get(one), currency, lang, texts) for one in result.metrics}


SHOWN: dict[type, Show] = {NoFigures: no_figures, FiguresShown: figures_shown, Defined: defined}
