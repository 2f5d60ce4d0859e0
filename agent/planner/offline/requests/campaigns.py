"""Requests about campaigns: list them, show one, or put creators into one."""

import re
from datetime import date

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.dates import date_in
from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.reading.quantities import Unit, as_json
from agent.planner.offline.requests.references import creators, segment_of
from agent.planner.offline.requests.round_templates import RoundTemplates, round_templates
from agent.planner.offline.requests.senses import sense
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.terms import meant
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlanningContext
from prompts import words
from tools.campaigns.names import plain
from tools.campaigns.presets import presets, scenario_in

_NAME = words.phrase("reports", "campaign_name")
_BEFORE = words.phrase("reports", "before_a_campaign")
_NO_NAME = words.phrase("reports", "not_a_campaign")
_ROUNDS = words.phrase("reports", "rounds")
_EVERY = words.phrase("reports", "every")
_PRODUCT = words.phrase("reports", "campaign_product")
_SALE_DAY = words.phrase("reports", "sale_day")
_WEEKS = frozenset(["周", "星期", "礼拜", "week", "weekly"])
_A_CAMPAIGN = re.compile(r"活动|大促|计划|campaign")
_SHARE_OF_SALES = re.compile(r"佣|提成|分成|commission|\bcut\b")
_INTO = words.phrase("reports", "into_a_campaign")
_STARTS_AFTER_DAY = words.phrase("reports", "starts_after_day")
_STARTS_BEFORE_DAY = words.phrase("reports", "starts_before_day")
_AND = re.compile(r"(?:[、/&]|以及|还有|[和跟与及]| and (?:the |our )?)")
_NEAR = 16  # letters between a day and the word that says it is the first
_MOST_LEADS = 3
NONE = RoundTemplates()


def campaign(segment: Segment, context: PlanningContext) -> Sheet:
    """`campaigns`: list, show one, or plan one."""
    action = segment.intent.split(".")[1]
    sheet = Sheet(segment, context, arguments={"action": action})
    if action == "list":
        return sheet
    own = round_templates(sheet) if action == "plan" else NONE
    name = _name(sheet, own)
    if action == "plan":
        joins = bool(_INTO.search(segment.text))
        scenario = None if joins and name else _only_a_scenario(name) if name else _scenario_beside(sheet)
        if scenario:
            sheet.arguments["scenario"] = scenario
        elif name:
            sheet.arguments["name"] = name
        elif joins:
            sheet.note("campaign_needs_name")
            sheet.incomplete = True
        _plan(sheet, own)
    elif name:
        sheet.arguments["name"] = name
    return sheet


def failed(segment: Segment, context: PlanningContext) -> Sheet:
    """`campaigns`: what one could not send, and why."""
    sheet = Sheet(segment, context, arguments={"action": "show"})
    if name := _name(sheet):
        sheet.arguments["name"] = name
    sheet.arguments["failed"] = True
    return sheet


def _name(sheet: Sheet, own: RoundTemplates = NONE) -> str:
    """What it is called: quoted, or the words before 活动 without whom it is for."""
    segment = sheet.segment
    quotes = (token for token in sheet.tokens if token.kind == "quote" and not own.touches(token.start, token.end))
    quote = next(quotes, None)
    if quote:
        return sheet.quote(quote.start, quote.end).strip(QUOTES)
    named = _NAME.search(segment.reading.text[segment.start : segment.end])
    if named is None:
        return ""
    group = next(key for key, value in named.groupdict().items() if value)
    start, end = segment.start + named.start(group), segment.start + named.end(group)
    for _ in range(_MOST_LEADS):
        lead = _BEFORE.match(segment.reading.text[start:end])
        if lead is None or not lead.end():
            break
        start += lead.end()
    name = sheet.quote(start, end).strip(QUOTES + " ")
    return "" if len(name) < 2 or _NO_NAME.search(name) else name


def _only_a_scenario(name: str) -> str | None:
    """The scenario of which a name is nothing but the word: it names no campaign of its own."""
    said = fold(plain(name))
    found = (
        scenario.value
        for scenario, preset in presets().items()
        if any(said == fold(word) for words_ in preset.words.values() for word in words_)
    )
    return next(found, None)


def _scenario_beside(sheet: Sheet) -> str | None:
    """「搞个大促活动」: the scenario in the words that name no campaign."""
    said = next((clause.text for clause in sheet.segment.clauses if _A_CAMPAIGN.search(clause.text)), "")
    found = scenario_in(said)
    return found.value if found else None


