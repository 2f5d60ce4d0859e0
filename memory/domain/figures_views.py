"""What the page of figures shows: which days and whose, the cards the chat has for them, and the lines behind them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from memory.domain.cards import ChartCard, ReportCard
from memory.domain.performance_stores import SaleLine

PARTS = ("shop", "creators", "products", "videos", "campaigns", "samples", "outcomes", "stages")


@dataclass(frozen=True, slots=True)
class FiguresWish:
    """As typed: a period's name, or days (YYYY-MM-DD); `compare` as `performance` takes it, empty for none.

    `handle`, `product`, `content`: whose lines; `after`: where the page before ended.
    """

    period: str = ""
    first: str = ""
    last: str = ""
    compare: str = "previous_period"
    handle: str = ""
    product: str = ""
    content: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class FiguresView:
    """`parts`: a table each, by the names of `PARTS`; none where nobody told of an order. `said`: what they go with.

    `differing`: commissions told otherwise than agreed, which are nobody's business outside.
    """

    period: str
    said: tuple[str, ...] = ()
    trend: ChartCard | None = None
    stages: ChartCard | None = None
    outcomes: ChartCard | None = None
    parts: Mapping[str, ReportCard] = field(default_factory=dict)
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LinesView:
    """Lines behind a figure, newest first. `about`: whose; `after`: where the next page begins, empty at the end."""

    period: str
    about: str
    lines: tuple[SaleLine, ...]
    after: str = ""
