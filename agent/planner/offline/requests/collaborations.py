"""Requests about what a shop agrees with creators: target collaborations, and samples that creators ask for."""

import re

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.dates import date_in
from agent.planner.offline.requests.campaigns import offer_said, product_said
from agent.planner.offline.requests.references import creators
from agent.planner.offline.requests.senses import sense
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlanningContext
from prompts import words

_ACTIONS = ("link", "remove", "change", "invite")
_SAID = {action: words.phrase("collaborations", action) for action in _ACTIONS}
_ASKS = words.phrase("collaborations", "asks")
_OPEN = words.phrase("collaborations", "open")
_UNTIL = words.phrase("collaborations", "until")
_OUT = words.phrase("collaborations", "out")
_NO_SAMPLE = words.phrase("collaborations", "no_sample")
_ANSWERS = {name: words.phrase("sample_requests", name) for name in ("approve", "reject")}
_REASONS = ("out_of_stock", "offline", "not_match")
_WHY = {name: words.phrase("sample_requests", name) for name in _REASONS}
_NUMBER = re.compile(r"(?<!\d)\d{12,20}(?!\d)")
_HANDLE = re.compile(r"@([a-z0-9_](?:[a-z0-9_.-]{0,58}[a-z0-9_])?)")


def collaboration(segment: Segment, context: PlanningContext) -> Sheet:
    """`collaborations`: what is to be done, for whom, on which terms."""
    text = segment.text
    if _OPEN.search(text):
        return Sheet(segment, context, arguments={"action": "open"})
    action = next((name for name in _ACTIONS if _SAID[name].search(text)), "list")
    if action != "link" and _ASKS.search(text):
        action = "list"
    sheet = Sheet(segment, context, arguments={"action": action})
    if action == "list":
        return sheet
    if action != "invite":
        _which(sheet)
    if action in ("remove", "link"):
        return sheet
    product_said(sheet)
    offer_said(sheet)
    if _NO_SAMPLE.search(text):
        sheet.arguments["free_sample"] = False
    elif sense("free_sample", text) == "true":
        sheet.arguments["free_sample"] = True
    said = _UNTIL.search(text)
    day = date_in(text[said.end() :], context.today) if said else None
    if day is not None:
        sheet.arguments["ends_on"] = day.isoformat()
    _for_whom(sheet, action)
    return sheet


def sample_request(segment: Segment, context: PlanningContext) -> Sheet:
    """`sample_requests`: those that wait, or an answer to some."""
    text = segment.text
    sheet = Sheet(segment, context, arguments={"action": "list"})
    said = next((name for name in ("reject", "approve") if _ANSWERS[name].search(text)), "")
    if not said or _ASKS.search(text):
        return sheet
    sheet.arguments["action"] = said
    found = creators(sheet, segments=False)
    if {"ranks", "handles"} & found.keys():
        sheet.arguments |= found
    why = next((name for name in _REASONS if _WHY[name].search(text)), "") if said == "reject" else ""
    if why:
        sheet.arguments["reason"] = why
    return sheet


def _for_whom(sheet: Sheet, action: str) -> None:
    """Whoever is named; those of a change who are to leave apart."""
    text = sheet.segment.text
    if action == "change" and _OUT.search(text):
        left = list(dict.fromkeys(_HANDLE.findall(text)))
        if left:
            sheet.arguments["drop_handles"] = list(left)
            return
    found = creators(sheet, segments=False)
    if action == "invite" or {"ranks", "handles"} & found.keys():
        sheet.arguments |= found


def _which(sheet: Sheet) -> None:
    """Its number, or its name in quotes."""
    number = _NUMBER.search(sheet.segment.text)
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    if number:
        sheet.arguments["collaboration"] = number.group()
    elif quote:
        sheet.arguments["collaboration"] = sheet.quote(quote.start, quote.end).strip(QUOTES)
