"""Words that set a filter by themselves: markets, languages, sizes, live or video, who, when, in which order."""

import re

from pydantic import JsonValue

from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

_NOT_CONTACTED_AFTER = words.phrase("search", "not_contacted_behind")
_NOT_CONTACTED_BEFORE = words.phrase("search", "not_contacted_ahead")
_ACTIVE_AFTER = words.phrase("search", "active_behind")
_ACTIVE_BEFORE = words.phrase("search", "active_ahead")
_CONTACTED_BEHIND = words.phrase("search", "contacted_behind")
_CONTACTED_AHEAD = words.phrase("search", "contacted_ahead")
_INACTIVE_BEHIND = words.phrase("search", "inactive_behind")
_INACTIVE_AHEAD = words.phrase("search", "inactive_ahead")
_ADDING = words.phrase("search", "adding")
_ANEW = words.phrase("search", "anew")
_WITHOUT = re.compile(r"(?:没有?|无|without(?: an)?|no|不带|没留)\s*$")
_TAG = words.phrase("search", "tag")
_BEFORE_AN_OWNER = re.compile(
    r"(?:列(?:一下|出|下)?|看(?:看|下|一下)?|查(?:一下|下)?|拉(?:一下|出)?|显示|帮我|现在|所有)+(?=.)"
)
_OWNER = words.phrase("search", "owner")
_SIZE_NOTES = {("min", "max"): "assumed_size_word", ("min",): "assumed_size_from", ("max",): "assumed_size_upto"}
_SPOKEN = re.compile(
    r"(?:speak|speaks|speaking|in|write|language) (?:[a-z]+(?:,? or |,? and |, |/))*\||\|[ -]?(?:speak|language)"
)
_NEVER = re.compile(r"(?:没|未|没有|还没|从没|从未)$")
_GOING_ON = re.compile(r"(?:在卖|在带货|在谈)(?![的了,，。?？]|$)")
_PLAIN_STAGES = frozenset(["negotiating", "sample_sent"])
"""Their words mean nothing else."""
_AT = re.compile(r"\b(?:at|still)(?: the)? $")
_STAGE_SAID = re.compile(
    r"we're|we are|who (?:have |has )?(?:agreed|declined|posted)|阶段|状态|stage|status|marked|already"
)


def fill_days(sheet: Sheet, unwanted: set[int]) -> None:
    """最近7天活跃, 30天没联系过; the days of 近30天GMV belong to the metric and are only marked as read."""
    text = sheet.segment.reading.text
    measured = {sheet.clause_of(index) for index, token in enumerate(sheet.tokens) if token.has("metrics")}
    for index, token in enumerate(sheet.tokens):
        quantity = token.quantity
        if quantity is None or quantity.unit is not Unit.DAYS:
            continue
        days = int(quantity.value)
        clause = sheet.segment.clauses[sheet.clause_of(index)]
        before, after = text[clause.start : quantity.start], text[quantity.end : clause.end]
        ways = [
            ("not_contacted_within_days", _NOT_CONTACTED_AFTER, _NOT_CONTACTED_BEFORE),
            ("active_within_days", _ACTIVE_AFTER, _ACTIVE_BEFORE),
        ]
        if index in unwanted:
            ways.insert(0, ("not_contacted_within_days", _CONTACTED_BEHIND, _CONTACTED_AHEAD))
            ways.insert(0, ("active_within_days", _INACTIVE_BEHIND, _INACTIVE_AHEAD))
        for field, ahead, behind in ways:
            follow, lead = ahead.match(after), behind.search(before)
            if not (follow or lead):
                continue
            sheet.arguments[field] = days
            sheet.use(index)
            if field == "active_within_days" and follow and "播" in follow.group():
                sheet.arguments.setdefault("content", "live")
            if follow:
                sheet.use_span(quantity.start, quantity.end + follow.end())
            if lead:
                sheet.use_span(clause.start + lead.start(), quantity.end)
            break
        else:
            if sheet.clause_of(index) in measured:
                sheet.use(index)


