"""What a clause asks for, with the clauses around it: a condition of a search is no question about figures."""

import re
from bisect import bisect_left

from agent.planner.offline.asking.cuts import Clause
from agent.planner.offline.asking.evidence import intent_of
from agent.planner.offline.reading.quantities import Unit
from agent.planner.offline.reading.tokens import Token
from agent.planner.offline.reading.waived import waived
from prompts import words

_HEARD_BEFORE = 3
_OVERHEARD = frozenset(
    ["performance", "preferences.forget", "list_replies", "samples.list", "samples.record", "save_shortlist"]
)
"""Requests whose words also occur where creators are left out of a search."""
_OTHER_THINGS = re.compile(
    r"草稿|标签|名单|存|导出|跟进|备注|\b(?:drafts?|messages?|tags?|lists?|save|export|follow|notes?)\b"
)
_WHOLE = re.compile(r"(?:不是|不要|not) ?(?:所有|全部|都|all|everyone|everybody|the whole)")
_NAMES_A_PREFERENCE = re.compile(r"偏好|规矩|默认|\b(?:preferences?|defaults?|rules?(?! out)|standing instructions?)\b")
_FORGETS = re.compile(r"forget|忘")
_ABOUT_OURS = frozenset(["crm_update", "products.add", "products.change", "products.list", "preferences.set"])
_SEEKS_PEOPLE = words.phrase("clauses", "seeks_people")
_NAMES_CREATORS = re.compile(r"(?:creators|people|influencers|accounts|folks|sellers) (?:that |who )?(?:we|who|i)\b")
_ABOUT_THE_RELATION = words.phrase("clauses", "about_the_relation")
_DESCRIBES = words.phrase("clauses", "describes")
_BEGINS_AGAIN = words.phrase("clauses", "begins_again")
_SOMEONE = words.phrase("clauses", "someone")
_SPAN_OF_TIME = re.compile(
    r"[上本这]个?[周月季年]|昨|今|近[0-9一二三四五六七八九十]|最近|我们|咱们|我店|店里|趋势|对比|卖得|带得|"
    r"\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d|"
    r"\b(?:in|for|during|of|since) (?:jan|feb|mar|apr|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\b|"
    r"\b(?:yesterday|today|(?:last|this|past) (?:week|month|quarter|year|\d+)|ours?|we|trend|compare|so far|did)\b"
)
_NAMED = frozenset(["handle", "rank"])
_OFFERED = (None, "commission_rate", "flat_fee", "price")
ASKS_FIGURES = re.compile(
    r"多少|怎么样|如何|趋势|排行|排名|榜|为什么|报表|对比|哪|谁|最[高低多好差]的\d|[上本这]个?[周月]|昨天|今天|[?]|"
    r"\d月|\b(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.? \d|"
    r"\d(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)|"
    r"[前后上下]半个?月|\bhalf of\b|"
    r"\b(?:how|what|which|why|who|compare|chart|report|show|yesterday|(?:last|this) (?:week|month))\b"
)
_NAMES_THEM = words.phrase("clauses", "names_them")
_NAMES_A_RULE = words.phrase("clauses", "names_a_rule")
_DISMISSED = words.phrase("clauses", "dismissed")
EXCEPTION = re.compile(r"^(?:除了|除开|except|other than|apart from|everyone but|all but)")


def asked(
    clause: Clause, waiting: list[Clause], tokens: tuple[Token, ...], following: Clause | None
) -> words.Intent | None:
    """What a clause asks for, heard together with what was said before it and asked for nothing.

    A figure beside its own bound is a condition of a search, no question about figures.
    """
    intent = intent_of(clause.heard)
    if waiting and not (intent is not None and intent.name == "crm_update" and _ABOUT_THE_RELATION.search(clause.text)):
        together = intent_of(",".join(before.heard for before in [*waiting[-_HEARD_BEFORE:], clause]), weak=False)
        intent = together or intent
    if following is not None and _NAMES_A_RULE.search(clause.text) and _DISMISSED.search(following.text):
        return _named("preferences.forget")
    inside = _inside(clause, tokens)
    said = (
        Clause(waiting[0].start, clause.end, ",".join(one.text for one in [*waiting, clause]), "")
        if waiting
        else clause
    )
    if intent is not None and intent.name in _ABOUT_OURS and _seeks(clause, intent):
        return _named("search_creators")
    if intent is None or intent.name not in _OVERHEARD:
        return intent
    if intent.name == "preferences.forget":
        named = any(_NAMES_A_PREFERENCE.search(one.text) for one in [*waiting[-_HEARD_BEFORE:], clause])
        dropped = _forgets_a_filter(inside) or bool(_BEGINS_AGAIN.search(clause.text) or _waives(clause))
        searching = dropped and not named
    elif intent.name == "performance" and _ranks_strangers(said, _inside(said, tokens)):
        return _named("search_creators")
    else:
        named = bool(_NAMES_THEM.match(clause.text)) and not _SPAN_OF_TIME.search(clause.text)
        figures = intent.name == "performance" and (named or not ASKS_FIGURES.search(clause.text))
        bounded = figures and (states_a_condition(clause, tokens) or _bounded_behind(clause, following, tokens))
        searching = bounded or _opens_with_removal(clause, inside)
    if not searching:
        return intent
    seeking, refining = _named("search_creators"), _named("refine_search")
    return seeking if seeking.matches(clause.heard) else refining


