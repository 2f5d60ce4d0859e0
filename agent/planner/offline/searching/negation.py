"""What a negation covers: 「不要美妆的」 forward, 「美妆的不要」 backward, up to 「要…」 or the end of the clause."""

import re
from itertools import groupby

from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.requests.sheet import Sheet
from prompts import words

_BACKWARD = re.compile(
    r"(?:的|的人|的达人|的博主|的号|那些|们|的都|的全|的统统|的一律|都|全都|全部|统统|一律)(?:给我|帮我|先|直接|也|就|要)?\s?$|把[^,.;]+$"
)
_DOWN_TO = re.compile(r"(?: it| them| that| this| the \w+)?(?: back| down)?\s?(?:到|至|成|to\b)")
_LOOK = 40
_ADDING = frozenset(["and", "but", "with", "plus", "还要", "并且", "而且", "但", "但是", "同时", "且"])
_THE_REST = words.phrase("search", "the_rest")
_NARROW = frozenset(["非", "non", "不做", "不带", "不含"])
"""These negate the next thing alone: a non-livestream decor account."""
_KEPT_OUT = words.phrase("search", "kept_out")
_SWAPPED = words.phrase("search", "swapped")
_SPLIT = words.phrase("search", "split_removal")
_ALL_BUT = words.phrase("search", "all_but")
_OTHERS_TOO = words.phrase("search", "others_too")
_REACH = 30
"""How many tokens to either side a negation may cover; longer clauses are no speech."""


def negated(sheet: Sheet) -> set[int]:
    """Indexes of the tokens that are not wanted; negation words themselves are marked as read."""
    unwanted: set[int] = set()
    _only_these(sheet)
    everything = range(len(sheet.tokens))
    telling = [False] * len(sheet.tokens)
    if any(_negates(sheet, i) for i in everything):
        telling = [_says_something(sheet, i) for i in everything]
    taken = _taken_out(sheet, telling)
    removed = {sheet.clause_of(i) for i in taken}
    for clause, group in groupby(everything, key=sheet.clause_of):
        indexes = list(group)
        markers = [i for i in indexes if i not in sheet.used and _negates(sheet, i)]
        for marker in markers:
            place = marker - indexes[0]
            covered = _covered(sheet, indexes[max(0, place - _REACH) : place + _REACH], marker, telling)
            if not covered and sheet.tokens[marker].has("removal"):
                covered = _said_just_before(sheet, indexes[0], telling)
            if covered:
                unwanted |= covered
                sheet.use(marker)
                if sheet.tokens[marker].has("removal"):
                    removed.add(clause)
        if not markers and clause - 1 in removed and _OTHERS_TOO.search(sheet.segment.clauses[clause].text):
            unwanted |= {i for i in indexes if _says_something(sheet, i)}
            removed.add(clause)
    return unwanted | taken | _swapped(sheet)


def _only_these(sheet: Sheet) -> None:
    """「除了英国的都不要」: both negations are read, and what stands between them is wanted."""
    for found in _ALL_BUT.finditer(sheet.segment.reading.text, sheet.segment.start, sheet.segment.end):
        start, end = found.span(found.lastgroup or 0)
        kept = [token for token in sheet.tokens if start <= token.start < end]
        if any(token.has("markets", "languages", "categories", "sizes") for token in kept):
            sheet.use_span(found.start(), start)
            sheet.use_span(end, found.end())


def _said_just_before(sheet: Sheet, first: int, telling: list[bool]) -> set[int]:
    """ "Anyone under 2%, bin them": what the clause before describes."""
    clause = sheet.clause_of(first) - 1
    if _THE_REST.search(sheet.segment.clauses[clause + 1].text):  # 5千到2万的留下，其他踢了
        return set()
    return {i for i in range(first) if sheet.clause_of(i) == clause and telling[i] and i not in sheet.used}


def _swapped(sheet: Sheet) -> set[int]:
    """「加拿大换成澳大利亚」, "swap Canada for Australia", "Berlin instead of Paris": the one that goes."""
    gone: set[int] = set()
    for clause in sheet.segment.clauses:
        for match in _SWAPPED.finditer(sheet.segment.reading.text, clause.start, clause.end):
            group = next(key for key, value in match.groupdict().items() if value)
            start, end = match.span(group)
            for index, token in enumerate(sheet.tokens):
                if start <= token.start < end and token.has("markets", "languages"):
                    kinds = [name for name in ("markets", "languages") if token.has(name)]
                    others = (one for i, one in enumerate(sheet.tokens) if i not in gone and i != index)
                    gone |= {index} if any(one.has(*kinds) for one in others) else set()
            gone |= _swapped_subject(sheet, start, end, clause.start, clause.end)
    return gone


def _swapped_subject(sheet: Sheet, start: int, end: int, first: int, last: int) -> set[int]:
    """「瑜伽垫换成瑜伽砖」, "olive oil rather than pasta": the subject that goes, where another one comes for it."""

    def names(token: Token) -> bool:
        return token.has("known", "categories") or (token.kind == "unread" and len(token.text) > 1)

    going = {i for i, token in enumerate(sheet.tokens) if start <= token.start < end and names(token)}
    coming = any(names(t) for t in sheet.tokens if first <= t.start < last and not start <= t.start < end)
    if not going or not coming:
        return set()
    words_gone = {sheet.tokens[i].text for i in going}
    return going | {i for i, token in enumerate(sheet.tokens) if token.start < first and token.text in words_gone}


