"""Requests about messages that exist or are to come: change drafts, list them and their answers, follow up later."""

import re
from datetime import date
from itertools import pairwise
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.dates import date_in, time_in
from agent.planner.offline.reading.numerals import numeral_at
from agent.planner.offline.reading.quantities import Quantity, Unit, as_json, quantity_at
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.references import creators, excepted, segment_of
from agent.planner.offline.requests.round_templates import round_templates
from agent.planner.offline.requests.senses import sense, stage_word
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.terms import is_second_thought, meant, metric_before
from agent.planner.offline.requests.unmarked_places import unmarked_places
from agent.planner.plan import PlanningContext
from prompts import words

_NUMBER_LIST = words.phrase("afterwards", "number_list")
_TO_OPEN = re.compile(r"^(?:please |can you |could you )?open\b(?= (?:up|batch|the|my|k\d))")
_BARE = words.phrase("afterwards", "bare_numbers")
_REFERENCE = words.phrase("afterwards", "reference")
_REFERENCE_BEHIND = words.phrase("afterwards", "reference_behind")
_CAMPAIGN = words.phrase("afterwards", "campaign")
_QUOTED = re.compile('[「“"《]([^」”"》]+)[」”"》]')
_DAYS_LATER = re.compile(
    r"\s?(?:after|后|之后|以后|内没|没|未|还没|还不|不回|都没|如果|要是|再|无|later|without|"
    r"and (?:they|no)|, ?(?:if|follow|nudge|remind))"
)
_BEFORE_DAYS = re.compile(r"\b(?:in|after|within|for)\s*$|(?:过|等|隔|后的?第?)\s*$")
_EVERY = words.phrase("afterwards", "every")
_ROUNDS = words.phrase("afterwards", "rounds")
_UNLESS_ANSWERED = words.phrase("afterwards", "unless_answered")
_NOT_POSTED = words.phrase("afterwards", "not_posted")
_THREAD_OF = re.compile(
    r"(?<![\d第@\w.])(\d{1,3}) ?(?:号)? ?的 ?(?:对话|聊天记录|往来)|\b(?:thread|conversation) (?:of|with) (\d{1,3})\b"
)
_DELIVERED = re.compile(
    r"签收|到货|货到|到手|(?:样品|包裹|快递)到(?!期|底)|收到(?:样品|货|包裹)|送达|deliver|arriv|receiv"
)


def revise(segment: Segment, context: PlanningContext) -> Sheet:
    """`revise_drafts`: numbers, tone, and whatever else as an instruction."""
    sheet = Sheet(segment, context)
    batch = _batch(sheet)
    if batch:
        sheet.arguments["batch"] = batch
    numbers = _numbers(sheet)
    if numbers:
        sheet.arguments["numbers"] = cast(list[JsonValue], numbers)
    text = segment.text
    share = _last_share(sheet)
    if share is not None:
        sheet.arguments["commission_rate"] = share
    tone = next((key for key, _, _ in find_terms("offers", text, "tone")), None)
    if tone:
        sheet.arguments["tone"] = tone
    instruction = _instruction(sheet)
    if instruction and ((share is None and tone is None) or _says_more(instruction)):
        sheet.arguments["instruction"] = instruction
    return sheet


def list_drafts(segment: Segment, context: PlanningContext) -> Sheet:
    """`list_drafts`."""
    sheet = Sheet(segment, context)
    batch = _batch(sheet)
    if batch:
        sheet.arguments["batch"] = batch
    status = stage_word("draft_status", _TO_OPEN.sub(" ", segment.text))
    if status:
        sheet.arguments["status"] = status
    campaign_said(sheet)
    return sheet


def campaign_said(sheet: Sheet) -> None:
    """The campaign, where one is named."""
    segment = sheet.segment
    campaign = _CAMPAIGN.search(segment.reading.text[segment.start : segment.end])
    if campaign and ("活动" in segment.text or "campaign" in segment.text):
        group = next(key for key, value in campaign.groupdict().items() if value)
        said = sheet.quote(segment.start + campaign.start(group), segment.start + campaign.end(group))
        quoted = _QUOTED.search(said)
        sheet.arguments["campaign"] = quoted.group(1) if quoted else said


