"""Right after figures by creator, 第2个 and 他们 are those creators, not the shortlist found before."""

from dataclasses import replace
from typing import Final, cast

from pydantic import JsonValue

from agent.planner.plan import Arguments, Note, PlannedCall, PlanningContext

_SEVERAL: Final = frozenset(
    {"draft_messages", "crm_update", "schedule_follow_up", "cancel_follow_ups", "list_follow_ups"}
)
_ONE: Final = frozenset({"show_creator", "similar_creators"})
_AIMED: Final = ("ranks", "handles", "segment")


def people_of(context: PlanningContext) -> tuple[str, ...]:
    """The creators that the last answer listed, in order ("": nobody's sales); none if it listed something else."""
    last = context.last_report or {}
    by_creator = (last.get("group_by") or last.get("subject")) in ("creators", "creator")
    return context.report_rows if context.last_tool == "performance" and by_creator else ()


def of_these(context: PlanningContext, tool: str, people: tuple[str, ...]) -> PlanningContext:
    """What a request to a tool that takes them is read with: these people in the place of the shortlist."""
    return replace(context, shortlist=people) if people and tool in _SEVERAL | _ONE else context


def by_handle(call: PlannedCall, people: tuple[str, ...]) -> PlannedCall | Note:
    """The call with these people by their handles; a note where a place that is named is nobody's."""
    arguments: Arguments = dict(call.arguments)
    if call.name in _ONE and isinstance(rank := arguments.get("rank"), int):
        if not 1 <= rank <= len(people):
            return Note("report_row_missing", {"rank": rank, "total": len(people)})
        if not people[rank - 1]:
            return Note("report_row_nobody", {"rank": rank})
        return PlannedCall(call.name, _without(arguments, "rank") | {"handle": people[rank - 1]})
    if call.name not in _SEVERAL:
        return call
    ranks = arguments.get("ranks")
    if isinstance(ranks, list):
        places = [rank for rank in ranks if isinstance(rank, int)]
        if missing := next((place for place in places if not 1 <= place <= len(people)), None):
            return Note("report_row_missing", {"rank": missing, "total": len(people)})
        if nobodys := next((place for place in places if not people[place - 1]), None):
            return Note("report_row_nobody", {"rank": nobodys})
        named = [people[place - 1] for place in places]
        return PlannedCall(call.name, _without(arguments, "ranks") | {"handles": cast(list[JsonValue], named)})
    if any(name in arguments for name in _AIMED):
        return call
    return PlannedCall(call.name, arguments | {"handles": [one for one in people if one]})


def _without(arguments: Arguments, name: str) -> Arguments:
    return {key: value for key, value in arguments.items() if key != name}