def fill_words(sheet: Sheet, unwanted: set[int]) -> None:
    """Markets, languages, sizes and single-word traits."""
    for index in sorted(range(len(sheet.tokens)), key=unwanted.__contains__):
        token = sheet.tokens[index]
        if index in sheet.used:
            continue
        refused = index in unwanted
        if token.has("markets") and not (token.has("languages") and _SPOKEN.search(_around(sheet, index))):
            market = token.value("markets") or ""
            _market(sheet, index, market, refused=refused)
        elif (language := token.value("languages")) is not None and not refused:
            if is_style(sheet, index):
                continue
            last = (sheet.context.last_criteria or {}).get("languages")
            if isinstance(last, list) and "languages" not in sheet.arguments and _adds(sheet.segment.text):
                _add(sheet, "languages", [str(code) for code in last])
            _add(sheet, "languages", [language])
            sheet.use(index)
        elif (size := token.value("sizes")) is not None:
            _size(sheet, index, size, refused=refused)
        elif (trait := token.value("traits")) is not None:
            _trait(sheet, index, trait, refused=refused)


def fill_relations(sheet: Sheet, unwanted: set[int]) -> None:
    """Stages, tags and the owner of creators we already have."""
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        piece = text[clause.start : clause.end]
        for pattern, field in ((_TAG, "tags"), (_OWNER, "owner")):
            match = pattern.search(piece)
            if not match:
                continue
            name = next(key for key, value in match.groupdict().items() if value)
            lead = _BEFORE_AN_OWNER.match(match[name])
            start = clause.start + match.start(name) + (lead.end() if lead else 0)
            name = match[name][lead.end() if lead else 0 :]
            said = sheet.quote(start, start + len(name))
            if field == "tags":
                _add(sheet, "tags", [said])
            else:
                sheet.arguments["owner"] = said
            sheet.arguments.setdefault("scope", "ours")
            sheet.use_span(clause.start + match.start(), clause.start + match.end())
        for stage, start, end in find_terms("stages", piece, "stage"):
            plain = piece[start:end].isascii() and stage not in _PLAIN_STAGES and not _says_a_stage(piece, start)
            span = range(clause.start + start, clause.start + end)
            if (
                plain
                or _NEVER.search(piece[:start])
                or _GOING_ON.match(piece, start)
                or any(
                    (i in sheet.used or i in unwanted) and t.start < span.stop and span.start < t.end
                    for i, t in enumerate(sheet.tokens)
                )
            ):
                continue
            _add(sheet, "stages", [stage])
            sheet.use_span(clause.start + start, clause.start + end)


def _says_a_stage(text: str, start: int) -> bool:
    """Whether an English word names the stage of somebody we know: "who's at agreed", "already contacted"."""
    return bool(_STAGE_SAID.search(text) or _AT.search(text, 0, start))


def is_style(sheet: Sheet, index: int) -> bool:
    """Whether the name of a language only says how a thing is made, as in Korean skincare."""
    token = sheet.tokens[index]
    key = token.value("languages") or ""
    if not words.entries("languages")[key].facts.get("style") or _SPOKEN.search(_around(sheet, index)):
        return False
    ahead = next((one for one in sheet.tokens[index + 1 : index + 4] if one.text not in (" ", "-")), None)
    return ahead is not None and (ahead.has("categories", "known") or ahead.kind == "unread")


def _around(sheet: Sheet, index: int) -> str:
    token, text = sheet.tokens[index], sheet.segment.reading.text
    return text[max(0, token.start - 24) : token.start] + "|" + text[token.end : token.end + 10]


