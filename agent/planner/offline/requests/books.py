"""Requests about our own records: shortlists, the relation to a creator, samples, the quota."""

import re
from collections.abc import Iterator
from datetime import date
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.message import fold
from agent.planner.offline.reading.quantities import Unit, as_json
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests import sample_news
from agent.planner.offline.requests.references import creators, segment_of
from agent.planner.offline.requests.senses import stage_word
from agent.planner.offline.requests.sharing import wants_a_picture
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.texts import QUOTES
from agent.planner.plan import PlanningContext
from prompts import words

_LIST_NAME = words.ways("books", "list_name")
_AFTER_A_NAME = re.compile(r"(?:吧|哈|呗|啦|哦|谢谢|(?:,? ?(?:thx|thanks|pls|please|plz|ok))+)[.!~]*$", re.IGNORECASE)
_BEFORE_A_NAME = words.phrase("books", "before_a_name")
_NOT_A_NAME = words.phrase("books", "not_a_name")
_UNQUOTED_TAG = words.phrase("books", "unquoted_tag")
_TAKES_OFF = words.phrase("books", "takes_tag_off")
_PUTS_ON = words.phrase("books", "puts_tag_on")
_RETAG = words.ways("books", "retag")
_MARKED_AS = words.phrase("books", "marked_as")
_BEFORE_A_TAG = words.phrase("books", "before_a_tag")
_TAG_WORD = re.compile(
    r"标|(?<![a-z])(?:un)?(?:tag|label|flag)|去掉|加上|打上|换成|"
    r"\b(?:add|remove|drop|replace) (?:the )?[\"“]"
)
_NOTE = words.phrase("books", "note", re.DOTALL)
_OWNER = words.phrase("books", "owner")
_UNBLOCK = re.compile(
    r"(?:放出|拉出|移出|撤出|解除|取消|撤销|不再|不用|移除).{0,6}(?:拉黑|黑名单|屏蔽)|(?<![a-z])unblock|(?<![a-z])unban|"
    r"off the (?:blacklist|blocklist)|从黑名单"
)
_BLOCK = re.compile(r"拉黑|加黑|封掉|黑名单|屏蔽|(?<![a-z])(?:block|ban)(?![a-z])|(?<![a-z])blacklist")
_TRACKING = re.compile(
    r"(?:单号|运单号|快递号|tracking(?: number| no\.?| code| id)?)(?:是|为|:|is|\s|填|#)*"
    r"(?P<a>(?=[a-z-]*\d)[a-z0-9-]{6,40})",
    re.IGNORECASE,
)
_CARRIER = re.compile(
    r"(?:顺丰|圆通|中通|韵达|申通|极兔|云途|燕文|4px|(?<![a-z])(?:dhl|fedex|ups|usps|ems|royal mail))\s?:?\s?"
    r"(?P<a>(?=[a-z-]*\d)[a-z0-9-]{6,40})(?!\w)",
    re.IGNORECASE,
)
_CODE = re.compile(r"(?<![\w@])(?P<a>(?=[a-z]*\d)[a-z0-9]{9,30})(?!\w)", re.IGNORECASE)
_LINK = re.compile(r"https?://\S+")
_DENIED_FORMAT = re.compile(
    r"(?:不要|别|不是|不用|非|not|no|instead of|rather than|而不是)\s?(?:an? |the )?(?:csv|excel|xlsx)"
)
_IS_SHEET = re.compile(r"excel|xlsx|电子表|\bxls\b")
_WHO = frozenset(["ranks", "handles", "segment"])
_ONE_PERSON = re.compile(r"(?<![其吉排])[他她](?!们|人|国)|\b(?:her|him|she|he|this one|that one)\b")
_EVERYONE = re.compile(
    r"他们|她们|这[批些几]|那[批些几]|所有|全部|大家|名单|\b(?:all|them|these|those|everyone|list)\b"
)
_COST = re.compile(r"成本|花了|费用|运费|cost|value|价值")
_DUE = re.compile(r"内|到期|该交|要交|该发|该出|due|within|之内|后到|next|in")
_NOT_SO = words.phrase("books", "not_so")


def quota(segment: Segment, context: PlanningContext) -> Sheet:
    """`quota_status`."""
    return Sheet(segment, context)


def list_shortlists(segment: Segment, context: PlanningContext) -> Sheet:
    """`list_shortlists`."""
    return Sheet(segment, context)


def save_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`save_shortlist`: its name, and the ranks when not the whole list."""
    sheet = Sheet(segment, context)
    _named(sheet)
    ranks = creators(sheet, segments=False).get("ranks")
    if ranks:
        sheet.arguments["ranks"] = ranks
    return sheet


def open_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`open_shortlist`."""
    sheet = Sheet(segment, context)
    _named(sheet)
    return sheet