def _plan(sheet: Sheet, own: RoundTemplates) -> None:
    """For whom, in how many rounds, how far apart, from when on, from which templates, and on what offer."""
    text = own.without(sheet)
    if own.templates:
        sheet.arguments["templates"] = list(own.templates)
    if own.split:
        sheet.arguments["split"] = list(own.split)
    rounds, every = list(_ROUNDS.finditer(text)), list(_EVERY.finditer(text))
    if rounds:  # the last: what is said before may be taken back
        sheet.arguments["rounds"] = _count(rounds[-1]["a"] or rounds[-1]["b"])
    if every:
        sheet.arguments["every_days"] = _days(every[-1])
    sheet.arguments |= creators(sheet, segments=False)
    first = next((clause for clause in sheet.segment.clauses if _A_CAMPAIGN.search(clause.text)), None)
    group = segment_of(first.text) if first else None
    if group and not {"ranks", "handles"} & sheet.arguments.keys():
        sheet.arguments["segment"] = group
    products_said(sheet, text)
    offer_said(sheet)
    start = _start(sheet, own)
    if start is not None:
        sheet.arguments["start_date"] = start.isoformat()
    said = _SALE_DAY.search(text)
    day = date_in(text[said.end() :], sheet.context.today) if said else None
    if day is not None:
        sheet.arguments["promotion_date"] = day.isoformat()


def _start(sheet: Sheet, own: RoundTemplates) -> date | None:
    """The day before which nothing is to go: 「12月1日开始」, 「别早于12月10日」, "starting next Monday"."""
    today = sheet.context.today
    for clause in own.without(sheet).split(","):
        if _SALE_DAY.search(clause):
            continue
        ends = (found.end() for found in _STARTS_BEFORE_DAY.finditer(clause))
        behind = (date_in(clause[end : end + _NEAR], today) for end in ends)
        starts = (found.start() for found in _STARTS_AFTER_DAY.finditer(clause))
        before = (date_in(clause[max(0, start - _NEAR) : start], today) for start in starts)
        day = next((day for day in (*behind, *before) if day is not None), None)
        if day is not None:
            return day
    return None


def offer_said(sheet: Sheet) -> None:
    """The commission (a share beside nothing else is one), and whether samples are given, where they are said."""
    text = sheet.segment.text
    shares = [token.quantity for token in sheet.tokens if token.quantity and token.quantity.unit is Unit.PERCENT]
    if shares and (len(shares) == 1 or _SHARE_OF_SALES.search(text)):
        sheet.arguments["commission_rate"] = as_json(meant(shares[-1]))
    if sense("free_sample", text) == "true":
        sheet.arguments["free_sample"] = True


def products_said(sheet: Sheet, text: str) -> None:
    """The products of a plan: one, or several to choose from for each creator."""
    places = [(text.find(name.lower()), name) for name in sheet.context.products if name.lower() in text]
    apart = [
        (at, name)
        for at, name in sorted(places)
        if not any(other != name and name.lower() in other.lower() for _, other in places)
    ]
    if len(apart) > 1:
        sheet.arguments["products"] = [name for _, name in apart]
        return
    product_said(sheet)
    said = str(sheet.arguments.get("product", ""))
    several = [part.strip(QUOTES + " ") for part in _AND.split(said)]
    if len(several) > 1 and all(len(part) > 1 for part in several):
        del sheet.arguments["product"]
        sheet.arguments["products"] = several


def product_said(sheet: Sheet) -> None:
    """The product, where one is named."""
    text = sheet.segment.text
    known = [name for name in sheet.context.products if name.lower() in text]
    if known:
        sheet.arguments["product"] = max(known, key=len)
        return
    for clause in sheet.segment.clauses:
        if said := _PRODUCT.search(sheet.segment.reading.text, clause.start, clause.end):
            group = "a" if said["a"] else "b"
            sheet.arguments["product"] = sheet.quote(*said.span(group)).strip(QUOTES + " ")
            return


def _days(every: re.Match[str]) -> int:
    unit = next((every[key] for key in ("u", "v", "w", "x", "y") if every[key]), "")
    written = next((every[key] for key in "abcdef" if every[key]), None)
    return (7 if unit in _WEEKS else 1) * (_count(written) if written else 1)


def _count(written: str) -> int:
    numeral = numeral_at(written, 0)
    return int(numeral.high) if numeral else 1
