"""Requests about tracking links and promo codes: made for somebody, looked at, put into a file."""

import re
from typing import Final, cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.requests.afterwards import campaign_said
from agent.planner.offline.requests.campaigns import product_said
from agent.planner.offline.requests.references import creators
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.plan import Arguments, PlanningContext
from prompts import words

_SAID: Final = {
    name: words.phrase("tracking", name)
    for name in ("links", "codes", "export", "make", "asks", "undo", "so_many", "these", "own_code")
}
_FORMATS: Final = (("csv", re.compile("csv")), ("xlsx", re.compile(r"excel|xlsx|表格|spreadsheet")))


def tracking(segment: Segment, context: PlanningContext) -> Sheet:
    """`tracking`: what is to be done, for whom, of which campaign."""
    text = segment.text
    sheet = Sheet(segment, context, arguments={"action": _action(text)})
    if _SAID["undo"].search(text):
        sheet.note("tracking_stays")
        sheet.incomplete = True
        return sheet
    action = sheet.arguments["action"]
    campaign_said(sheet)
    if action == "codes":
        _own_code(sheet)
    if action == "links":
        product_said(sheet)
    if action == "export":
        said = next((name for name, pattern in _FORMATS if pattern.search(text)), None)
        sheet.arguments |= {"format": said} if said else {}
    found = creators(sheet, segments=action in ("links", "codes"))
    if not found and action in ("list", "export") and _SAID["these"].search(text) and context.shortlist:
        found = {"ranks": cast(list[JsonValue], list(range(1, len(context.shortlist) + 1)))}
    if not found and action in ("links", "codes") and _SAID["so_many"].search(text):
        sheet.note("needs_creator")  # 「生成5个优惠码」: for which five?
        sheet.incomplete = True
    sheet.arguments |= found
    return sheet


def told_apart(sheet: Sheet) -> list[Arguments]:
    """「生成跟踪链接和优惠码」: one call for each of the two."""
    both = _SAID["links"].search(sheet.segment.text) and _SAID["codes"].search(sheet.segment.text)
    if sheet.arguments["action"] != "links" or not both:
        return [sheet.arguments]
    codes = {name: value for name, value in sheet.arguments.items() if name != "product"}
    return [sheet.arguments, codes | {"action": "codes"}]


def _action(text: str) -> str:
    if _SAID["export"].search(text):
        return "export"
    if _SAID["asks"].search(text):
        return "list"
    if _SAID["own_code"].search(text):
        return "codes"
    if not _SAID["make"].search(text):
        return "list"
    return "links" if _SAID["links"].search(text) else "codes"


def _own_code(sheet: Sheet) -> None:
    """A code somebody chose: what stands behind the word and holds a figure, or stands in quotes."""
    segment = sheet.segment
    said = _SAID["own_code"].search(segment.reading.text[segment.start : segment.end])
    if said is None:
        return
    start, end = (segment.start + place for place in said.span("code"))
    sheet.arguments["code"] = sheet.quote(start, end)
    sheet.use_span(start, end)
