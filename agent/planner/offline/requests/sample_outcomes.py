"""「样品去向画个图」, "what became of our samples": what samples came to, as the chart that says it."""

from typing import Final

from agent.planner.offline.asking.clauses import whole
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.requests.reports import performance
from agent.planner.plan import PlannedCall, PlanningContext
from prompts import words

_ASKS: Final = words.phrase("sample_outcomes", "asks")
_ASKS_ELSE: Final = words.phrase("sample_outcomes", "something_else")
_LONGEST: Final = 90  # letters of a message that asks this and nothing else
_KEPT: Final = frozenset({"product", "brand", "market", "period", "from", "to", "timezone", "top"})
_GROUPS: Final = frozenset({"day", "week", "month", "creator", "product", "brand"})


def outcomes_asked(reading: Reading, context: PlanningContext) -> PlannedCall | None:
    """The call, when the whole message asks for this and nothing else."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _ASKS.search(text) or _ASKS_ELSE.search(text):
        return None
    said = performance(whole(reading, "performance"), context).arguments
    arguments = {name: value for name, value in said.items() if name in _KEPT}
    arguments |= {"subject": "samples", "chart": True}
    if said.get("group_by") in _GROUPS:
        arguments["group_by"] = said["group_by"]
    return PlannedCall("performance", arguments)
