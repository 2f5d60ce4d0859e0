"""Who sold what: figures of a period, by subject. Nothing here changes anything."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from memory.domain.performance import Metric
from memory.domain.stores import Unit, Units
from tools.contract import Effect, Tool, TurnContext
from tools.performance.arguments import PerformanceArgs, Subject
from tools.performance.explaining import anomalies_of, movement_of
from tools.performance.funnel import FunnelShown, answers, funnel
from tools.performance.outcomes import OutcomesShown, draws_outcomes, outcomes
from tools.performance.queries import query_of
from tools.performance.question import Question, asked
from tools.performance.results import Defined, FiguresShown, NoFigures

Result = FiguresShown | FunnelShown | OutcomesShown | NoFigures | Defined
Answer = Callable[[Unit, Question], Awaitable[Result]]


async def figures(unit: Unit, question: Question) -> FiguresShown | NoFigures:
    """The figures asked for; of data nobody ever told, that there are none."""
    query = query_of(question)
    report = await unit.performance.report(query)
    known = any(figure.value is not None for figure in report.total.figures.values())
    if report.as_of is None and not known:
        return NoFigures(question, unit.now)
    return FiguresShown(
        question,
        report,
        query.metrics,
        query.group_by,
        unit.now,
        await movement_of(unit, query, report) if question.args.explain else None,
        await anomalies_of(unit, question, query, report),
    )


async def outreach(unit: Unit, question: Question) -> FunnelShown | FiguresShown | NoFigures:
    """The funnel; what it does not say is a figure like any other."""
    return await funnel(unit, question) if answers(question.args) else await figures(unit, question)


async def samples(unit: Unit, question: Question) -> OutcomesShown | FiguresShown | NoFigures:
    """A chart of samples says what became of them; anything else is a figure."""
    return await outcomes(unit, question) if draws_outcomes(question.args) else await figures(unit, question)


# Each subject is answered by exactly one function, in the turn's transaction.
ANSWERS: Final[Mapping[Subject, Answer]] = {
    **dict.fromkeys(Subject, figures),
    Subject.FUNNEL: outreach,
    Subject.SAMPLES: samples,
}


def performance(units: Units) -> Tool[PerformanceArgs]:
    """Look up figures."""

    async def run(args: PerformanceArgs, turn: TurnContext) -> Result:
        """Figures, or how they are worked out. Raises as `asked`, and what the store refuses (not retryable)."""
        if args.define:
            return Defined(args.metrics or tuple(Metric))
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            question = await asked(unit, args)
            return await ANSWERS[question.subject](unit, question)

    about = (
        "Sales and results of a period: GMV, orders, refunds, commission, conversion, ROI, views, by creator, product, "
        "campaign, video or day; replies and the outreach funnel; comparisons, why a figure moved, how it is defined; "
        "a chart of samples says what became of them."
    )
    return Tool("performance", Effect.READS, PerformanceArgs, run, about)
