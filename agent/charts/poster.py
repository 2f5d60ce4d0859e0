"""A report as one picture: title, figures with what changed, a chart or a table, sources. Laid out as SVG. Pure.

Widths of letters are those of the font that came along (Noto Sans SC), rounded up: what would not fit is cut with an
ellipsis, never drawn over something else.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from agent.charts.option import Option

WIDTH: Final = 800
MARGIN: Final = 40
INSIDE: Final = WIDTH - 2 * MARGIN
CHART_HEIGHT: Final = 380
_INK, _SOFT, _LINE, _PALE, _GREEN = "#17201f", "#5a6665", "#e1e5e6", "#f4f7f6", "#0b6b5d"
_FONT: Final = "Noto Sans SC"
# Widths in shares of a letter's height; other Latin letters below, Chinese ones are as wide as they are high.
_WIDTHS: Final = (
    ("ijlfI.,:;'!|()[]{} -", 0.35), ("rt/", 0.4), ("0123456789$+~_<>=?sxyzvckae", 0.57), ("mwMW@%", 0.95),
)  # fmt: skip
_WIDTH_OF: Final = {sign: wide for signs, wide in _WIDTHS for sign in signs}
_MOST_TILES_A_ROW: Final = 4
_TILE, _ROW, _GAP = 84, 34, 16
_LEAST_FIRST: Final = 190  # of a table's first column, names
_MOST_OTHER: Final = 150
_UNDRAWN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]")


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure as large as it is important. `change`: since what it is compared with."""

    label: str
    value: str
    change: str = ""


