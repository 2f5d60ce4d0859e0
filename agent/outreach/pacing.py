"""New times for messages that were not sent when they should have been: by daylight, and never all at once. Pure."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta

from agent.outreach.windows import hours_of, next_open
from memory.domain.ids import StepId
from memory.domain.pausing_stores import Waiting
from memory.domain.workspace import BrandPolicy

MINUTE = timedelta(minutes=1)


def plan_anew(waiting: Iterable[Waiting], policy: BrandPolicy, *, now: datetime) -> dict[StepId, datetime]:
    """A time for each step of one brand, in the order they were due.

    Each goes at the next open moment of its creator's window that is neither before now nor before it was due: a stop
    that is lifted at once does not shorten the minute in which an approval can be taken back. No minute gets more of
    them than the brand sends in one.
    """
    pace = max(policy.sends_per_minute, 1)
    taken: Counter[datetime] = Counter()
    full_until: dict[datetime, datetime] = {}
    planned: dict[StepId, datetime] = {}
    for step in sorted(waiting, key=lambda each: (each.due_at, each.step)):
        window = hours_of(policy, step.market, first=step.first)
        opens = next_open(max(now, step.due_at), step.home.zone, window)
        moment = next_open(full_until.get(opens, opens), step.home.zone, window)
        while taken[moment] >= pace:
            moment = next_open(moment + MINUTE, step.home.zone, window)
        taken[moment] += 1
        full_until[opens] = moment
        planned[step.step] = moment
    return planned
