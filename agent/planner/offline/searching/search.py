"""Requests for creators: a new search, a change of the last one, creators like a given one, one creator."""

import re
from collections.abc import Sequence
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.reading.waived import waived
from agent.planner.offline.requests.references import one_creator
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.searching.comparisons import fill_comparatives
from agent.planner.offline.searching.measures import fill_measures
from agent.planner.offline.searching.negation import negated
from agent.planner.offline.searching.order import fill_order
from agent.planner.offline.searching.subject import SAID, SURE, UNKNOWN, fill_subject
from agent.planner.offline.searching.traits import fill_days, fill_relations, fill_words
from agent.planner.plan import PlanningContext
from prompts import words

_INSISTS = re.compile(
    r"(?:要|找|说|想要|想找|讲)的(?:其实|明明)?(?:应该)?是(?!不是)|"
    r"\b(?:i|we) (?:meant|was after|were after|asked for)\b|"
    r"\bwhat (?:i|we) (?:want|wanted|meant|need|asked for)\b"
)
_NEXT_BATCH = words.phrase("search", "next_batch")
_ANEW = words.phrase("search", "anew")
_CHANGING = words.phrase("search", "changing")
_SOMETHING_ELSE = words.phrase("search", "something_else")
_SWITCHED = words.phrase("search", "switched")
_SWAPPED = words.phrase("search", "swapped")
_MORE_OF_SAME = words.phrase("search", "more")


def search(segment: Segment, context: PlanningContext) -> Sheet:
    """`search_creators`: with `refine` when the message only changes the last search."""
    sheet = Sheet(segment, context)
    _fill(sheet, least=_evidence_needed(sheet))
    if _refines(sheet):
        sheet.arguments["refine"] = True
        again = _MORE_OF_SAME.search(segment.text) and "topic" not in sheet.arguments and not waives(segment.text)
        if again or _NEXT_BATCH.search(segment.text):
            _exclude(sheet, list(context.shortlist))
    return sheet


def similar(segment: Segment, context: PlanningContext) -> Sheet:
    """`similar_creators`: like a handle or a rank, with whatever filters are said."""
    sheet = Sheet(segment, context)
    model = one_creator(sheet)
    _fill(sheet, least=SURE)
    sheet.arguments.pop("exclude_handles", None)
    if "topic" in sheet.arguments and sheet.arguments["topic"] in _LIKENESS:
        sheet.arguments.pop("topic")
    sheet.arguments = {**model, **sheet.arguments}
    if not model:
        sheet.note("needs_creator")
    return sheet


def show(segment: Segment, context: PlanningContext) -> Sheet:
    """`show_creator`."""
    sheet = Sheet(segment, context)
    sheet.arguments = one_creator(sheet)
    if not sheet.arguments:
        sheet.note("needs_creator")
    sheet.use(*range(len(sheet.tokens)))
    return sheet


def asks_for_others(text: str) -> bool:
    """换一批, another lot: a search by itself."""
    return bool(_NEXT_BATCH.search(text))


def changes(text: str) -> bool:
    """Whether a text says that the last search is to change, even where it does not say how."""
    return bool(_CHANGING.search(text))


def waives(text: str) -> bool:
    """Whether a text gives up a condition of the last search."""
    return any(True for _ in waived(text))


def corrects(tokens: Sequence[Token]) -> bool:
    """Whether a message opens by taking the one before back: 说错了，是猫砂盆."""
    opening = next((token for token in tokens if token.kind != "mark" and not token.has("interjection")), None)
    return opening is not None and opening.has("correction", "retraction")


def insists(text: str) -> bool:
    """Whether a message says again what was meant: 我要的是防晒的."""
    return bool(_INSISTS.search(text))


def asks_for_something_else(text: str) -> bool:
    """Whether a message without a verb of searching opens as another request or question."""
    return bool(_SOMETHING_ELSE.search(text))


_AMONG = re.compile(r"(?:里|里面|当中|中)")
_LIKENESS = ("类似", "相似", "差不多", "同类型", "similar", "像")


def _fill(sheet: Sheet, *, least: int) -> None:
    _fill_waived(sheet)
    unwanted = negated(sheet)
    fill_days(sheet, unwanted)
    fill_relations(sheet, unwanted)
    _fill_excluded(sheet, unwanted)
    fill_order(sheet)
    fill_measures(sheet, unwanted)
    fill_comparatives(sheet)
    fill_words(sheet, unwanted)
    fill_subject(sheet, unwanted, least=least)
    _drop_moot_refusals(sheet)


