"""What goes on from the last question about figures, puts it right, or asks how a figure is worked out.

「换成上个月」, 「按产品拆开」, 「第二名是哪些视频带的」: the call is the last one with what was said put in, so that it
stands by itself. A message that holds any other word is none of these.
"""

import re
from typing import Final, cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment, segments, whole
from agent.planner.offline.reading.message import Reading
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests import reports
from agent.planner.offline.requests.report_periods import before_last, count_of, sale_spans
from agent.planner.plan import Arguments, Note, Plan, PlannedCall, PlanningContext
from prompts import words
from tools.performance.arguments import MOST_ROWS

_DEFINES: Final = words.phrase("reports", "defines")
_DEFINING: Final = words.phrase("reports", "defining")
_NOT_OURS: Final = words.phrase("reports", "not_ours")
_ROW: Final = words.phrase("reports", "row")
_DAYS: Final = words.phrase("reports", "days_said")
_GOES_ON: Final = words.phrase("reports", "goes_on")
_AROUND: Final = words.phrase("reports", "around")
_ELSE: Final = words.phrase("reports", "something_else")
_TERMS: Final = ("period", "metric", "group_by", "compare", "explain", "chart", "zone", "subject")
_LONGEST: Final = 70  # letters of a message that only goes on
_AFTER: Final = frozenset({"performance", "share_text"})
_MAY_BE: Final = frozenset(
    {"", "performance", "refine_search", "search_creators", "show_creator", "off_topic", "revise_drafts", "crm_update"}
)
_OF_A_ROW: Final = frozenset({"products.list", "samples.list", "campaigns.list", "campaigns.show"})
"""Requests that a message made of such words alone may look like, and is not; and of one that names a row."""
_PERIOD: Final = ("period", "from", "to")
_RANKING: Final = ("order_by", "descending", "top")
_SHAPE: Final = ("subject", "group_by", *_RANKING)
_OF_THEIR_OWN: Final = frozenset({"funnel", "samples"})
"""Subjects whose figures are none of the others': another figure leaves them, and they leave another's figures."""
_ONCE: Final = ("explain", "define")
_ADDS: Final = re.compile(r"加上|也(?:看|要|列|带)|一起|连同|再加|\b(?:add|also|as well|too|plus|along with)\b")
_DENIES: Final = re.compile(r"(?:而|并)?不是(?:看|要|说)?|\bnot (?:the )?|\b(?:instead of|rather than) (?:the )?")
_GIVES_UP: Final = {
    "market": words.phrase("reports", "every_market"),
    "timezone": words.phrase("reports", "shop_time"),
}
_REVERSED: Final = re.compile(r"倒过来|反过来|倒序|\brevers\w*|other way (?:a)?round")
_WORST: Final = re.compile(r"最(?:差|低|少|糟)|垫底|\b(?:worst|lowest|least|fewest)\b")
_BEST: Final = re.compile(r"最(?:好|高|多)|\b(?:best|highest|most)\b")
_ORDERS: Final = re.compile(r"排|\b(?:sort|rank|order)(?:ed)?\b")
_ORDINALS: Final = ("", "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS: Final = ("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
# What a row of the last answer is, by what was asked for, and the argument that names it.
_ROWS_ARE: Final = {
    "creators": "handle",
    "creator": "handle",
    "products": "product",
    "product": "product",
    "campaign": "campaign",
    "market": "market",
    "brand": "brand",
    "day": "from",
}
_SUBJECT_OF: Final = {"handle": "creator", "product": "products", "campaign": "campaign"}


def definition_asked(reading: Reading, context: PlanningContext) -> PlannedCall | None:
    """「GMV怎么算的」, when the whole message names figures and asks how they are worked out."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _DEFINES.search(text) or _NOT_OURS.search(text):
        return None
    metrics = _metrics_in(text)
    if not metrics or _left(whole(reading, "performance"), context, defining=True):
        return None
    return _call({"metrics": cast(list[JsonValue], metrics), "define": True})


def carried_on(reading: Reading, context: PlanningContext) -> Plan | None:
    """The last question with what the message changes in it; None where the message is a request of its own."""
    last, text = context.last_report, reading.text.strip()
    if last is None or context.last_tool not in _AFTER or not text or len(text) > _LONGEST or _ELSE.search(text):
        return None
    segment = whole(_without_denied(reading), "performance")
    if _DEFINES.search(segment.text):
        metrics = last.get("metrics")
        asks = bool(metrics) and not _left(segment, context, defining=True)
        return Plan(stages=((_call({"metrics": metrics, "define": True}),),)) if asks else None
    places = list(_ROW.finditer(segment.text))
    row = places[0] if places else None
    if len(places) > 1 or _left(segment, context, but=row):
        return None
    likely = _MAY_BE | _OF_A_ROW if row else _MAY_BE
    if any(one.intent not in likely for one in segments(reading, context.products)):
        return None
    if row:
        rest = reading.rearranged([(0, row.start()), (row.end(), len(reading.text))])
        said = reports.performance(whole(rest, "performance"), context).arguments
        return _about_a_row(row, said, last, context)
    said = reports.performance(segment, context).arguments
    if (most := _as_many(segment)) is not None and "top" in last and not said:
        said["top"] = most
    last, given_up = _given_up(segment.text, last)
    if "timezone" in given_up and said.get("subject") == "shop":  # the shop's time is no question about the shop
        said = _without(said, ("subject",))
    if (turned := _turned(segment.text, last)) is not None:
        said["descending"] = turned
    if "compare" in said and before_last(segment.text, context.today):
        said = _without(said, _PERIOD)  # the one to compare with
    if not (said or given_up) or _anew(said, segment.text):
        return None
    return Plan(stages=((_call(_changed(last, said, segment.text)),),))


def _as_many(segment: Segment) -> int | None:
    """「要10个」, "make it 10", of a ranking: how many it is to list."""
    numbers = [token.quantity for token in segment.tokens if token.quantity is not None]
    if len(numbers) != 1 or numbers[0].unit not in (Unit.PLAIN, Unit.PEOPLE):
        return None
    return int(numbers[0].value) if 1 <= numbers[0].value <= MOST_ROWS else None


def _turned(text: str, last: Arguments) -> bool | None:
    """「倒过来」, "now the worst", of a ranking: from which end it is to be listed."""
    if not {"top", "order_by"} & last.keys():
        return None
    if _REVERSED.search(text):
        return last.get("descending") is False
    if _WORST.search(text):
        return False
    return True if _BEST.search(text) else None


def _given_up(text: str, last: Arguments) -> tuple[Arguments, tuple[str, ...]]:
    """The last question without the market or the clock that is given up: 「不限国家」, "back to shop time"."""
    names = tuple(name for name, words_for_it in _GIVES_UP.items() if name in last and words_for_it.search(text))
    return _without(last, names), names


def _without_denied(reading: Reading) -> Reading:
    """The message without what it says was not meant: 「是本月，不是近7天」."""
    text = reading.text
    for denial in _DENIES.finditer(text):
        rest = text[denial.end() :]
        for lexicon, kind in (("reports", "period"), ("reports", "metric"), ("reports", "group_by"), ("markets", "")):
            ahead = next(find_terms(lexicon, rest, kind), None)
            if ahead is not None and ahead[1] == 0:
                end = denial.end() + ahead[2]
                return reading.rearranged([(0, denial.start()), (end, len(text))])
    return reading


def _anew(said: Arguments, text: str) -> bool:
    """A question that names its days and what it asks for stands alone, unless it says that it goes on."""
    whole_question = "period" in said and bool({"metrics", "subject", "handle", "group_by"} & said.keys())
    return whole_question and not _GOES_ON.search(text)


def _changed(last: Arguments, said: Arguments, text: str) -> Arguments:
    """The last question with what was said put in its place."""
    kept = {key: value for key, value in last.items() if key not in _ONCE}
    if "period" in said:
        kept = _without(kept, _PERIOD)
    metrics = said.get("metrics")
    if kept.get("subject") in _OF_THEIR_OWN and said.get("subject") is None and metrics:
        kept = _without(kept, ("subject",))
    if said.get("subject") in _OF_THEIR_OWN and metrics is None:
        kept = _without(kept, ("metrics", "order_by"))
    if isinstance(metrics, list) and _ORDERS.search(text) and len(metrics) == 1:
        return kept | {"order_by": metrics[0]} | ({"metrics": metrics} if "metrics" in kept else {})
    if isinstance(metrics, list):
        before = kept.get("metrics")
        if isinstance(before, list) and _ADDS.search(text):
            said = said | {"metrics": [*before, *(one for one in metrics if one not in before)]}
    if "subject" in said and said["subject"] != kept.get("subject"):
        kept = _without(kept, _SHAPE)
    if "group_by" in said and said["group_by"] != kept.get("group_by"):
        kept = _without(kept, _SHAPE) if kept.get("subject") in ("creators", "products", "videos") else kept
    return kept | said


def _about_a_row(row: re.Match[str], said: Arguments, last: Arguments, context: PlanningContext) -> Plan | None:
    """What stood in one row of the last answer, asked about further."""
    kind = _ROWS_ARE.get(str(last.get("group_by") or last.get("subject") or ""))
    rows = context.report_rows
    if kind is None or not rows or (row["day"] and kind != "from"):
        return None
    place = _place(row, len(rows))
    if not 1 <= place <= len(rows):
        return Plan(notes=(Note("report_row_missing", {"rank": place, "total": len(rows)}),))
    name = rows[place - 1]
    if not name:
        return Plan(notes=(Note("report_row_nobody", {"rank": place}),))
    kept = _without(last, (*_SHAPE, *_ONCE, "chart"))
    if said.get("subject") in _OF_THEIR_OWN:
        kept = _without(kept, ("metrics",))
    if "period" in said:
        kept = _without(kept, _PERIOD)
    if kind == "from":
        kept |= {"period": "custom", "from": name, "to": name}
    else:
        kept |= {kind: name}
        kept |= {"subject": _SUBJECT_OF[kind]} if kind in _SUBJECT_OF else {}
    return Plan(stages=((_call(kept | said),),))


def _place(row: re.Match[str], total: int) -> int:
    found = row.groupdict()
    if found["last"] or found["bottom"]:
        return total
    if written := found["a"] or found["b"] or found["day"] or (found["e"] or "").replace("大", "一"):
        return count_of(written)
    if written := found["c"]:
        return int(written) if written.isdecimal() else _NUMBERS.index(written)
    if written := found["d"]:
        return int(re.sub(r"\D", "", written)) if written[0].isdecimal() else _ORDINALS.index(written)
    return 1


def _metrics_in(text: str) -> list[str]:
    return list(dict.fromkeys(key for key, _, _ in find_terms("reports", text, "metric")))


def _left(
    segment: Segment, context: PlanningContext, *, but: re.Match[str] | None = None, defining: bool = False
) -> str:
    """The letters of a message that no word of a question about figures accounts for; `but` is accounted for."""
    text = segment.text
    covered = [not letter.isalnum() for letter in text]

    def cover(start: int, end: int) -> None:
        first, last = max(start, 0), min(end, len(covered))  # a denied part may be gone from the text
        covered[first:last] = [True] * max(last - first, 0)

    if but:
        cover(*but.span())
    if brand := reports.brand_in(text, context.brands):
        cover(*brand[1:])
    for product in map(str.lower, context.products):
        if (at := text.find(product)) >= 0:
            cover(at, at + len(product))
    for kind in _TERMS:
        for _, start, end in find_terms("reports", text, kind):
            cover(start, end)
    for pattern in (_DAYS, _AROUND, _WORST, _BEST, *_GIVES_UP.values(), *((_DEFINING,) if defining else ())):
        for found in pattern.finditer(text):
            cover(*found.span())
    for start, end, _, _ in sale_spans(text):
        cover(start, end)
    offset = segment.start
    for token in segment.tokens:
        known = token.has("markets", "noise", "correction", "affirmation", "request")
        if known or token.ranks is not None or token.kind in ("handle", "quantity"):
            cover(token.start - offset, token.end - offset)
    return "".join(letter for letter, done in zip(text, covered, strict=True) if not done)


def _without(arguments: Arguments, names: tuple[str, ...]) -> Arguments:
    return {key: value for key, value in arguments.items() if key not in names}


def _call(arguments: Arguments) -> PlannedCall:
    return PlannedCall("performance", arguments)
