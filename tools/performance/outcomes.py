"""What became of samples: how many posted, are overdue, not due yet, excused or lost; by product, creator or time."""

from dataclasses import dataclass
from typing import Final

from memory.domain.performance import GroupBy
from memory.domain.performance_stores import OUTCOME_GROUPS, OutcomeRow
from memory.domain.stores import Unit
from tools.performance.arguments import PerformanceArgs
from tools.performance.question import Question

USUAL_ROWS: Final = 10


@dataclass(frozen=True, slots=True)
class OutcomesShown:
    """A row a group, the first `rows` of `groups`; of everything `whole`."""

    question: Question
    by: GroupBy
    whole: OutcomeRow
    rows: tuple[OutcomeRow, ...]
    groups: int


def draws_outcomes(args: PerformanceArgs) -> bool:
    """Whether a chart of samples is one of what became of them, and not of a figure over time."""
    return args.chart and not args.metrics and args.group_by in (None, *OUTCOME_GROUPS)


async def outcomes(unit: Unit, question: Question) -> OutcomesShown:
    """Samples that were sent in the period, as they stand now; by product unless something else is said."""
    args = question.args
    by = args.group_by or GroupBy.PRODUCT
    rows = await unit.performance.outcomes(question.filters, question.period, group_by=by)
    whole = OutcomeRow.of_all(rows)
    return OutcomesShown(question, by, whole, tuple(rows[: args.top or USUAL_ROWS]), len(rows))