def _fill_waived(sheet: Sheet) -> None:
    """What the last search or a preference asked for and no longer counts; the words are read in any case."""
    known = {name for said in (sheet.context.last_criteria or {}, *sheet.context.preferences) for name in said}
    for clause in sheet.segment.clauses:
        for one in waived(sheet.segment.reading.text[clause.start : clause.end]):
            if one.field in known:
                sheet.arguments[one.field] = "all" if one.field == "scope" else None
            sheet.use_span(clause.start + one.start, clause.start + one.end)


def _evidence_needed(sheet: Sheet) -> int:
    """A change of the last search keeps its subject unless the new one is plain; a new one takes what it is given."""
    if sheet.segment.insisted or sheet.context.last_criteria is None or _ANEW.search(sheet.segment.text):
        return UNKNOWN
    return UNKNOWN if _SWITCHED.search(sheet.segment.text) else SAID


def _drop_moot_refusals(sheet: Sheet) -> None:
    """「不要美国的，要英国的」: what is wanted instead already leaves the other out."""
    for lexicon, field in (("markets", "markets"), ("categories", "categories")):
        if field not in sheet.arguments:
            continue
        moot = {(t.start, t.end) for t in sheet.tokens if t.has(lexicon) and not _still_included(sheet, t)}
        gone = {sheet.quote(*span) for span in moot}
        sheet.refused = [span for span in sheet.refused if span not in moot]
        sheet.notes = [
            note for note in sheet.notes if note.key != "cannot_exclude" or note.facts.get("what") not in gone
        ]
        sheet.use(*[i for i, token in enumerate(sheet.tokens) if token.has(lexicon)])


def _still_included(sheet: Sheet, token: Token) -> bool:
    """「不要做猫的，只要做狗的」: both are pets, so the search leaves no cats out, and that is said."""
    wanted, topic = sheet.arguments.get("categories"), sheet.arguments.get("topic")
    if not isinstance(wanted, list) or not isinstance(topic, str) or token.text in topic.casefold():
        return False
    before = (sheet.context.last_criteria or {}).get("topic")
    replaced = isinstance(before, str) and token.text in before.casefold()
    if replaced or _SWAPPED.search(sheet.segment.text):
        return False
    return any(name == "categories" and key in wanted for name, key in token.meanings)


def _fill_excluded(sheet: Sheet, unwanted: set[int]) -> None:
    shortlist = sheet.context.shortlist
    for index, token in enumerate(sheet.tokens):
        if index in sheet.used or index not in unwanted:
            continue
        if token.kind == "handle":
            _exclude(sheet, [sheet.quote(token.start, token.end)])
            sheet.use(index)
        elif token.ranks is not None and not _AMONG.match(sheet.segment.reading.text, token.end):
            ranks = [rank for rank in token.ranks.resolve(len(shortlist)) if rank <= len(shortlist)]
            if ranks:
                _exclude(sheet, [shortlist[rank - 1] for rank in ranks])
                sheet.use(index)


def _exclude(sheet: Sheet, handles: list[str]) -> None:
    known = sheet.arguments.get("exclude_handles")
    merged = [*known] if isinstance(known, list) else []
    merged += [handle.removeprefix("@") for handle in handles]
    if merged:
        sheet.arguments["exclude_handles"] = cast(list[JsonValue], list(dict.fromkeys(merged)))


def _refines(sheet: Sheet) -> bool:
    """A subject or 找 starts anew; 换一批, a switch, or bare conditions after a search change it."""
    text = sheet.segment.text
    searched = sheet.context.last_criteria is not None
    if _NEXT_BATCH.search(text) and ("topic" not in sheet.arguments or (searched and not _ANEW.search(text))):
        return True
    if sheet.context.last_criteria is None:
        changing = sheet.segment.intent != "search_creators" and bool(_CHANGING.search(text))
        return changing and "topic" not in sheet.arguments
    if _ANEW.search(text):
        return bool(_MORE_OF_SAME.search(text)) and "topic" not in sheet.arguments
    if not sheet.arguments.get("topic") or sheet.segment.intent == "refine_search" or _SWITCHED.search(text):
        return True
    if sheet.segment.intent != "search_creators" and corrects(sheet.tokens):
        return True
    return _same_subject(sheet.arguments["topic"], sheet.context.last_criteria.get("topic"))


def _same_subject(said: JsonValue, known: JsonValue) -> bool:
    if not isinstance(said, str) or not isinstance(known, str):
        return False
    one, other = said.casefold(), known.casefold()
    return one in other or other in one
