"""A year of sending on a virtual clock, judged message by message."""

from collections import Counter
from datetime import UTC, datetime

from evals.scorers.scorecard import Line, Scorecard
from evals.suites.schedule.judge import Findings, judge
from evals.suites.schedule.life import Year, open_year
from memory.domain.outreach import StepState

CREATORS, DAYS, SEED = 20_000, 365, 1
NEW_YEAR = datetime(2026, 1, 1, tzinfo=UTC)
FEW, SHORT = 150, 31
MARCH = datetime(2026, 3, 1, tzinfo=UTC)  # two changes of the clock, and Eid
WHOLE_YEAR = 360


async def run(
    creators: int | None = None, days: int | None = None, seed: int | None = None, *, fast: bool = False
) -> Scorecard:
    """Live through it and count; `fast`: a month of few creators, unless said otherwise."""
    few = (creators or FEW, days or SHORT) if fast else (creators or CREATORS, days or DAYS)
    year = open_year(*few, SEED if seed is None else seed, began=MARCH if fast else NEW_YEAR)
    await year.run()
    findings = judge(year.platform.arrived, year.people, year.shops, year.diary)
    return Scorecard("schedule", (*_promises(findings), *_counts(year, findings, whole=year.days >= WHOLE_YEAR)))


def _promises(found: Findings) -> tuple[Line, ...]:
    kinds = {
        "messages outside a window, on a rest day too": found.outside,
        "messages after a stop, an answer, a block": found.after_a_stop,
        "over a limit of the minute, the day, the week": found.over_quota,
        "messages sent twice": found.twice,
    }
    return tuple(
        Line(what, f"{len(wrong)}{f': {wrong[0]}' if wrong else ''}", "= 0", not wrong) for what, wrong in kinds.items()
    )


def _counts(year: Year, found: Findings, *, whole: bool) -> tuple[Line, ...]:
    tally, arrived = year.diary.tally, year.platform.arrived
    ends = Counter(step.state for step in year.books.steps.values())
    changes = " ".join(day.isoformat() for day in found.clock_changes)
    return (
        Line("zones written to", str(found.zones), "= 15" if whole else "", ok=found.zones == 15 or not whole),
        Line("changes of a clock", changes, "4" if whole else "", ok=len(found.clock_changes) == 4 or not whole),
        Line("messages that arrived", str(len(arrived)), "> 0", ok=bool(arrived)),
        Line("of them first messages", str(sum(not one.round for one in arrived)), "", ok=True),
        Line("creators written to", str(len({one.creator for one in arrived})), "", ok=True),
        Line(
            "busy, refused, lost", f"{year.platform.busy}, {year.platform.refused}, {year.platform.lost}", "", ok=True
        ),
        *(Line(what, str(count), "", ok=True) for what, count in sorted(tally.items())),
        *(Line(f"messages {state} at the end", str(ends[state]), "", ok=True) for state in StepState if ends[state]),
    )
