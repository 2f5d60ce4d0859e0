"""Requests for creators: a new search, a change of the last one, creators like a given one, one creator."""

import re
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.requests.references import one_creator
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.searching.measures import fill_measures
from agent.planner.offline.searching.negation import negated
from agent.planner.offline.searching.subject import fill_subject
from agent.planner.offline.searching.traits import fill_comparatives, fill_days, fill_order, fill_relations, fill_words
from agent.planner.plan import PlanningContext

_NEXT_BATCH = re.compile(
    r"换一?(?:批|拨|波|组|些|下一批|几个)|下一批|再来一?(?:批|拨|波)|(?:还有)?(?:别的|其他的|"
    r"其它的)(?:吗|呢|$|达人|推荐)|different ones|another batch|next batch|new batch|other ones|"
    r"show (?:me )?others|(?:some )?others\b|next ones|refresh|another set|different creators|"
    r"next page"
)
_ANEW = re.compile(r"找|搜|筛选出|推荐|物色|\b(?:find|search|look for|looking for|source|recommend)\b|重新|从头")
_CHANGING = re.compile(
    r"再|换|改|只要|只看|只留|去掉|除了|排除|剔除|不要|别|按.{1,12}排|排序|更|最好|也要|还要|都要|"
    r"加上|放宽|收紧|一点|点$|些$|\b(?:only|exclude|remove|drop|sort|without|instead|cheaper|"
    r"fewer|more|less|keep|just|change|switch|make it|narrow|how about|what about|but|skip)\b|呢$"
)
_SWITCHED = re.compile(r"\s*(?:那|那就|还是)?(?:改|换)(?:成|为|到|找)|\s*(?:switch|change) (?:it )?to\b")
_MORE_OF_SAME = re.compile(r"再(?:来|找|加|给我|推|要).{0,4}\d|再来几个|多来|\bmore\b|another \d+|再来")


def search(segment: Segment, context: PlanningContext) -> Sheet:
    """`search_creators`: with `refine` when the message only changes the last search."""
    sheet = Sheet(segment, context)
    _fill(sheet)
    if _refines(sheet):
        sheet.arguments["refine"] = True
        if _NEXT_BATCH.search(segment.text) or (_MORE_OF_SAME.search(segment.text) and "topic" not in sheet.arguments):
            _exclude(sheet, list(context.shortlist))
    return sheet


def similar(segment: Segment, context: PlanningContext) -> Sheet:
    """`similar_creators`: like a handle or a rank, with whatever filters are said."""
    sheet = Sheet(segment, context)
    model = one_creator(sheet)
    _fill(sheet)
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


_AMONG = re.compile(r"(?:里|里面|当中|中)")
_LIKENESS = ("类似", "相似", "差不多", "同类型", "similar", "像")


def _fill(sheet: Sheet) -> None:
    fill_days(sheet)
    fill_relations(sheet)
    unwanted = negated(sheet)
    _fill_excluded(sheet, unwanted)
    fill_comparatives(sheet)
    fill_order(sheet)
    fill_measures(sheet, unwanted)
    fill_words(sheet, unwanted)
    fill_subject(sheet, unwanted)
    _drop_moot_refusals(sheet)


def _drop_moot_refusals(sheet: Sheet) -> None:
    """「不要美国的，要英国的」: what is wanted instead already leaves the other out."""
    for lexicon, field in (("markets", "markets"), ("categories", "categories")):
        if field not in sheet.arguments:
            continue
        moot = {(token.start, token.end) for token in sheet.tokens if token.has(lexicon)}
        gone = {sheet.quote(*span) for span in moot}
        sheet.refused = [span for span in sheet.refused if span not in moot]
        sheet.notes = [
            note for note in sheet.notes if note.key != "cannot_exclude" or note.facts.get("what") not in gone
        ]
        sheet.use(*[i for i, token in enumerate(sheet.tokens) if token.has(lexicon)])


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
    """A subject or 找 starts anew; 换一批, 再…, 只要…, or bare conditions after a search change it."""
    text = sheet.segment.text
    if _NEXT_BATCH.search(text):
        return True
    searched = sheet.context.last_criteria is not None
    if sheet.segment.intent == "refine_search" and searched and not _ANEW.search(text):
        return True
    if "topic" in sheet.arguments:
        return False
    if searched and _SWITCHED.match(text):
        return True
    if sheet.segment.intent == "search_creators":
        again = bool(_MORE_OF_SAME.search(text)) and searched
        return again or (searched and not _ANEW.search(text) and bool(_CHANGING.search(text)))
    return searched or bool(_CHANGING.search(text))
