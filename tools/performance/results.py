"""What questions about figures are answered with."""

from dataclasses import dataclass
from datetime import datetime

from memory.domain.performance import GroupBy, Metric, Report
from tools.performance.anomalies import Anomaly
from tools.performance.movements import Movement
from tools.performance.question import Question


@dataclass(frozen=True, slots=True)
class NoFigures:
    """There is nothing to count yet."""

    question: Question
    as_of: datetime


@dataclass(frozen=True, slots=True)
class FiguresShown:
    """Figures with everything they must travel with. `rows`: what each row is; `now`: when they were read.

    `movement` None: not asked for, or nothing to compare with.
    """

    question: Question
    report: Report
    metrics: tuple[Metric, ...]
    rows: GroupBy | None
    now: datetime
    movement: Movement | None = None
    anomalies: tuple[Anomaly, ...] = ()


@dataclass(frozen=True, slots=True)
class Defined:
    """How figures are worked out."""

    metrics: tuple[Metric, ...]
