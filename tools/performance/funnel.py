"""The funnel: of the creators written to, how many answered, were interested, posted; side by side by what was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from memory.domain.errors import BadRequest
from memory.domain.funnel import Group, Grouping, Outcome, Verdict, judge
from memory.domain.funnel_stores import Sent
from memory.domain.ids import CreatorId
from memory.domain.stores import Unit
from tools.campaigns.names import named
from tools.drafting.product_meant import product_meant
from tools.performance.arguments import Compare, Metric, PerformanceArgs
from tools.performance.periods import Period, compared_with
from tools.performance.question import Question

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
    """How outreach went in the days asked about.

    Raises BadRequest: "funnel_group_unknown" (a grouping that is not kept with a send), "which_product",
    "creator_unknown"; NotFound ("no_campaigns", "campaign_unknown").
    """
    args = question.args
    by = _grouping(args)
    outcome = next((_OUTCOMES[metric] for metric in args.metrics if metric in _OUTCOMES), Outcome.REPLIED)
    groups = await unit.funnel.counts(await _sent(unit, question, question.period), by=by)
    before = None
    if args.compare is not None and by is None:
        earlier = compared_with(question.period, Compare(args.compare))
        (whole,) = await unit.funnel.counts(await _sent(unit, question, earlier), by=None)
        before = (earlier, whole)
    judged = (
        [group for group in groups if group.name is not None] if by else [*groups, *([before[1]] if before else [])]
    )
    shown = _ordered(groups, args, outcome)
    return FunnelShown(
        question,
        by,
        shown,
        outcome,
        judge(judged, outcome),
        unit.now,
        before,
        hidden=len(groups) - len(shown),
    )


def _grouping(args: PerformanceArgs) -> Grouping | None:
    if args.group_by is None:
        return None
    if args.group_by.value not in list(Grouping):
        raise BadRequest("funnel_group_unknown", group=args.group_by.value)
    return Grouping(args.group_by.value)


async def _sent(unit: Unit, question: Question, period: Period) -> Sent:
    args = question.args
    campaign = named(await unit.campaigns.all(), args.campaign).id if args.campaign else None
    product = product_meant(await unit.products.all(), args.product).id if args.product else None
    return Sent(
        since=period.begins,
        until=period.ends,
        brand=question.brand.id if question.brand else None,
        campaign=campaign,
        product=product,
        creator=await _creator(unit, args.handle) if args.handle else None,
    )


async def _creator(unit: Unit, handle: str) -> CreatorId:
    found = await unit.creators.by_handles([handle.lstrip("@")])
    if not found:
        raise BadRequest("creator_unknown", handles=f"@{handle.lstrip('@')}")
    return next(iter(found.values())).id


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
