"""The funnel: of the creators written to, how many answered, were interested, posted; side by side by what was sent."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from memory.domain.funnel import Group, Grouping, Outcome, Verdict, judge
from memory.domain.funnel_stores import Sent
from memory.domain.performance import Metric
from memory.domain.periods import Period
from memory.domain.stores import Unit
from memory.domain.weeks import first_moment
from tools.performance.arguments import PerformanceArgs
from tools.performance.question import Question

_DAY: Final = timedelta(days=1)
_OUTCOMES: Final = {Metric.REPLY_RATE: Outcome.REPLIED, Metric.POST_RATE: Outcome.POSTED}


@dataclass(frozen=True, slots=True)
class FunnelShown:
    """Groups of messages, in order; without `by` one of all. `before`: all of the earlier period asked for too.

    `judged`: the outcome that `verdict` is about. `hidden`: groups left out because only the first few were asked for.
    """

    question: Question
    by: Grouping | None
    groups: tuple[Group, ...]
    judged: Outcome
    verdict: Verdict
    as_of: datetime
    before: tuple[Period, Group] | None = None
    hidden: int = 0


async def funnel(unit: Unit, question: Question) -> FunnelShown:
    """How outreach went in the days asked about, as the first of the zones asked about counts them.

    Of the usual days, which nobody named, today is one: messages that went this morning are no less sent.
    """
    args = question.args
    if not (args.period or args.first or args.last):
        question = replace(question, period=replace(question.period, last=question.days.today))
    by = grouping_of(args)
    outcome = next((_OUTCOMES[metric] for metric in args.metrics if metric in _OUTCOMES), Outcome.REPLIED)
    groups = await unit.funnel.counts(_sent(question, question.period), by=by)
    before = None
    if question.against is not None and by is None:
        (whole,) = await unit.funnel.counts(_sent(question, question.against), by=None)
        before = (question.against, whole)
    judged = (
        [group for group in groups if group.name is not None] if by else [*groups, *([before[1]] if before else [])]
    )
    shown = _ordered(groups, args, outcome)
    verdict = judge(judged, outcome)
    return FunnelShown(question, by, shown, outcome, verdict, unit.now, before, hidden=len(groups) - len(shown))


def grouping_of(args: PerformanceArgs) -> Grouping | None:
    """By what of a message the funnel is asked for."""
    kept = args.group_by is not None and args.group_by.value in list(Grouping)
    return Grouping(args.group_by.value) if kept and args.group_by is not None else None


def answers(args: PerformanceArgs) -> bool:
    """Whether the funnel can say it: not why a rate moved, nor rates by what is not kept with a message."""
    return not args.explain and (args.group_by is None or grouping_of(args) is not None)


def _sent(question: Question, period: Period) -> Sent:
    zone = ZoneInfo(question.days.zones[0])
    return Sent(first_moment(period.first, zone), first_moment(period.last + _DAY, zone), question.filters)


def _ordered(groups: list[Group], args: PerformanceArgs, outcome: Outcome) -> tuple[Group, ...]:
    """By rate where a rate was asked for, too few to speak of a rate last; then no more than were asked for."""
    if args.order_by in _OUTCOMES:
        falls = args.descending is not False
        groups = sorted(
            groups,
            key=lambda group: (
                not group.counts.enough,
                (-1 if falls else 1) * (group.counts.rate(outcome) or 0.0),
                -group.counts.contacted,
            ),
        )
    return tuple(groups[: args.top] if args.top else groups)