def _market(sheet: Sheet, index: int, key: str, *, refused: bool) -> None:
    members = words.entries("markets")[key].facts.get("members", [key])
    codes = [str(code) for code in members] if isinstance(members, list) else [key]
    if not refused:
        last = (sheet.context.last_criteria or {}).get("markets")
        if isinstance(last, list) and "markets" not in sheet.arguments and _adds(sheet.segment.text):
            _add(sheet, "markets", [str(code) for code in last])
        _add(sheet, "markets", codes)
        sheet.use(index)
        return
    said = sheet.arguments.get("markets")
    if isinstance(said, list):  # 不要马来的，其他东南亚都可以
        sheet.arguments["markets"] = [code for code in said if code not in codes] or said
        sheet.use(index)
        return
    last = (sheet.context.last_criteria or {}).get("markets")
    kept = [code for code in last if code not in codes] if isinstance(last, list) else []
    if kept:
        sheet.arguments["markets"] = kept
        sheet.use(index)
    else:
        sheet.note("cannot_exclude", what=sheet.quote(sheet.tokens[index].start, sheet.tokens[index].end))
        sheet.refuse(index)


def _adds(text: str) -> bool:
    return bool(_ADDING.search(text)) and not _ANEW.search(text)


def _size(sheet: Sheet, index: int, key: str, *, refused: bool) -> None:
    facts = words.entries("sizes")[key].facts
    low, high = facts.get("min"), facts.get("max")
    if refused:
        low, high = (high, None) if high is not None and key in ("nano", "micro") else (None, low)
    known = sheet.arguments.get("followers")
    bounds: dict[str, JsonValue] = dict(known) if isinstance(known, dict) else {}
    if bounds and not any(note.key in _SIZE_NOTES.values() for note in sheet.notes):
        sheet.use(index)  # a number was written: 头部达人，粉丝80万以上
        return
    if low is not None:
        bounds["min"] = min(int(str(low)), _int(bounds.get("min"), low))
    if high is not None:
        bounds["max"] = max(int(str(high)), _int(bounds.get("max"), high))
    elif "max" in bounds and not refused:
        bounds.pop("max")
    if _int(bounds.get("min"), 0) > _int(bounds.get("max"), bounds.get("min") or 0):
        bounds.pop("max")
    token = sheet.tokens[index]
    shown = {name: value for name, value in (("min", low), ("max", high)) if isinstance(value, int)}
    sheet.note(_SIZE_NOTES[tuple(shown)], word=sheet.quote(token.start, token.end), **shown)
    sheet.arguments["followers"] = bounds
    sheet.use(index)


def _int(known: JsonValue, fallback: object) -> int:
    return int(known) if isinstance(known, int | float) else int(str(fallback))


def _trait(sheet: Sheet, index: int, trait: str, *, refused: bool) -> None:
    field, value = trait.split(".")
    token = sheet.tokens[index]
    without = bool(_WITHOUT.search(sheet.segment.reading.text[: token.start]))
    if field == "has_email" and without and refused and _is_only_negation(sheet, index):
        refused = False
    if field == "has_email":
        sheet.arguments[field] = not (refused ^ without) or (refused and without)
    elif field == "scope" and (refused or without):
        sheet.arguments[field] = {"ours": "new", "new": "ours"}.get(value, "all")
    elif field == "content" and _NEVER.search(sheet.segment.reading.text[: token.start]):
        return  # 还没发视频的 is a stage
    elif refused and field == "audience_gender":
        sheet.arguments.setdefault(field, "male" if value == "female" else "female")
    elif refused and field == "content":
        sheet.arguments[field] = "video" if value == "live" else "live"
    elif refused:
        sheet.note("cannot_exclude", what=sheet.quote(token.start, token.end))
        sheet.refuse(index)
        return
    else:
        sheet.arguments[field] = value
    sheet.use(index)


def _is_only_negation(sheet: Sheet, index: int) -> bool:
    """Whether the word for without is all that negates: only ones without an email."""
    clause = sheet.clause_of(index)
    said = [at for at, token in enumerate(sheet.tokens) if token.has("negation") and sheet.clause_of(at) == clause]
    return len(said) == 1 and said[0] < index


def _add(sheet: Sheet, field: str, values: list[str]) -> None:
    known = sheet.arguments.get(field)
    merged: list[JsonValue] = list(known) if isinstance(known, list) else []
    merged += [value for value in values if value not in merged]
    sheet.arguments[field] = merged
