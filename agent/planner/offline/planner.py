"""The built-in planner: reads a message with a grammar and a lexicon and plans tool calls, without a model."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from pydantic import JsonValue

from agent.planner.offline.asking import conversation
from agent.planner.offline.asking.clauses import Segment, segments
from agent.planner.offline.asking.contrasts import insisted
from agent.planner.offline.asking.open_drafts import about_open_drafts
from agent.planner.offline.reading.corrections import amend
from agent.planner.offline.reading.message import Reading, read
from agent.planner.offline.reading.pauses import with_pauses
from agent.planner.offline.reading.tokens import find_terms
from agent.planner.offline.requests import (
    afterwards,
    books,
    campaigns,
    collaborations,
    digests,
    outreach,
    reports,
    texts,
    tracking,
)
from agent.planner.offline.requests.described_part import describes_a_part
from agent.planner.offline.requests.in_full import in_full
from agent.planner.offline.requests.outreach_figures import funnel, how_outreach_went, is_of_the_funnel
from agent.planner.offline.requests.own_templates import about_templates
from agent.planner.offline.requests.report_people import by_handle, of_these, people_of
from agent.planner.offline.requests.report_turns import carried_on, definition_asked
from agent.planner.offline.requests.sample_outcomes import outcomes_asked
from agent.planner.offline.requests.sharing import link_asked, picture_asked
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.tiers import told_apart
from agent.planner.offline.requests.whose_turn import whose_turn
from agent.planner.offline.searching import search
from agent.planner.offline.searching.subject import leftovers
from agent.planner.plan import Arguments, Note, Plan, PlannedCall, PlanningContext
from prompts import words

Fill = Callable[[Segment, PlanningContext], Sheet]

_FILLS: Mapping[str, tuple[str, Fill]] = {
    "translate": ("translate", texts.translate),
    "check_compliance": ("check_compliance", texts.check_compliance),
    "preferences.list": ("preferences", texts.list_preferences),
    "preferences.forget": ("preferences", texts.forget_preference),
    "preferences.set": ("preferences", texts.set_preference),
    "quota_status": ("quota_status", books.quota),
    "subscribe_digest": ("subscribe_digest", digests.subscribe_digest),
    "digest": ("digest", digests.digest),
    "cancel_follow_ups": ("cancel_follow_ups", afterwards.follow_ups),
    "list_follow_ups": ("list_follow_ups", afterwards.follow_ups),
    "schedule_follow_up": ("schedule_follow_up", afterwards.schedule),
    "list_drafts": ("list_drafts", afterwards.list_drafts),
    "list_replies": ("list_replies", afterwards.list_replies),
    "list_shortlists": ("list_shortlists", books.list_shortlists),
    "export_shortlist": ("export_shortlist", books.export_shortlist),
    "share_text": ("share_text", books.share_text),
    "save_shortlist": ("save_shortlist", books.save_shortlist),
    "open_shortlist": ("open_shortlist", books.open_shortlist),
    "campaigns.plan": ("campaigns", campaigns.campaign),
    "campaigns.show": ("campaigns", campaigns.campaign),
    "campaigns.list": ("campaigns", campaigns.campaign),
    "collaborations": ("collaborations", collaborations.collaboration),
    "sample_requests": ("sample_requests", collaborations.sample_request),
    "tracking": ("tracking", tracking.tracking),
    "campaigns.failed": ("campaigns", campaigns.failed),
    "products.list": ("products", texts.product),
    "products.add": ("products", texts.product),
    "products.change": ("products", texts.product),
    "samples.record": ("samples", books.samples),
    "samples.list": ("samples", books.samples),
    "crm_update": ("crm_update", books.crm),
    "performance": ("performance", reports.performance),
    "funnel": ("performance", funnel),
    "similar_creators": ("similar_creators", search.similar),
    "draft_messages": ("draft_messages", outreach.draft),
    "revise_drafts": ("revise_drafts", afterwards.revise),
    "show_creator": ("show_creator", search.show),
    "search_creators": ("search_creators", search.search),
    "refine_search": ("search_creators", search.search),
}
_READS = frozenset(
    [
        "search_creators",
        "similar_creators",
        "show_creator",
        "open_shortlist",
        "list_shortlists",
        "export_shortlist",
        "share_text",
        "list_drafts",
        "list_replies",
        "list_follow_ups",
        "performance",
        "digest",
        "translate",
        "check_compliance",
        "quota_status",
    ]
)
LONGEST_REQUEST = 2_000
"""Letters of a message that are read as requests; a text to translate or to check is taken whole."""
_QUOTED = 40
_AIMED = frozenset(["handles", "ranks", "segment", "condition"])
_ABOUT_CREATORS = frozenset(["draft_messages", "crm_update", "schedule_follow_up", "cancel_follow_ups", "samples"])
_NEVER_ALL_FOR_SOME = frozenset(["draft_messages", "crm_update", "schedule_follow_up", "cancel_follow_ups"])
_PART_OF_A_LIST = frozenset(["export_shortlist", "save_shortlist", "share_text"])
"""Requests about a list or some ranks of it: "tag 1-3 and export them"."""
_THE_REST = words.phrase("references", "the_rest")
_PRONOUN = words.phrase("references", "pronoun")
_READING_ACTIONS = frozenset(["list", "show"])
_MAKES_A_LIST = frozenset(["search_creators", "similar_creators", "open_shortlist"])
_UNCERTAIN = frozenset(["", "refine_search"])
"""A message that may be a search or none: it must name something to search by."""
_NEEDS_A_LIST = frozenset(["show_creator", "export_shortlist", "similar_creators", "search_creators"])
_APART: Mapping[str, Callable[[Sheet], list[Arguments]]] = {
    "draft_messages": told_apart,
    "tracking": tracking.told_apart,
}
"""Requests that may stand for several calls."""
_HOLDS_A_NUMBER = re.compile(r"\d")
_WORTH_QUOTING = re.compile(r"[^\W\d_]")


def plan(text: str, context: PlanningContext) -> Plan:
    """Tool calls for one message, in order; what could not be read is quoted, never guessed. Never raises."""
    reading = read(text, context.open_batches)
    spoken = conversation.small_talk(reading, context)
    if spoken is not None:
        return Plan(notes=(spoken,))
    reading = replace(reading, text=with_pauses(reading.text))
    shown = (
        in_full(reading, context)
        or whose_turn(reading)
        or outcomes_asked(reading, context)
        or about_templates(reading)
        or definition_asked(reading, context)
        or digests.asked(reading, context)
        or link_asked(reading, context)
        or picture_asked(reading)
    )
    if shown is not None:
        return Plan(stages=((shown,),))
    outreach_asked = how_outreach_went(reading)
    further = carried_on(reading, context)
    if further is not None and (outreach_asked is None or is_of_the_funnel(further)):
        return further
    people = people_of(context)
    whole = texts.taken_whole(reading)
    asked, beyond = reading.parted(LONGEST_REQUEST)
    if whole:
        asked = asked.until(min(whole.start, LONGEST_REQUEST))
    parts = [outreach_asked] if outreach_asked else _requests(asked, context)
    parts += [whole] if whole else []
    calls: list[PlannedCall] = []
    notes: list[Note] = []
    unread: list[str] = []
    for segment in parts:
        if _asks_about_replies(segment, context):
            segment.intent = "list_replies"
        if about_open_drafts(segment, context):
            segment.intent = "revise_drafts"
        if segment.intent == "off_topic":
            unread += _whole(segment)
            continue
        name, fill = _FILLS.get(segment.intent, ("search_creators", search.search))
        sheet = fill(segment, of_these(context, name, people))
        if _moves_the_last_search(segment, sheet, context):
            segment.intent = "refine_search"
            name, sheet = "search_creators", search.search(segment, context)
        if segment.intent in _UNCERTAIN and not _is_bare_search(segment, sheet, context):
            unread += _whole(segment)
            continue
        if _changes_nothing(segment, sheet):
            notes += [note for note in sheet.notes if note not in notes]
            unread += [] if sheet.notes else _whole(segment)
            continue
        if name == "similar_creators" and not {"handle", "rank"} & set(sheet.arguments):
            _like_the_one_shown(sheet, calls)
        if name in _ABOUT_CREATORS or (name in _PART_OF_A_LIST and calls and "ranks" in calls[-1].arguments):
            _for_the_ones_before(sheet, calls)
        left = leftovers(sheet) if name == "draft_messages" else []
        if name == "draft_messages" and not _AIMED & set(sheet.arguments) and any(map(_HOLDS_A_NUMBER.search, left)):
            # Somebody was named and not read: everybody on the list is the last thing that was meant.
            sheet.note("needs_creator")
            sheet.incomplete = True
        if name in _NEVER_ALL_FOR_SOME and not _AIMED & set(sheet.arguments) and describes_a_part(sheet):
            sheet.note("needs_creator")
            sheet.incomplete = True
        wanted = _APART[name](sheet) if name in _APART else [sheet.arguments]
        if not sheet.incomplete:
            made = [PlannedCall(name, arguments) for arguments in wanted]
            meant = [by_handle(call, people) if people else call for call in made]
            calls += [one for one in meant if isinstance(one, PlannedCall)]
            notes += [one for one in meant if isinstance(one, Note) and one not in notes]
        notes += [note for note in sheet.notes if note not in notes]
        if name in ("search_creators", "similar_creators"):
            unread += leftovers(sheet)
            context, people = replace(context, shortlist=(), last_criteria=_criteria(sheet, context)), ()
        elif name == "draft_messages":
            unread += left
        context = replace(context, last_tool=name)
    if beyond and not whole and _WORTH_QUOTING.search(beyond):
        unread.append(f"{beyond[:_QUOTED]}…")
    if not calls and not notes and unread:
        notes.append(Note("help"))
    return Plan(_stages(calls), tuple(dict.fromkeys(unread)), tuple(notes))


def _requests(asked: Reading, context: PlanningContext) -> list[Segment]:
    if not asked.text.strip():
        return []
    putting_right = insisted(asked) if context.last_criteria is not None else None
    return [putting_right] if putting_right else segments(amend(asked), context.products)


def _asks_about_replies(segment: Segment, context: PlanningContext) -> bool:
    """「问价的那些呢」 right after a list of answers is still about answers."""
    if context.last_tool != "list_replies" or segment.intent not in ("", "refine_search"):
        return False
    return any(True for _ in find_terms("stages", segment.text, "reply_intent"))


def _moves_the_last_search(segment: Segment, sheet: Sheet, context: PlanningContext) -> bool:
    """「佣金上限降到12%」 names no product: right after a search it is about the search."""
    return segment.intent == "products.change" and "name" not in sheet.arguments and context.last_criteria is not None


def _like_the_one_shown(sheet: Sheet, calls: list[PlannedCall]) -> None:
    """「看第1个的资料，再找5个类似的」: similar to the one shown just before."""
    if calls and calls[-1].name == "show_creator":
        sheet.arguments = {**calls[-1].arguments, **sheet.arguments}
        sheet.notes = [note for note in sheet.notes if note.key != "needs_creator"]


def _for_the_ones_before(sheet: Sheet, calls: list[PlannedCall]) -> None:
    """「第4个的样品寄了，把她标成已寄样」: for the creators of the request before; a follow-up needs no pronoun."""
    named = any(token.ranks is not None or token.kind == "handle" for token in sheet.tokens)
    before = _aimed(calls[-1]) if calls else {}
    if named or not before:
        return
    if _left_to_the_rest(sheet, before):
        return
    if sheet.segment.intent == "schedule_follow_up":
        if calls[-1].name in _READS or _AIMED & set(sheet.arguments):
            return
    elif not _PRONOUN.search(sheet.segment.text):
        return
    kept = {key: value for key, value in sheet.arguments.items() if key not in ("handles", "segment")}
    sheet.arguments = kept | before
    if any(note.key == "needs_creator" for note in sheet.notes):
        sheet.notes = [note for note in sheet.notes if note.key != "needs_creator"]
        sheet.incomplete = False


def _left_to_the_rest(sheet: Sheet, before: Arguments) -> bool:
    """「第1个拉黑 其余写邀约」: whoever of the list the request before was not about."""
    ranks, size = before.get("ranks"), len(sheet.context.shortlist)
    if not isinstance(ranks, list) or not size or not _THE_REST.search(sheet.segment.text):
        return False
    kept = {key: value for key, value in sheet.arguments.items() if key != "segment"}
    rest: list[JsonValue] = [rank for rank in range(1, size + 1) if rank not in ranks]
    sheet.arguments = kept | {"ranks": rest}
    sheet.incomplete = sheet.incomplete or not rest
    return True


def _aimed(call: PlannedCall) -> Arguments:
    """The creators a call is about, as a later call names them."""
    one: Arguments = {f"{key}s": [call.arguments[key]] for key in ("handle", "rank") if key in call.arguments}
    return one or {key: value for key, value in call.arguments.items() if key in ("handles", "ranks")}


def _is_bare_search(segment: Segment, sheet: Sheet, context: PlanningContext) -> bool:
    """Without a verb, a subject beside the word for creators or beside any other filter is a search."""
    if segment.insisted:
        return True
    if "topic" in sheet.arguments and any(token.has("creator") for token in segment.tokens):
        return True
    if context.last_criteria is not None and any(token.has("comparatives") for token in segment.tokens):
        return True
    if sheet.arguments.get("refine") and (search.corrects(segment.tokens) or search.insists(segment.text)):
        return True
    if context.last_criteria is not None and set(sheet.arguments) - {"topic", "refine"}:
        return True
    changed = context.last_criteria is not None and (search.changes(segment.text) or search.waives(segment.text))
    if changed or search.asks_for_others(segment.text):
        return True
    told = set(sheet.arguments) - {"topic", "refine", "limit", "exclude_handles"}
    return bool(told) and not search.asks_for_something_else(segment.text)


def _changes_nothing(segment: Segment, sheet: Sheet) -> bool:
    """「快点」, "not these": words of a change that say nothing to search by would only show the same list again."""
    nothing = segment.intent in _UNCERTAIN and sheet.arguments == {"refine": True}
    return nothing and not search.asks_for_others(segment.text)


def _criteria(sheet: Sheet, context: PlanningContext) -> Arguments:
    if sheet.arguments.get("refine"):
        return {**(context.last_criteria or {}), **sheet.arguments}
    return dict(sheet.arguments)


def _whole(segment: Segment) -> list[str]:
    quotes = [segment.reading.quote(clause.start, clause.end) for clause in segment.clauses]
    return [quote for quote in quotes if _WORTH_QUOTING.search(quote)]


def _stages(calls: list[PlannedCall]) -> tuple[tuple[PlannedCall, ...], ...]:
    """Neighbouring reads run side by side, unless the later one works on the list the earlier one makes."""
    stages: list[list[PlannedCall]] = []
    for call in calls:
        before = stages[-1] if stages else []
        apart = not before or not _reads(call) or not all(_reads(other) for other in before)
        waits = call.name in _NEEDS_A_LIST and any(other.name in _MAKES_A_LIST for other in before)
        if apart or waits:
            stages.append([call])
        else:
            before.append(call)
    return tuple(tuple(stage) for stage in stages)


def _reads(call: PlannedCall) -> bool:
    return call.name in _READS or call.arguments.get("action") in _READING_ACTIONS