def list_replies(segment: Segment, context: PlanningContext) -> Sheet:
    """`list_replies`."""
    sheet = Sheet(segment, context)
    text = segment.text
    named = creators(sheet, segments=False)
    handles = named.get("handles")
    ranks = named.get("ranks")
    number = _THREAD_OF.search(text)
    if ranks is None and number:
        ranks = [int(next(group for group in number.groups() if group))]
    if isinstance(handles, list):
        sheet.arguments["handles"] = handles
    elif isinstance(ranks, list):
        known = [context.shortlist[int(str(rank)) - 1] for rank in ranks if int(str(rank)) <= len(context.shortlist)]
        if known:
            sheet.arguments["handles"] = cast(list[JsonValue], [handle.removeprefix("@") for handle in known])
    status = sense("reply_status", text)
    if status:
        sheet.arguments["status"] = status
    intent = stage_word("reply_intent", text)
    if intent:
        sheet.arguments["intent"] = intent
    return sheet


def follow_ups(segment: Segment, context: PlanningContext) -> Sheet:
    """`list_follow_ups` and `cancel_follow_ups`: only whose."""
    sheet = Sheet(segment, context)
    sheet.arguments = creators(sheet)
    return sheet


def schedule(segment: Segment, context: PlanningContext) -> Sheet:
    """`schedule_follow_up`."""
    sheet = Sheet(segment, context)
    own = round_templates(sheet)
    text = own.without(sheet)
    sheet.arguments = creators(sheet, segments=False)
    if own.templates:
        sheet.arguments["templates"] = list(own.templates)
    every = _EVERY.search(text)
    if every:
        sheet.arguments["every_days"] = _every_days(every)
    rest = text.replace(every.group(), " ") if every else text
    days = _days_in(rest)
    if days is not None:
        sheet.arguments["after_days"] = days
    else:
        moment = _moment(_without_ranks(sheet, rest), context.today)
        if moment:
            sheet.arguments["at"] = moment
    counted = [_count(next(group for group in found.groups() if group)) for found in _ROUNDS.finditer(rest)]
    if every:  # 每周催一次 is once a week, not once
        counted = [count for count in counted if count > 1]
    if counted:
        sheet.arguments["rounds"] = counted[-1]
    condition = _condition(text)
    if condition:
        sheet.arguments["condition"] = condition
    purpose = next(
        (key for key in words.entries("purposes") for found, _, _ in find_terms("purposes", text) if found == key), None
    )
    if purpose in ("content_reminder", "thanks", "negotiate"):
        sheet.arguments["purpose"] = purpose
    return sheet


def _without_ranks(sheet: Sheet, text: str) -> str:
    for token in sheet.tokens:
        if token.ranks is not None:
            text = text.replace(token.text, " ", 1)
    return text


def _batch(sheet: Sheet) -> str | None:
    token = next((token for token in sheet.tokens if token.kind == "batch"), None)
    if token:
        return sheet.quote(token.start, token.end).upper()
    said = sheet.segment.text.upper()
    return next(
        (code for code in sheet.context.open_batches if re.search(rf"(?<![A-Z0-9]){code}(?![A-Z0-9])", said)), None
    )


def _numbers(sheet: Sheet) -> list[int]:
    numbers: list[int] = []
    left_out: list[int] = []
    size = _size(sheet)
    for index, token in enumerate(sheet.tokens):
        if token.ranks is not None:
            (left_out if excepted(sheet, index) else numbers).extend(token.ranks.resolve(size))
    if left_out:
        kept = [number for number in (numbers or range(1, size + 1)) if number not in left_out]
        if not kept:  # no number at all would mean every draft
            sheet.note("needs_drafts", words=sheet.quote(sheet.segment.start, sheet.segment.end))
            sheet.incomplete = True
        return kept
    if numbers:
        return list(dict.fromkeys(numbers))
    batch = next((token for token in sheet.tokens if token.kind == "batch"), None)
    if batch:
        rest = sheet.segment.reading.text[batch.end : sheet.segment.end]
        listed = re.match(r"\s*(?:的|里的?|,|:)?\s*" + _NUMBER_LIST.pattern, rest)
        if listed:
            for part in re.findall(r"\d+(?:\s?(?:-|到|至|~)\s?\d+)?", listed.group(1)):
                ends = [int(number) for number in re.findall(r"\d+", part)]
                numbers += range(ends[0], ends[-1] + 1)
    bare = None if numbers or batch else _BARE.search(sheet.segment.text)
    if bare:
        numbers = [int(number) for number in re.findall(r"\d+", bare.group())]
    numbers = numbers or unmarked_places(sheet, size)
    return list(dict.fromkeys(numbers))[:200]