def export_shortlist(segment: Segment, context: PlanningContext) -> Sheet:
    """`export_shortlist`: which list, which ranks, csv or xlsx."""
    sheet = Sheet(segment, context)
    _named(sheet)
    ranks = creators(sheet, segments=False).get("ranks")
    if ranks:
        sheet.arguments["ranks"] = ranks
    text = _DENIED_FORMAT.sub(" ", segment.text)
    if "csv" in text:
        sheet.arguments["format"] = "csv"
    elif re.search(r"excel|xlsx|电子表|\bxls\b|表格", text) if text != segment.text else _IS_SHEET.search(text):
        sheet.arguments["format"] = "xlsx"
    return sheet


def share_text(segment: Segment, context: PlanningContext) -> Sheet:
    """`share_text`: which ranks, and whether as a picture."""
    sheet = Sheet(segment, context)
    ranks = creators(sheet, segments=False).get("ranks")
    if ranks:
        sheet.arguments["ranks"] = ranks
    if wants_a_picture(segment.text):
        sheet.arguments["image"] = True
    return sheet


def crm(segment: Segment, context: PlanningContext) -> Sheet:
    """`crm_update`: stage, tags, note, owner, block."""
    sheet = Sheet(segment, context)
    text = segment.reading.text[segment.start : segment.end]
    note = _found(sheet, _NOTE)
    at = segment.reading.text.find(fold(note), segment.start) if note else -1
    if note and at >= 0:
        sheet.use_span(at, at + len(note))
    named = creators(sheet, writing=True)
    if note and segment_of(text.replace(fold(note), " ")) is None and "segment" in named:
        named = creators(sheet, segments=False)
    sheet.arguments = named
    if note:
        sheet.arguments["note"] = note
        text = text.split("备注")[0] if "备注" in text else re.split(r"\bnote\b", text)[0]
    added, removed = _tagged(sheet, text) if _TAG_WORD.search(text) else ([], [])
    if removed:
        sheet.arguments["remove_tags"] = cast(list[JsonValue], removed)
    if added:
        sheet.arguments["add_tags"] = cast(list[JsonValue], added)
    owner = _found(sheet, _OWNER)
    if owner:
        sheet.arguments["owner"] = owner
    if _UNBLOCK.search(text):
        sheet.arguments["blocked"] = False
    elif _BLOCK.search(text):
        sheet.arguments["blocked"] = True
    if (not added and not removed) or re.search(r"标记|阶段|状态|\bas\b|stage", text):
        stages = _told(text, "stage")
        if stages:
            sheet.arguments["stage"] = stages[-1]
            if sheet.arguments.get("segment") == stages[-1]:  # 她说收到货了，阶段改成已签收
                sheet.arguments.pop("segment")
                sheet.arguments |= creators(sheet, segments=False)
    if not set(sheet.arguments) - _WHO and (mark := _found(sheet, _MARKED_AS)):
        sheet.arguments["add_tags"] = [mark]
    if not set(sheet.arguments) - _WHO:
        sheet.incomplete = True
    elif not set(sheet.arguments) & _WHO and _ONE_PERSON.search(text) and not _EVERYONE.search(text):
        sheet.note("needs_creator")
        sheet.incomplete = True
    return sheet


def samples(segment: Segment, context: PlanningContext) -> Sheet:
    """`samples`: list by status, or record what happened to some."""
    action = segment.intent.split(".")[1]
    sheet = Sheet(segment, context)
    named = creators(sheet, segments=False)
    text = segment.text
    told = sample_news.told(segment) if action == "record" else text
    status = sample_news.status_told(told) if action == "record" else stage_word("sample_status", text)
    numbered = _LINK.sub(lambda link: " " * len(link[0]), told)
    coded = _CARRIER.search(numbered) or _CODE.search(numbered) if action == "record" else None
    tracking = _TRACKING.search(numbered) or coded
    if action == "record" and told != text and not (status or tracking or _COST.search(told)):
        action, status = "list", sample_news.waited_for(text)  # nothing has happened: how it stands is looked up
    if action == "list" and named and not sample_news.asks_which(text):
        status = None  # the sample of somebody named is shown wherever it stands
    sheet.arguments = {"action": action, **named}
    if tracking:
        at = segment.reading.text.find(tracking["a"], segment.start)
        sheet.arguments["tracking_number"] = sheet.quote(at, at + len(tracking["a"]))
    if status:
        sheet.arguments["status"] = status
    if action == "record" and not named and not _EVERYONE.search(text):
        sheet.note("needs_creator")
        sheet.incomplete = True
    for token in sheet.tokens:
        quantity = token.quantity
        if quantity is None:
            continue
        if quantity.unit is Unit.MONEY and _COST.search(text):
            cost: dict[str, JsonValue] = {"amount": as_json(quantity.value)}
            if quantity.currency:
                cost["currency"] = quantity.currency
            sheet.arguments["cost"] = cost
        elif quantity.unit is Unit.DAYS and _DUE.search(text):
            sheet.arguments["due_within_days"] = int(quantity.value)
    days = _days_ahead(text, context.today) if action == "list" and _DUE.search(text) else None
    if days is not None:
        sheet.arguments.setdefault("due_within_days", days)
    return sheet