def _seeks(clause: Clause, intent: words.Intent) -> bool:
    """Whether creators are looked for, rather than a product added or a relation changed."""
    if intent.name == "crm_update":
        return bool(_DESCRIBES.search(clause.text))
    if intent.name == "preferences.set":
        return bool(_NAMES_CREATORS.match(clause.text))
    return bool(_SEEKS_PEOPLE.search(clause.text))


def _waives(clause: Clause) -> bool:
    return any(True for _ in waived(clause.text))


def _ranks_strangers(clause: Clause, inside: tuple[Token, ...]) -> bool:
    """ "Top 10 yoga mat creators in the UK by GMV": creators of a subject and a market, and no time it happened in."""
    if _SPAN_OF_TIME.search(clause.text):
        return False
    if not any(token.has("creator") for token in inside):
        return bool(_SOMEONE.search(clause.text)) and any(token.has("markets") for token in inside)
    return states_a_condition(clause, inside) or any(
        token.has("markets", "categories", "known", "sizes") or (token.kind == "unread" and len(token.text) > 2)
        for token in inside
    )


def _opens_with_removal(clause: Clause, inside: tuple[Token, ...]) -> bool:
    """ "Drop anyone who hasn't posted", 「除了@mia其他都留」: creators are left out of a list and nothing else."""
    first = next((token for token in inside if token.kind != "mark" and not token.has("noise", "connector")), None)
    removes = first is not None and (first.has("removal") or EXCEPTION.search(first.text) is not None)
    return removes and not _OTHER_THINGS.search(clause.text)


def _named(name: str) -> words.Intent:
    return next(intent for intent in words.intents() if intent.name == name)


def _forgets_a_filter(inside: tuple[Token, ...]) -> bool:
    """「忘掉加拿大，看美国」, "forget @mia": what is dropped is part of a search, right behind the word for it."""
    for index, token in enumerate(inside):
        if token.has("negation") and _FORGETS.match(token.text):
            ahead = [one for one in inside[index + 1 :] if one.kind != "mark" and one.text not in ("the", "about")]
            return bool(ahead) and (ahead[0].has("markets", "categories", "languages") or ahead[0].kind in _NAMED)
    return False


def states_a_condition(clause: Clause, tokens: tuple[Token, ...]) -> bool:
    """Whether a clause bounds a figure by a number, or asks for an order."""
    inside = _inside(clause, tokens)
    if any(token.has("orders") for token in inside) and any(token.has("sorts") for token in inside):
        return True
    if any(token.has("superlatives") for token in inside) and any(token.has("markets", "known") for token in inside):
        return True
    if any(token.has("metrics") for token in inside) and any(token.has("removal") for token in inside):
        return True
    numbers = [token.quantity for token in inside if token.quantity is not None]
    counted = [number for number in numbers if number.unit in (Unit.MONEY, Unit.PERCENT) or number.scaled]
    moved = [number for number in numbers if number.bounded or number.moved]
    return any(token.has("metrics") for token in inside) and bool(counted or [n for n in moved if n.unit is Unit.PLAIN])


def _bounded_behind(clause: Clause, following: Clause | None, tokens: tuple[Token, ...]) -> bool:
    """「GMV也要看，起码一万美金」: the name of a figure, and right behind the pause nothing but its bound."""
    if following is None or following.after_connector or following.after_stop:
        return False
    bare = all(token.kind in ("mark", "quantity") or token.has("noise") for token in _inside(following, tokens))
    both = Clause(clause.start, following.end, "", "")
    return bare and states_a_condition(both, tokens)


def filters(clause: Clause, tokens: tuple[Token, ...]) -> bool:
    """Whether a clause says anything a search could filter by, rather than an offer or a person."""
    facts = ["markets", "languages", "categories", "sizes", "traits", "comparatives", "sorts", "known"]
    if not any(token.kind == "rank" for token in _inside(clause, tokens)) and not _WHOLE.search(clause.text):
        facts.append("negation")
    return any(
        token.has(*facts) or token.value("metrics") not in _OFFERED or token.kind in ("unread", "quote")
        for token in _inside(clause, tokens)
    )


def _inside(clause: Clause, tokens: tuple[Token, ...]) -> tuple[Token, ...]:
    starts = [token.start for token in tokens]
    return tokens[bisect_left(starts, clause.start) : bisect_left(starts, clause.end)]
