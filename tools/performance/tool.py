"""Who sold what: figures of a period, by subject. Nothing here changes anything."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from memory.domain.stores import Unit, Units
from tools.contract import Effect, Tool, TurnContext
from tools.performance.arguments import PerformanceArgs, Subject
from tools.performance.funnel import FunnelShown, funnel
from tools.performance.question import Question, asked
from tools.performance.results import NoFigures

Result = NoFigures | FunnelShown
Answer = Callable[[Unit, Question], Awaitable[Result]]


async def _figures(unit: Unit, question: Question) -> NoFigures:
    return NoFigures(question, unit.now)


# Each subject is answered by exactly one function, in the turn's transaction.
ANSWERS: Final[Mapping[Subject, Answer]] = {
    **dict.fromkeys(Subject, _figures),
    Subject.FUNNEL: funnel,
}


def performance(units: Units) -> Tool[PerformanceArgs]:
    """Look up figures."""

    async def run(args: PerformanceArgs, turn: TurnContext) -> Result:
        """One result type a subject; `agent/cards` shows each."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            question = await asked(unit, args)
            return await ANSWERS[question.subject](unit, question)

    about = (
        "Sales and results of a period: GMV, orders, refunds, commission, conversion, ROI, views, by creator, product, "
        "campaign, video or day; replies and the outreach funnel; comparisons and why a figure moved."
    )
    return Tool("performance", Effect.READS, PerformanceArgs, run, about)