def _taken_out(sheet: Sheet, telling: list[bool]) -> set[int]:
    """ "Take the first two out": the verb and its particle stand around what is taken."""
    covered: set[int] = set()
    for clause in sheet.segment.clauses:
        for match in _SPLIT.finditer(sheet.segment.reading.text, clause.start, clause.end):
            start, end = match.span(match.lastgroup or 0)
            inside = [i for i, token in enumerate(sheet.tokens) if start <= token.start < end]
            covered |= {i for i in inside if telling[i] or _says_something(sheet, i)}
    return covered


def _negates(sheet: Sheet, index: int) -> bool:
    """A word of negation, unless something is cut down to a number with it (砍到8个)."""
    token = sheet.tokens[index]
    if not token.has("negation") or _DOWN_TO.match(sheet.segment.reading.text, token.end):
        return False
    before = next((one for one in reversed(sheet.tokens[:index][-2:]) if one.text != " "), None)
    named = before is not None and before.kind == "unread" and before.text.isascii()
    return not (named and token.has("removal") and token.text.isalpha())  # a rain boot takes nothing out


def _covered(sheet: Sheet, indexes: list[int], marker: int, telling: list[bool]) -> set[int]:
    removing = sheet.tokens[marker].has("removal")
    narrow = sheet.tokens[marker].text in _NARROW
    at = sheet.tokens[marker].start
    before = {i for i in indexes if i < marker and telling[i]}
    if removing and before and _BACKWARD.search(sheet.segment.reading.text, max(0, at - _LOOK), at):
        return before
    if removing and (beside := _named_beside(sheet, indexes, marker)):
        return beside
    end = sheet.segment.clauses[sheet.clause_of(marker)].end
    named = {i for i in before if sheet.tokens[i].kind in ("handle", "rank")} or before
    if named and _KEPT_OUT.search(sheet.segment.reading.text[sheet.tokens[marker].end : end].strip()):
        sheet.use(*(i for i in indexes if i > marker))
        return named
    return _ahead(sheet, [i for i in indexes if i > marker], telling, removing=removing, narrow=narrow) or before


def _named_beside(sheet: Sheet, indexes: list[int], marker: int) -> set[int]:
    """「2和5去掉吧 内容太水了」: creators named right before the removal are what goes, whatever is said after it."""
    beside = [i for i in indexes if i < marker and sheet.tokens[i].text != " "]
    if not beside or sheet.tokens[marker].text.isascii() or sheet.tokens[beside[-1]].kind not in ("rank", "handle"):
        return set()
    return {i for i in beside if sheet.tokens[i].kind in ("rank", "handle")}


def _ahead(sheet: Sheet, indexes: list[int], telling: list[bool], *, removing: bool, narrow: bool) -> set[int]:
    """What follows a negation, up to 要…, or to "and" with a condition of its own (no makeup and over 10k)."""
    covered: set[int] = set()
    others = False
    for i in indexes:
        token = sheet.tokens[i]
        if covered and (token.text == "的" or _turns_back(sheet, i)):
            break
        if token.quantity is not None and token.quantity.flipped and not removing:
            break
        if covered and token.quantity is not None and token.quantity.unit is Unit.PEOPLE and not removing:
            break  # 不要直播 30位
        others = others or (removing and token.text in _ADDING and _others(sheet, i))
        if covered and token.text in _ADDING and _is_condition(sheet, i + 1) and not others:
            break
        if covered and narrow and telling[i] and not _is_joined(sheet, i):
            break
        if telling[i]:
            covered.add(i)
            if token.text.endswith("的"):
                break
    return covered


def _others(sheet: Sheet, index: int) -> bool:
    """Whether others are named behind an "and", who are then taken out as well."""
    end = sheet.segment.clauses[sheet.clause_of(index)].end
    return bool(_OTHERS_TOO.search(sheet.segment.reading.text[sheet.tokens[index].end : end].strip()))


def _turns_back(sheet: Sheet, index: int) -> bool:
    """Whether what is wanted begins here: …的要英国的, but keep; not the 要 of 佣金要超过20%."""
    token = sheet.tokens[index]
    if not token.has("affirmation") or token.has("negation"):
        return False
    before = next((one.text for one in reversed(sheet.tokens[:index]) if one.text != " "), "")
    return token.text.isascii() or not before or before.endswith(("的", "了", "那些", "们")) or before in ",.;"


def _is_joined(sheet: Sheet, index: int) -> bool:
    """Whether a word goes on with what is negated: makeup or skincare, 3D printing."""
    before = next((token for token in reversed(sheet.tokens[:index]) if token.text != " "), None)
    return before is not None and before.text in ("or", "/", "、", "或", "和", "nor")


def _is_condition(sheet: Sheet, index: int) -> bool:
    ahead = [token for token in sheet.tokens[index : index + 4] if token.kind != "mark"]
    return any(token.quantity is not None or token.has("metrics") for token in ahead[:3])


def _says_something(sheet: Sheet, index: int) -> bool:
    token = sheet.tokens[index]
    if token.kind in ("quantity", "rank", "handle"):
        return True
    if token.kind == "unread":
        return True
    facts = ("categories", "markets", "languages", "sizes", "traits", "metrics", "comparatives", "offers")
    return token.has(*facts) and (not token.has("noise") or token.has("metrics", "markets"))
