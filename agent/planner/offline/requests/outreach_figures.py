"""「几点发回复率最高」, "which template gets more replies": how outreach went, as a question about the funnel."""

from typing import Final, cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment, whole
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.requests.reports import performance
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.plan import Plan, PlanningContext
from prompts import words

_ASKS: Final = words.phrase("funnel", "asks")
_ASKS_ELSE: Final = words.phrase("funnel", "something_else")
_GROUPS: Final = {name: words.phrase("funnel", name) for name in ("template", "hour", "round", "language")}
_POSTED: Final = words.phrase("funnel", "posted")
_REPLIED: Final = words.phrase("funnel", "replied")
_RANKED: Final = words.phrase("funnel", "ranked")
_LOWEST: Final = words.phrase("funnel", "lowest")
_LONGEST: Final = 90  # letters of a message that asks this and nothing else
_KEPT: Final = frozenset(
    {"subject", "handle", "product", "campaign", "period", "from", "to", "compare", "top", "chart"}
)


def how_outreach_went(reading: Reading) -> Segment | None:
    """The request, when the whole message asks for this and nothing else."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _ASKS.search(text) or _ASKS_ELSE.search(text):
        return None
    return whole(reading, "funnel")


def is_of_the_funnel(further: Plan) -> bool:
    """Whether what goes on from the last question about figures asks how outreach went, and not after sales."""
    return any(call.arguments.get("subject") == "funnel" for call in further.calls)


def funnel(segment: Segment, context: PlanningContext) -> Sheet:
    """`performance` of the funnel: by what, and by which rate."""
    sheet = performance(segment, context)
    text = segment.text
    sheet.arguments = {name: value for name, value in sheet.arguments.items() if name in _KEPT} | {"subject": "funnel"}
    group = next((name for name, said in _GROUPS.items() if said.search(text)), None)
    metric = "post_rate" if _POSTED.search(text) else "reply_rate" if _REPLIED.search(text) else None
    if group:
        sheet.arguments["group_by"] = group
    if metric:
        sheet.arguments["metrics"] = cast(list[JsonValue], [metric])
    if group and _RANKED.search(text):
        sheet.arguments["order_by"] = metric or "reply_rate"
        sheet.arguments["descending"] = not _LOWEST.search(text)
    return sheet