def _size(sheet: Sheet) -> int:
    """How many drafts the batch meant holds: the one named, else the latest."""
    sizes, batches = sheet.context.batch_sizes, sheet.context.open_batches
    named = sheet.arguments.get("batch") or (batches[-1] if batches else None)
    return sizes.get(str(named), 0)


def _last_share(sheet: Sheet) -> int | float | None:
    """The share they are changed to; two in different clauses are asked about: 「1-3 改成15%，4 改成20%」."""
    shares: list[tuple[int, Quantity]] = []
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if quantity is None:
            continue
        if quantity.unit is Unit.PERCENT:
            shares.append((index, quantity))
        elif quantity.unit is Unit.PLAIN and metric_before(sheet, index) == "commission_rate" and quantity.value <= 100:
            return as_json(meant(quantity) / 100)
    for (first, before), (second, last) in pairwise(shares):
        apart = sheet.clause_of(first) != sheet.clause_of(second) and meant(before) != meant(last)
        if apart and not is_second_thought(sheet, before.start, last.start):
            said = [sheet.quote(one.start, one.end) for one in (before, last)]
            sheet.note("terms_differ", first=said[0], second=said[1])
            sheet.incomplete = True
    return as_json(meant(shares[-1][1])) if shares else None


def _instruction(sheet: Sheet) -> str:
    segment = sheet.segment
    text = segment.reading.text[segment.start : segment.end]
    lead = _REFERENCE.match(text)
    start = segment.start + (lead.end() if lead else 0)
    behind = _REFERENCE_BEHIND.search(segment.reading.text, start, segment.end)
    end = behind.start() if behind and behind.start() > start else segment.end
    return sheet.quote(start, end) if start < end else ""


def _says_more(instruction: str) -> bool:
    """Whether an instruction holds more than the commission and the tone that were read from it."""
    return bool(
        re.search(
            r"提到|提一下|加上|加一句|去掉|删掉|开头|结尾|\b(?:mention|add|remove|open with|start with|end with)\b",
            instruction.lower(),
        )
    )


def _every_days(match: re.Match[str]) -> int:
    unit = match["u"] or match["u2"] or match["u3"] or match["v"] or match["w"]
    size = {"天": 1, "日": 1, "day": 1, "dai": 1, "月": 30, "month": 30}.get(unit, 7)
    written = match["zh"] or match["zh2"] or match["zh3"] or match["en"] or match["apart"]
    return size * (2 if written == "other" else _count(written) if written else 1)


def _count(written: str) -> int:
    if written in ("once", "twice"):
        return 1 if written == "once" else 2
    numeral = numeral_at(written, 0)
    return int(numeral.high) if numeral else 1


def _days_in(text: str) -> int | None:
    at = 0
    while at < len(text):
        inside = at and text[at].isascii() and text[at - 1].isascii() and text[at - 1].isalnum()
        quantity = None if inside else quantity_at(text, at)
        if quantity is None:
            at += 1
            continue
        if quantity.unit is Unit.DAYS:
            after, before = text[quantity.end : quantity.end + 8], text[max(0, at - 12) : at]
            if _DAYS_LATER.search(after) or _BEFORE_DAYS.search(before):
                return int(quantity.value)
        at = max(quantity.end, at + 1)
    return None


def _moment(text: str, today: date) -> str | None:
    day, clock = date_in(text, today), time_in(text)
    if clock:
        return f"{(day or today).isoformat()}T{clock}"
    return day.isoformat() if day else None


def _condition(text: str) -> str | None:
    if _NOT_POSTED.search(text) and not re.search(r"没(?:有)?发(?:消息|邀)", text):
        return "not_posted"
    if segment_of(text) == "no_reply" or _UNLESS_ANSWERED.search(text):
        return "no_reply"
    return "delivered" if _DELIVERED.search(text) else None