def _days_ahead(text: str, today: date) -> int | None:
    """「这周到期的」: days until the last day named, today counting as none."""
    if re.search(r"明天|\btomorrow\b", text):
        return 1
    if re.search(r"下(?:个)?(?:周|星期|礼拜)|\bnext week\b", text):
        return 13 - today.weekday()
    named = {key for key, _, _ in find_terms("reports", text, "period")}
    if "this_week" in named:
        return 6 - today.weekday()
    return 0 if "today" in named else None


def _told(text: str, kind: str) -> list[str]:
    """What is said to be so; 「还没谈妥」, "hasn't posted yet" say what is not."""
    return [key for key, start, _ in find_terms("stages", text, kind) if not _NOT_SO.search(text[:start])]


def _named(sheet: Sheet) -> None:
    quote = next((token for token in sheet.tokens if token.kind == "quote"), None)
    names = [sheet.quote(quote.start, quote.end).strip(QUOTES)] if quote else _list_names(sheet)
    name = next((name for name in names if name and not _NOT_A_NAME.match(name.lower())), None)
    if name:
        sheet.arguments["name"] = name


def _list_names(sheet: Sheet) -> Iterator[str]:
    """What each turn of phrase takes for the name, without the verbs before it and the thanks after it."""
    for way in _LIST_NAME:
        if name := _found(sheet, way):
            name = _BEFORE_A_NAME.sub("", name)
            whole = name
            name = re.sub(
                r"^(?:a list called|list called|list named)\s*|\s*(?:这个)?(?:名单|清单|shortlist|list)$", "", name
            )
            yield _AFTER_A_NAME.sub("", name if len(name) > 1 or name.isascii() else whole).strip(" " + QUOTES)


def _found(sheet: Sheet, pattern: re.Pattern[str]) -> str | None:
    text = sheet.segment.reading.text[sheet.segment.start : sheet.segment.end]
    match = pattern.search(text)
    if not match:
        return None
    group = next(key for key, value in match.groupdict().items() if value)
    start, end = match.span(group)
    return sheet.quote(sheet.segment.start + start, sheet.segment.start + end).strip(QUOTES) or None


def _tagged(sheet: Sheet, text: str) -> tuple[list[str], list[str]]:
    """Tags to add and tags to remove: what stands in quotes, else what a turn of phrase names."""
    quotes = [
        token for token in sheet.tokens if token.kind == "quote" and token.start < sheet.segment.start + len(text)
    ]
    if not quotes:
        if swapped := _retagged(sheet, text):
            return swapped
        found = _found(sheet, _UNQUOTED_TAG)
        tags = _tags(found) if found else []
        return ([], tags) if _TAKES_OFF.search(text) else (tags, [])
    added: list[str] = []
    removed: list[str] = []
    whole, before = sheet.segment.reading.text, sheet.segment.start
    for place, quote in enumerate(quotes):
        following = quotes[place + 1].start if place + 1 < len(quotes) else sheet.segment.start + len(text)
        led, trailed = whole[before : quote.start], re.split(r"[,。]", whole[quote.end : following])[0]
        off = _last_of(_TAKES_OFF, led) > _last_of(_PUTS_ON, led) or bool(_TAKES_OFF.search(trailed))
        if sheet.quote(quote.start, quote.end).strip(QUOTES) != sheet.arguments.get("note"):
            (removed if off else added).extend(_tags(sheet.quote(quote.start, quote.end)))
        before = quote.end
    return added, removed


def _retagged(sheet: Sheet, text: str) -> tuple[list[str], list[str]] | None:
    """「2号的黑五标签去掉 换成圣诞」: the tag that comes and the one that goes; None where not both are named."""
    for way in _RETAG:
        found = way.search(text)
        if found is None:
            continue
        lead = _BEFORE_A_TAG.match(found["off"])
        off = found.start("off") + (lead.end() if lead else 0)
        if off < found.end("off"):
            spans = (found.span("on"), (off, found.end("off")))
            on, gone = (sheet.quote(sheet.segment.start + start, sheet.segment.start + end) for start, end in spans)
            return _tags(on), _tags(gone)
    return None


def _last_of(pattern: re.Pattern[str], text: str) -> int:
    return max((match.end() for match in pattern.finditer(text)), default=-1)


def _tags(said: str) -> list[str]:
    parts = re.split(r"[、,，/]|和|与|\band\b|&", said.strip(QUOTES))
    return [part.strip(QUOTES + " ") for part in parts if part.strip(QUOTES + " ")]
