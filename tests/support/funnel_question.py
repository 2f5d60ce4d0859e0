"""A question about the funnel as the tool reads one, without sales to read days from."""

from memory.domain.performance import Filters
from memory.domain.performance_stores import Days
from memory.domain.periods import PeriodName, compared, period_of
from memory.domain.stores import Unit
from tools.performance.arguments import PerformanceArgs, Subject
from tools.performance.funnel import FunnelShown, funnel
from tools.performance.question import Question


async def ask_the_funnel(unit: Unit, **arguments: object) -> FunnelShown:
    """What it answers about this month, counted in UTC."""
    args = PerformanceArgs.model_validate(arguments)
    period = period_of(PeriodName.THIS_MONTH, today=unit.now.date())
    against = compared(period, args.compare) if args.compare else None
    brands = tuple(await unit.people.brands())
    days = Days(("UTC",), unit.now.date())
    question = Question(args, Subject.FUNNEL, period, against, days, brands, Filters(brand=brands[0].id))
    return await funnel(unit, question)
