"""What a search is about: the subject phrase in the person's own words, its categories, and the words left over."""

from dataclasses import dataclass
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.reading.hollow import is_hollow
from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.searching.traits import is_style

UNKNOWN, SAID, SURE = 1, 3, 4
"""Evidence for a subject: an unknown word; one beside a verb of offering or the word for creators; a known name."""
_JOINTS = frozenset(["和", "与", "及", "或", "跟", "以及", "或者", "、", "&", "and", "or", "/", "还有", "+"])
_SPLITTING = frozenset(["的", "了", "吗", "呢", "吧", "啊", "嗯", "呀", "嘛", "我", "你", "是", "很", "也", "都"])
_OPENING = frozenset("大高多全本上下中里面名点好太加改去成数亲宝早限月起检整批换偏每哪份像号内外名另先头超破双单一")
_NEVER_OPENING = frozenset(
    "的了吗呢吧啊嗯呀嘛哦我你您他她它这那些款个批条找搜查挑筛看想请帮给跟与把将让被就才又再还没过"
)
_FACTS = ("metrics", "traits", "markets", "languages", "categories", "sizes", "offers", "comparatives")
_LAST_LETTERS = frozenset("本说宝面会人地像名月")
_OFFERING = frozenset("做卖推")
_THINGS_TOO = frozenset(["cover", "covers", "set", "sets", "filter", "filters", "cap", "caps"])
"""Words that ask for nothing where they end the name of a thing."""
_GLUE = frozenset([" ", "-", "'", "·"])
_MEASURE_WORDS = frozenset(["一款", "一个", "个", "款", "这款", "这个", "一种", "种", " "])
_TREATMENTS = frozenset(["测评", "评测", "开箱", "试吃", "解说", "科普"])
_QUOTES = '「」『』“”"《》【】'


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of words nothing else read: tokens `first` to `last`."""

    first: int
    last: int
    text: str
    weight: int


def fill_subject(sheet: Sheet, unwanted: set[int], *, least: int) -> None:
    """Take the likeliest chunk as `topic` (with `categories` where it is one); leave the others unread.

    `least` is the evidence a chunk must bring: a known name, or a place beside 做 or 达人, is some.
    """
    chunks = _chunks(sheet, unwanted)
    for index, token in enumerate(sheet.tokens):
        if index in unwanted and token.has("categories"):
            sheet.note("cannot_exclude", what=sheet.quote(token.start, token.end))
    wanted = [
        chunk
        for chunk in chunks
        if not is_hollow(chunk.text) and not any(i in unwanted for i in range(chunk.first, chunk.last + 1))
    ]
    wanted = _after_correction(sheet, wanted)
    best = max(wanted, key=lambda chunk: (chunk.weight, -chunk.first), default=None)
    if best is None or best.weight < least:
        return
    best = max((chunk for chunk in wanted if best.text in chunk.text), key=lambda chunk: len(chunk.text))
    start, end = sheet.tokens[best.first].start, sheet.tokens[best.last].end
    said = sheet.quote(start, end).strip(_QUOTES)
    if not said:
        return
    categories = _categories(sheet, best)
    product = _product_of(sheet, best, wanted) if categories else None
    sheet.arguments["topic"] = product or said
    if categories:
        sheet.arguments["categories"] = cast(list[JsonValue], categories)
    sheet.use(*range(best.first, best.last + 1))
    for chunk in wanted:
        if chunk.text == best.text:
            sheet.use(*range(chunk.first, chunk.last + 1))


def _product_of(sheet: Sheet, creators: Chunk, chunks: list[Chunk]) -> str | None:
    """「推一款猫砂盆找宠物类红人」: the product is what to search for, the kind of creator its category."""
    for chunk in chunks:
        verb = chunk.first - 1
        while verb > 0 and sheet.tokens[verb].text in _MEASURE_WORDS:
            verb -= 1
        offered = verb >= 0 and sheet.tokens[verb].has("subject")
        if offered and chunk.last < creators.first and chunk.weight > 0:
            sheet.use(*range(verb, chunk.last + 1))
            return sheet.quote(sheet.tokens[chunk.first].start, sheet.tokens[chunk.last].end).strip(_QUOTES)
    return None


def leftovers(sheet: Sheet) -> list[str]:
    """Pieces of the request that carry a meaning nobody read, in the person's own words."""
    pieces: list[tuple[int, int]] = list(sheet.refused)
    run: list[int] = []
    for index in range(len(sheet.tokens) + 1):
        token = sheet.tokens[index] if index < len(sheet.tokens) else None
        if token is not None and _is_open(sheet, index):
            run.append(index)
            continue
        bridging = token is not None and token.text in _GLUE and run and _next_open(sheet, index)
        if not bridging and run:
            pieces.append((sheet.tokens[run[0]].start, sheet.tokens[run[-1]].end))
            run = []
    quoted = [sheet.quote(start, end) for start, end in sorted(pieces)]
    return [piece for piece in dict.fromkeys(quoted) if len(piece) > 1]


