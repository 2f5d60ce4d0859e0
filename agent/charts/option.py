"""Figures → one ECharts option, for the page and for pictures alike. It names no colours and no fonts. Pure.

Values are whole numbers as the figures have them (minor units, basis points) and a `Scale` that says how to draw them;
what a person reads at a point is the text the caller wrote. An unknown value is a gap, never a zero.
Source: https://echarts.apache.org/en/option.html (read 2026-11-29).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import JsonValue

Option = dict[str, JsonValue]

_TOP = 92  # pixels: title, note and legend above the drawing
_SECOND_ROW = 26  # of the legend: on a phone it takes two
_LABELLED = 31  # so many points of a line may carry their values; more would lie on each other
_LONGEST_NAME = 150  # pixels of a row's name


@dataclass(frozen=True, slots=True)
class Scale:
    """How values are drawn: divided by ten to the `decimals`, with these around each number of the axis."""

    decimals: int = 0
    before: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Series:
    """One line, or one part of each bar. `texts`: each value as a person reads it."""

    name: str
    values: Sequence[int | None]
    texts: Sequence[str]


@dataclass(frozen=True, slots=True)
class Heading:
    """`note`: period, zone and source."""

    title: str
    note: str


def trend(heading: Heading, days: Sequence[str], lines: Sequence[Series], *, scale: Scale) -> Option:
    """Values over time; a second line is what they are compared with, dashed."""
    few = len(days) <= _LABELLED and len(lines) == 1
    drawn: list[JsonValue] = []
    for place, line in enumerate(lines):
        one: Option = {
            "type": "line", "name": line.name, "data": _points(line, scale, labelled=few and len(days) <= 10),
            "showSymbol": len(days) <= _LABELLED, "symbolSize": 7, "lineStyle": {"width": 2.5},
            "label": {"position": "top"}, "labelLayout": {"hideOverlap": True},
        }  # fmt: skip
        if place:
            one["lineStyle"] = {"width": 2, "type": "dashed"}
        drawn.append(one)
    return _frame(heading, lines) | {
        "grid": {"left": 16, "right": 28, "top": _TOP, "bottom": 16, "containLabel": True},
        "xAxis": {"type": "category", "data": list(days), "boundaryGap": len(days) == 1},
        "yAxis": _amounts(scale),
        "series": drawn,
    }


def ranking(heading: Heading, names: Sequence[str], bars: Series, *, scale: Scale) -> Option:
    """A bar each, the first on top."""
    return _frame(heading, (bars,)) | {
        "grid": {"left": 16, "right": 84, "top": 72, "bottom": 16, "containLabel": True},
        "xAxis": _amounts(scale),
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True,
            "axisLabel": {"width": _LONGEST_NAME, "overflow": "truncate", "interval": 0},
        },
        "series": [
            {"type": "bar", "name": bars.name, "data": _points(bars, scale, labelled=True), "barMaxWidth": 28,
             "label": {"position": "right"}}
        ],
    }  # fmt: skip


def funnel(heading: Heading, steps: Sequence[str], counts: Series) -> Option:
    """How many came how far, the first step on top; a step nobody knows is left out."""
    known: list[JsonValue] = [
        {"name": f"{step} {text}", "value": value}
        for step, value, text in zip(steps, counts.values, counts.texts, strict=True)
        if value is not None
    ]
    return _frame(heading, (counts,)) | {
        "series": [
            {
                "type": "funnel", "name": counts.name, "data": known, "sort": "none", "top": 72, "bottom": 20,
                "left": "6%", "width": "66%", "minSize": "2%", "gap": 3, "label": {"position": "right"},
            }
        ]
    }  # fmt: skip


def outcomes(heading: Heading, names: Sequence[str], parts: Sequence[Series]) -> Option:
    """A bar each, made of parts: what became of the samples of every creator or month."""
    drawn: list[JsonValue] = [
        {
            "type": "bar", "stack": "all", "name": part.name, "data": _points(part, Scale(), labelled=True),
            "barMaxWidth": 28,
            # No surface's own colour: ECharts finds one that stands out from the part it lies on.
            "label": {"position": "inside", "color": None}, "labelLayout": {"hideOverlap": True},
        }
        for part in parts
    ]  # fmt: skip
    return _frame(heading, parts) | {
        "grid": {"left": 16, "right": 28, "top": _TOP + _SECOND_ROW, "bottom": 16, "containLabel": True},
        "xAxis": _amounts(Scale()),
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True,
            "axisLabel": {"width": _LONGEST_NAME, "overflow": "truncate", "interval": 0},
        },
        "series": drawn,
    }  # fmt: skip


def _frame(heading: Heading, series: Sequence[Series]) -> Option:
    frame: Option = {
        "animation": False,
        "aria": {"enabled": False},  # the card's own words say it
        "title": {"text": heading.title, "subtext": heading.note, "left": 16, "top": 10, "itemGap": 6},
    }
    if len(series) > 1:
        frame["legend"] = {"left": 16, "top": 62, "data": [one.name for one in series]}
    return frame


def _amounts(scale: Scale) -> Option:
    return {
        "type": "value",
        "axisLabel": {"formatter": f"{scale.before}{{value}}{scale.after}", "hideOverlap": True},
        "splitNumber": 4,
    }


def _points(series: Series, scale: Scale, *, labelled: bool) -> list[JsonValue]:
    """Each value as it is drawn; what a person reads there goes with it as its name."""
    return [
        {"value": _drawn(value, scale), "name": text, "label": {"show": labelled and bool(value), "formatter": text}}
        for value, text in zip(series.values, series.texts, strict=True)
    ]  # fmt: skip


def _drawn(value: int | None, scale: Scale) -> float | None:
    return None if value is None else value / 10**scale.decimals
