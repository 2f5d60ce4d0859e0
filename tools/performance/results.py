"""What questions about figures are answered with."""

from dataclasses import dataclass
from datetime import datetime

from tools.performance.question import Question


@dataclass(frozen=True, slots=True)
class NoFigures:
    """There is nothing to count yet."""

    question: Question
    as_of: datetime