def _chunks(sheet: Sheet, unwanted: set[int]) -> list[Chunk]:
    found: list[Chunk] = []
    index = 0
    while index < len(sheet.tokens):
        if not _may_be_subject(sheet, index):
            index += 1
            continue
        last = index
        while True:
            step = _next_part(sheet, last, unwanted)
            if step is None:
                break
            last = step
        first = _first_letter(sheet, index, found[-1].last + 1 if found else 0)
        while first < last and _is_treatment(sheet, first):
            first += 1
        text = sheet.segment.reading.text[sheet.tokens[first].start : sheet.tokens[last].end]
        found.append(Chunk(first, last, text, _weight(sheet, first, last)))
        index = last + 1
    return found


def _is_treatment(sheet: Sheet, index: int) -> bool:
    """测评咖啡机 is about 咖啡机; 咖啡机测评 and 美妆教程 are phrases."""
    return sheet.tokens[index].has("narrowing") and sheet.tokens[index].text in _TREATMENTS


def _may_be_subject(sheet: Sheet, index: int) -> bool:
    token = sheet.tokens[index]
    if index in sheet.used:
        return False
    return token.kind in ("unread", "quote") or token.has("categories") or _is_style(sheet, index)


def _is_style(sheet: Sheet, index: int) -> bool:
    """Korean makeup, korean-style: the name of a language that says how a thing is made."""
    return sheet.tokens[index].has("languages") and is_style(sheet, index)


def _first_letter(sheet: Sheet, first: int, floor: int) -> int:
    """Where an unknown word really begins: 大闸蟹 is read as 大 and 闸蟹, and 带鱼 as 带 and 鱼."""
    while _is_lone_letter(sheet, first) and first > floor and _completes(sheet, first - 1, floor):
        first -= 1
        while first > floor and sheet.tokens[first].text in _OPENING and _completes(sheet, first - 1, floor):
            first -= 1
        break
    return first


def _completes(sheet: Sheet, index: int, floor: int) -> bool:
    """Whether the small word at `index` belongs to the unknown letter behind it."""
    token = sheet.tokens[index]
    small = token.kind == "word" and len(token.text) == 1 and not token.text.isascii() and index not in sheet.used
    if not small or token.text in _NEVER_OPENING or token.has(*_FACTS):
        return False
    before = sheet.tokens[index - 1] if index > floor else None
    if before is None or sheet.clause_of(index - 1) != sheet.clause_of(index):
        return token.text in _OPENING
    if before.has("subject"):
        return True
    return token.text in _OPENING and not before.has("metrics", "traits") and not token.has("subject")


def _next_part(sheet: Sheet, last: int, unwanted: set[int]) -> int | None:
    """The next token of the same phrase: right after, or over a blank, a joint, or one small word inside."""
    after = last + 1
    if after >= len(sheet.tokens) or sheet.clause_of(after) != sheet.clause_of(last):
        return None
    if (after in unwanted) != (last in unwanted) and not sheet.is_quiet(after):
        return None
    if _may_be_subject(sheet, after):
        return after
    token = sheet.tokens[after]
    if token.has("known") and after not in sheet.used:
        return after
    follow = after + 1
    if token.text == " ":
        if follow < len(sheet.tokens) and sheet.tokens[follow].text in _JOINTS:
            token, after, follow = sheet.tokens[follow], follow, follow + 1
        elif follow < len(sheet.tokens) and _may_be_subject(sheet, follow) and _same_script(sheet, last, follow):
            return follow
        else:
            return follow if _closes_a_name(sheet, follow) else None
    if token.text in _JOINTS or token.text in _GLUE:
        while follow < len(sheet.tokens) and sheet.tokens[follow].text == " ":
            follow += 1
        return follow if follow < len(sheet.tokens) and _may_be_subject(sheet, follow) else None
    small = len(token.text) == 1 and not token.text.isascii() and token.text not in _SPLITTING and token.kind == "word"
    inside = small and token.text not in _OFFERING and after not in sheet.used and follow < len(sheet.tokens)
    if inside and sheet.tokens[last].kind == "unread" and sheet.tokens[follow].kind == "unread":
        return follow
    if small and token.text in _LAST_LETTERS and after not in sheet.used and _is_lone_letter(sheet, last):
        return after
    digits = token.kind == "quantity" and after not in sheet.used and token.text.isdigit()
    return after if digits and token.end - token.start < 4 else None


