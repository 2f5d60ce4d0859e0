"""Which creators are meant: ranks of the shortlist, handles, a segment such as the ones who did not answer."""

import re
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.reading.ranks import RankReference
from agent.planner.offline.requests.senses import sense
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.unmarked_places import unmarked_places
from agent.planner.plan import Arguments
from prompts import words

_EXCEPT = words.phrase("references", "except")
_EXCEPT_AFTER = words.phrase("references", "except_after")
_AS_BEFORE = re.compile(r"\s*(?:(?:也|都|就)?照旧|(?:on )?the same(?![a-z]))")
"""Of messages to write: as the last ones were; of messages written: left as they are."""
_NOT_TO = words.phrase("references", "not_to")
_NOT_TO_AFTER = words.phrase("references", "not_to_after")
_THIS_ONE = words.phrase("references", "this_one")
_BARE_NUMBERS = words.phrase("references", "bare_numbers")
_JOINT = re.compile(r"\s|[、&/]|和|跟|与|同|and|or|或")
_LONGEST_LIST = 60
"""Tokens of a list that is left out as a whole."""
LARGEST_RANK = 200


def creators(sheet: Sheet, *, segments: bool = True, writing: bool = False) -> Arguments:
    """`ranks`, `handles` or `segment` as the request names them; empty for the whole shortlist.

    With `writing`, one that is not to be written to (「第3个不用」) is left out; elsewhere only 除了 and the like
    leave somebody out.
    """
    size = size_of(sheet)
    ranks: list[int] = []
    left_out: list[int] = []
    handles: list[str] = []
    excluded: list[str] = []
    for index, token in enumerate(sheet.tokens):
        if token.ranks is not None and index not in sheet.used:
            (left_out if excepted(sheet, index, writing=writing) else ranks).extend(
                resolved(sheet, token.ranks, size, index)
            )
            sheet.use(index)
        elif token.kind == "handle" and index not in sheet.used:
            (excluded if excepted(sheet, index, writing=writing) else handles).append(
                sheet.quote(token.start, token.end).removeprefix("@")
            )
            sheet.use(index)
    if not ranks and not left_out and not handles:
        _bare_numbers(sheet, ranks, left_out)
    if not ranks and not left_out and not handles:
        ranks += unmarked_places(sheet, size)
    left_out += [rank for rank, handle in enumerate(sheet.context.shortlist, 1) if handle.lstrip("@") in excluded]
    if left_out:
        ranks = [rank for rank in (ranks or range(1, size + 1)) if rank not in left_out]
    found: Arguments = {}
    if ranks:
        found["ranks"] = cast(list[JsonValue], list(dict.fromkeys(ranks)))
    if handles:
        found["handles"] = cast(list[JsonValue], list(dict.fromkeys(handles)))
    if not found and segments and (segment := segment_of(sheet.segment.text)):
        found["segment"] = segment
        _use_segment_words(sheet)
    if not found and sheet.context.last_focus and _THIS_ONE.search(sheet.segment.text):
        found["handles"] = [sheet.context.last_focus.removeprefix("@")]
    return found


def one_creator(sheet: Sheet) -> Arguments:
    """`handle` or `rank` of the single creator a request is about."""
    found = creators(sheet, segments=False)
    handles, ranks = found.get("handles"), found.get("ranks")
    if isinstance(handles, list) and handles:
        return {"handle": handles[0]}
    if isinstance(ranks, list) and ranks:
        return {"rank": ranks[-1] if len(ranks) > 1 else ranks[0]}
    if sheet.context.last_focus:
        return {"handle": sheet.context.last_focus.removeprefix("@")}
    return {}


def segment_of(text: str) -> str | None:
    """The segment of creators a text names, if any."""
    return sense("segment", text)


def _use_segment_words(sheet: Sheet) -> None:
    for clause in sheet.segment.clauses:
        for pattern in words.senses("segment").values():
            for match in pattern.finditer(sheet.segment.reading.text, clause.start, clause.end):
                sheet.use_span(*match.span())


def resolved(sheet: Sheet, reference: RankReference, size: int, index: int) -> list[int]:
    """The ranks a reference names; counted from the end they need a list."""
    if reference.from_end and not size:
        token = sheet.tokens[index]
        sheet.note("needs_shortlist", words=sheet.quote(token.start, token.end))
        return []
    return [rank for rank in reference.resolve(size) if rank <= LARGEST_RANK]


def _bare_numbers(sheet: Sheet, ranks: list[int], left_out: list[int]) -> None:
    """「除了1和5都写」, "the label from 5", "1 through 3": numbers that only their place shows to be ranks."""
    text = sheet.segment.reading.text
    for clause in sheet.segment.clauses:
        for found in _BARE_NUMBERS.finditer(text, clause.start, clause.end):
            said = next(value for value in found.groups() if value)
            numbers = [int(number) for number in re.findall(r"\d+", said)]
            if len(numbers) == 2 and re.search(r"到|至|-|~|to|through|thru", said):
                numbers = list(range(numbers[0], numbers[1] + 1))
            known = [number for number in numbers if 0 < number <= LARGEST_RANK]
            before = text[clause.start : found.end()]
            excepted = _EXCEPT.search(before[: before.rindex(said)])
            (left_out if excepted else ranks).extend(known)
            start = found.start() + found.group().rindex(said)
            sheet.use_span(start, start + len(said))
            return


def excepted(sheet: Sheet, index: int, *, writing: bool = False) -> bool:
    """Whether a rank or handle is named as the one to leave out; with `writing` also as one not to write to."""
    clause = sheet.segment.clauses[sheet.clause_of(index)]
    text = sheet.segment.reading.text
    first, last = _listed_with(sheet, index, -1), _listed_with(sheet, index, 1)
    before, after = text[clause.start : sheet.tokens[first].start], text[sheet.tokens[last].end : clause.end]
    if writing and _AS_BEFORE.match(after):
        return False
    if _EXCEPT.search(before) or _EXCEPT_AFTER.match(after):
        return True
    return writing and bool(_NOT_TO.search(before) or _NOT_TO_AFTER.match(after))


def _listed_with(sheet: Sheet, index: int, step: int) -> int:
    """The first or the last of 「2号、5号和7号」, of which a token is one: what is left out is left out together."""
    clause, found = sheet.clause_of(index), index
    at = index + step
    while 0 <= at < len(sheet.tokens) and abs(at - index) < _LONGEST_LIST and sheet.clause_of(at) == clause:
        token = sheet.tokens[at]
        if token.ranks is not None or token.kind == "handle":
            found = at
        elif not _JOINT.fullmatch(token.text):
            break
        at += step
    return found


def size_of(sheet: Sheet) -> int:
    """How long the list will be when the request runs; 0 where nobody knows."""
    expected = sheet.context.last_criteria or {}
    limit = expected.get("limit")
    return len(sheet.context.shortlist) or (limit if isinstance(limit, int) else 0)
