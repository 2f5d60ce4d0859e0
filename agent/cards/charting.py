"""Figures that were asked for as a chart: over time a line, of anything else a bar each. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from agent.cards import figures, wording
from agent.charts.option import Heading, Option, Scale, Series, ranking, trend
from memory.domain.cards import ChartCard, ReportCard
from memory.domain.money import exponent, sign
from memory.domain.performance import IN_TIME, Figure, Kind, Metric
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.performance.results import FiguresShown

_MOST_BARS: Final = 20
_FEWEST: Final = 2  # points that make a picture
_MOST_NAMED: Final = 3


def chart(result: FiguresShown, table: ReportCard, lang: Lang, texts: Texts) -> ChartCard | None:
    """The first metric asked for, row by row of its table; None of one number, or where nothing is known."""
    names = tuple(row[0] for row in table.rows)
    drawing = _Drawing(result, _without_year(names) if result.rows in IN_TIME else names, lang, texts)
    if result.rows is None or len(result.report.rows) < _FEWEST or not drawing.known:
        return None
    title = f"{table.title} · {drawing.name}"
    heading = Heading(title, " · ".join(filter(None, (table.period, table.source))))
    option = drawing.over_time(heading) if result.rows in IN_TIME else drawing.side_by_side(heading)
    return ChartCard(title=title, alt=drawing.in_words(), option=option)


def _without_year(days: tuple[str, ...]) -> tuple[str, ...]:
    """Days of one year as 11-22: there is little room below a line."""
    is_short = len({day[:4] for day in days}) == 1 and all(len(day) == len("2026-11-22") for day in days)
    return tuple(day[5:] for day in days) if is_short else days


@dataclass(frozen=True, slots=True)
class _Drawing:
    """One metric of every row; `labels` are what the rows are called."""

    result: FiguresShown
    labels: tuple[str, ...]
    lang: Lang
    texts: Texts

    @property
    def metric(self) -> Metric:
        return self.result.metrics[0]

    @property
    def name(self) -> str:
        return self.texts.say(f"metric_{self.metric}", self.lang)

    @property
    def values(self) -> list[Figure | None]:
        return [row.figures.get(self.metric) for row in self.result.report.rows]

    @property
    def known(self) -> list[tuple[int, int]]:
        """Value and place of each row whose value is known."""
        return [
            (one.value, place) for place, one in enumerate(self.values) if one is not None and one.value is not None
        ]

    def over_time(self, heading: Heading) -> Option:
        """A line, and a dashed one of the period it is compared with."""
        report = self.result.report
        lines = [self._series(self.name, self.values)]
        if report.against is not None:
            days = figures.days(report.against.first, report.against.last, report.period.last)
            before = [row.before.get(self.metric) for row in report.rows]
            lines.append(self._series(self.texts.say("chart_before", self.lang, days=days), before))
        return trend(heading, self.labels, lines, scale=self._scale())

    def side_by_side(self, heading: Heading) -> Option:
        """A bar each, as many as can be read."""
        bars = self._series(self.name, self.values[:_MOST_BARS])
        return ranking(heading, self.labels[:_MOST_BARS], bars, scale=self._scale())

    def in_words(self) -> str:
        """For who does not see it: how many, the highest, the lowest, and what is not known."""
        (_, most), (_, least) = max(self.known), min(self.known)
        said = self.texts.say(
            "chart_alt", self.lang, metric=self.name, count=len(self.labels),
            most=self.labels[most], most_value=self._read(self.values[most]),
            least=self.labels[least], least_value=self._read(self.values[least]),
        )  # fmt: skip
        places = {place for _, place in self.known}
        unknown = [label for place, label in enumerate(self.labels) if place not in places]
        if not unknown:
            return said
        return said + self.texts.say(
            "chart_alt_unknown", self.lang, names=wording.listed(unknown[:_MOST_NAMED], self.lang)
        )

    def _series(self, name: str, values: Sequence[Figure | None]) -> Series:
        return Series(name, [one.value if one else None for one in values], [self._read(one) for one in values])

    def _read(self, value: Figure | None) -> str:
        return figures.value(value, self.result.report.currency, self.lang, self.texts)

    def _scale(self) -> Scale:
        known = self.values[self.known[0][1]]
        currency = self.result.report.currency
        match known.kind if known is not None else Kind.COUNT:
            case Kind.MONEY:
                return Scale(exponent(currency), before=sign(currency))
            case Kind.SHARE:
                return Scale(2, after="%")
            case Kind.COUNT:
                return Scale()