@dataclass(frozen=True, slots=True)
class Poster:
    """What a picture says. A chart is drawn instead of the table; `mark`: that the data is made up."""

    title: str
    lines: tuple[str, ...] = ()
    tiles: tuple[Tile, ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    chart: Option | None = None
    foot: tuple[str, ...] = ()
    mark: str = ""


def laid_out(poster: Poster, chart: str = "") -> str:
    """The picture as SVG, as high as it has to be. `chart`: drawn already, `INSIDE` by `CHART_HEIGHT`."""
    page = _Page()
    page.heading(poster)
    page.tiles(poster.tiles)
    if chart:
        page.chart(chart)
    elif poster.rows:
        page.table(poster.columns, poster.rows)
    page.foot(poster.foot)
    return page.svg()


def embedded(option: Option) -> Option:
    """A chart whose title stands above it already."""
    grid, legend = option.get("grid"), option.get("legend")
    bare = {name: value for name, value in option.items() if name != "title"}
    if isinstance(legend, dict):
        bare["legend"] = {**legend, "top": 0, "left": 0}
    if isinstance(grid, dict):
        bare["grid"] = {**grid, "top": 40 if isinstance(legend, dict) else 16, "left": 4}
    return bare


def width_of(text: str, size: int) -> float:
    """About how wide a text is, in pixels."""
    return sum(_letter(sign) for sign in text) * size


def fitted(text: str, width: float, size: int) -> str:
    """As much of a text as there is room for."""
    if width_of(text, size) <= width:
        return text
    kept = ""
    for sign in text:
        if width_of(f"{kept}{sign}…", size) > width:
            break
        kept += sign
    return f"{kept.rstrip()}…"


def wrapped(text: str, width: float, size: int, *, most: int) -> list[str]:
    """A text on at most so many lines, broken between words where it has any; the last one is cut."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < most - 1 and width_of(rest, size) > width:
        end = next(at for at in range(len(rest), 0, -1) if at == 1 or width_of(rest[:at], size) <= width)
        space = rest.rfind(" ", 0, end + 1)
        cut = space if space > end // 2 else end
        lines.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*lines, fitted(rest, width, size)] if rest else lines


def _letter(sign: str) -> float:
    if unicodedata.east_asian_width(sign) in "WFA" and not sign.isascii():
        return 1.0
    return _WIDTH_OF.get(sign, 0.75 if sign.isupper() else 0.63)


def _fits(tile: Tile, room: float, size: int) -> bool:
    beside = width_of(tile.change, 14) + 8 if tile.change else 0
    return width_of(tile.value, size) <= room - min(beside, room / 2)


class _Page:
    """Writes from top to bottom; `y` is where it is free."""

    def __init__(self) -> None:
        self._drawn: list[str] = []
        self._y = 0.0

    def heading(self, poster: Poster) -> None:
        self._rect(0, 0, WIDTH, 8, _GREEN)
        self._y = 62
        room = INSIDE - (width_of(poster.mark, 14) + 40 if poster.mark else 0)
        if poster.mark:
            wide = width_of(poster.mark, 14) + 20
            self._rect(WIDTH - MARGIN - wide, self._y - 24, wide, 28, _PALE, round_by=14)
            self._text(poster.mark, WIDTH - MARGIN - wide / 2, self._y - 5, 14, _SOFT, anchor="middle")
        size = next((one for one in (26, 22) if len(wrapped(poster.title, room, one, most=9)) <= 2), 19)
        for line in wrapped(poster.title, room, size, most=3):
            self._text(line, MARGIN, self._y, size, _INK)
            self._y += size + 10
        self._y -= 4
        for line in poster.lines:
            for part in wrapped(line, INSIDE, 15, most=2):
                self._text(part, MARGIN, self._y, 15, _SOFT)
                self._y += 22
        self._y += 4

    def tiles(self, tiles: Sequence[Tile]) -> None:
        if not tiles:
            return
        a_row = -(-len(tiles) // -(-len(tiles) // _MOST_TILES_A_ROW))  # six are three and three
        wide = (INSIDE - _GAP * (a_row - 1)) / a_row
        room = wide - 28
        size = next((one for one in (28, 24, 20) if all(_fits(tile, room, one) for tile in tiles)), 17)
        for place, tile in enumerate(tiles):
            self._tile(tile, MARGIN + place % a_row * (wide + _GAP), room, size)
            if place % a_row == a_row - 1 or place == len(tiles) - 1:
                self._y += _TILE + _GAP

    def _tile(self, tile: Tile, x: float, room: float, size: int) -> None:
        self._rect(x, self._y, room + 28, _TILE, _PALE, round_by=10)
        self._text(fitted(tile.label, room, 14), x + 14, self._y + 26, 14, _SOFT)
        change = fitted(tile.change, room / 2, 14)
        beside = width_of(change, 14) + 8 if change else 0
        self._text(fitted(tile.value, room - beside, size), x + 14, self._y + 62, size, _INK)
        if change:
            self._text(change, x + 14 + room, self._y + 62, 14, _SOFT, anchor="end")

    def chart(self, svg: str) -> None:
        self._drawn.append(svg.replace("<svg ", f'<svg x="{MARGIN}" y="{self._y:.0f}" ', 1))
        self._y += CHART_HEIGHT + _GAP

    def table(self, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        lines = [columns, *rows] if columns else list(rows)
        fitting = _fitting(lines)
        for number, line in enumerate(lines):
            head = bool(columns) and number == 0
            if head:
                self._rect(MARGIN, self._y, INSIDE, _ROW, _PALE, round_by=8)
            elif number:
                self._rect(MARGIN, self._y, INSIDE, 1, _LINE)
            left = float(MARGIN)
            for column, wide in zip(fitting.columns, fitting.widths, strict=True):
                said = fitted(line[column] if column < len(line) else "", wide - 18, fitting.size)
                ink = _SOFT if head else _INK
                if column == 0:
                    self._text(said, left + 10, self._y + 23, fitting.size, ink)
                else:
                    self._text(said, left + wide - 10, self._y + 23, fitting.size, ink, anchor="end")
                left += wide
            self._y += _ROW
        self._y += _GAP

    def foot(self, lines: Sequence[str]) -> None:
        self._y += 4
        for line in lines:
            for part in wrapped(line, INSIDE, 13, most=2):
                self._text(part, MARGIN, self._y + 10, 13, _SOFT)
                self._y += 20
        self._y += 26

    def svg(self) -> str:
        high = f"{self._y:.0f}"
        ground = f'<rect width="{WIDTH}" height="{high}" fill="#ffffff"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="{WIDTH}"'
            f' height="{high}" viewBox="0 0 {WIDTH} {high}">{ground}{"".join(self._drawn)}</svg>'
        )

    def _rect(self, x: float, y: float, wide: float, high: float, fill: str, *, round_by: int = 0) -> None:
        self._drawn.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{high:.1f}" rx="{round_by}" fill="{fill}"/>'
        )

    def _text(self, said: str, x: float, y: float, size: int, fill: str, *, anchor: str = "start") -> None:
        self._drawn.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-family="{_FONT}" font-size="{size}" fill="{fill}"'
            f' text-anchor="{anchor}">{escape(_UNDRAWN.sub("", said))}</text>'
        )


@dataclass(frozen=True, slots=True)
class _Fitting:
    """Which columns of a table are drawn, how wide, and how large their letters are."""

    columns: tuple[int, ...]
    widths: tuple[float, ...]
    size: int


def _fitting(lines: Sequence[Sequence[str]]) -> _Fitting:
    """Names keep their room and numbers theirs; of too many columns those before the last are left out."""
    count = max(len(line) for line in lines)
    columns = list(range(count))
    if count == 1:
        return _Fitting((0,), (float(INSIDE),), 15)
    for size in (15, 13):
        wide = [min(_MOST_OTHER, _widest(lines, column, size)) for column in columns[1:]]
        if sum(wide) <= INSIDE - _LEAST_FIRST:
            break
    while sum(wide) > INSIDE - _LEAST_FIRST and len(wide) > 1:
        columns.pop(-2)
        wide.pop(-2)
    return _Fitting(tuple(columns), (INSIDE - sum(wide), *wide), size)


def _widest(lines: Sequence[Sequence[str]], column: int, size: int) -> float:
    return max(width_of(line[column], size) for line in lines if column < len(line)) + 24