def _closes_a_name(sheet: Sheet, index: int) -> bool:
    """The cover of "sofa cover creators", the filter of "who sell water filters": no word of asking there."""
    if index >= len(sheet.tokens) or sheet.tokens[index].text not in _THINGS_TOO or index in sheet.used:
        return False
    before = sheet.tokens[index - 2]
    if before.kind != "unread" or not before.text.isascii():
        return False
    opening = _neighbour(sheet, index - 2, -1)
    closing = next((token for token in sheet.tokens[index + 1 : index + 3] if token.text != " "), None)
    if closing is not None and closing.has("creator"):
        return True
    return opening is not None and sheet.tokens[opening].has("subject") and (closing is None or closing.kind == "mark")


def _is_lone_letter(sheet: Sheet, index: int) -> bool:
    """Whether an unknown letter waits for its other half: the 绘 of 绘本."""
    token = sheet.tokens[index]
    return token.kind == "unread" and not token.has("known") and len(token.text) == 1 and not token.text.isascii()


def _same_script(sheet: Sheet, one: int, other: int) -> bool:
    return sheet.tokens[one].text.isascii() == sheet.tokens[other].text.isascii()


def _weight(sheet: Sheet, first: int, last: int) -> int:
    weight = UNKNOWN
    tokens = sheet.tokens
    if any(_is_known(tokens[i]) or tokens[i].kind == "quote" for i in range(first, last + 1)):
        weight += 3
    before = _neighbour(sheet, first, -1)
    if before is not None and tokens[before].has("subject"):
        weight += 1 if tokens[before].has("preposition") else 3
    after = _neighbour(sheet, last, 1)
    if after is not None and tokens[after].has("creator"):
        weight += 3
    text = sheet.segment.reading.text[tokens[first].start : tokens[last].end]
    if len(text) < 2 and not _offered_alone(sheet, first):
        weight -= 10
    return weight


def _is_known(token: Token) -> bool:
    return token.has("categories") or (token.has("known") and not token.has("narrowing"))


def _offered_alone(sheet: Sheet, index: int) -> bool:
    """卖衫的, 卖茶: one letter between a verb of offering and the end of the phrase is a whole subject."""
    before = sheet.tokens[index - 1] if index else None
    after = sheet.tokens[index + 1] if index + 1 < len(sheet.tokens) else None
    ends = after is None or after.kind == "mark" or after.text == "的" or after.has("creator")
    return before is not None and before.has("subject") and before.end == sheet.tokens[index].start and ends


def _neighbour(sheet: Sheet, index: int, step: int) -> int | None:
    clause = sheet.clause_of(index)
    at = index + step
    while 0 <= at < len(sheet.tokens) and sheet.clause_of(at) == clause:
        token = sheet.tokens[at]
        if token.has("subject", "creator"):
            return at
        skippable = token.kind == "mark" or token.has("noise", "markets", "languages", "sizes") or at in sheet.used
        if not skippable:
            return None
        at += step
    return None


def _categories(sheet: Sheet, chunk: Chunk) -> list[str]:
    """The categories of a phrase made of nothing but category names and joints between them."""
    found: list[str] = []
    previous_joint = True
    for index in range(chunk.first, chunk.last + 1):
        token = sheet.tokens[index]
        if token.has("categories"):
            if not previous_joint:
                return []
            found += [key for name, key in token.meanings if name == "categories" and key not in found]
            previous_joint = False
        elif token.text in _JOINTS:
            previous_joint = True
        elif token.text != " " and not token.has("narrowing"):
            return []
    return found


def _after_correction(sheet: Sheet, chunks: list[Chunk]) -> list[Chunk]:
    """「瑜伽垫，不对，猫砂盆」: with nothing else to take back, the earlier subject is what was taken back."""
    markers = [i for i, token in enumerate(sheet.tokens) if token.has("correction") and not token.has("noise")]
    if not markers:
        return chunks
    later = [
        chunk
        for chunk in chunks
        if chunk.first > markers[-1] and sheet.clause_of(chunk.first) <= sheet.clause_of(markers[-1]) + 1
    ]
    if later:
        for chunk in chunks:
            if chunk.first < markers[-1]:
                sheet.use(*range(chunk.first, chunk.last + 1))
    return later or chunks


def _is_open(sheet: Sheet, index: int) -> bool:
    token = sheet.tokens[index]
    if index in sheet.used or token.kind in ("mark", "digits"):
        return False
    if any(start <= token.start and token.end <= end for start, end in sheet.refused):
        return False
    if token.kind in ("unread", "quote", "quantity", "rank", "handle", "link"):
        return True
    named = token.value("metrics")
    if named in sheet.arguments or (named == "followers" and "audience_gender" in sheet.arguments):
        return False
    return token.has("categories", "metrics", "traits", "offers", "comparatives", "sizes") and not token.has("noise")


def _next_open(sheet: Sheet, index: int) -> bool:
    return index + 1 < len(sheet.tokens) and _is_open(sheet, index + 1)
