"""「前3个15%，第4个20%」: drafts on different terms for different creators, told apart or asked about, never merged."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from typing import cast

from pydantic import JsonValue

from agent.planner.offline.requests.references import excepted, resolved, size_of
from agent.planner.offline.requests.sheet import Sheet
from agent.planner.offline.requests.terms import STATES_TERMS, Term, is_second_thought, term_at
from agent.planner.plan import Arguments
from prompts import words

_THE_REST = words.phrase("references", "the_rest")
_LAST_OF_THEM = words.phrase("references", "last_of_them")


@dataclass(slots=True)
class _Tier:
    """Some creators and what they are offered."""

    ranks: list[int] = field(default_factory=list)
    handles: list[str] = field(default_factory=list)
    the_rest: bool = False
    terms: Arguments = field(default_factory=dict)


def told_apart(sheet: Sheet) -> list[Arguments]:
    """The arguments of each drafting request the sheet stands for: one, or one for each group with terms of its own.

    Several terms that cannot be given each to its group make the sheet incomplete and are asked about.
    """
    said = _said(sheet)
    terms = [one for one in said if isinstance(one, Term)]
    if not _differ(terms) or sheet.arguments.get("purpose") in STATES_TERMS:
        return [sheet.arguments]
    if len(said) - len(terms) > 1:
        tiers = _paired(sheet, said)
        if tiers is not None:
            return [_with(sheet, tier) for tier in tiers]
    elif is_second_thought(sheet, terms[-2].start, terms[-1].start):
        return [sheet.arguments]
    sheet.note("terms_differ", first=terms[0].said, second=terms[-1].said)
    sheet.incomplete = True
    return []


def _differ(terms: list[Term]) -> bool:
    """Whether two of a kind say different things."""
    of_a_kind: defaultdict[str, set[str]] = defaultdict(set)
    for term in terms:
        of_a_kind[term.field].add(str(term.value))
    return any(len(values) > 1 for values in of_a_kind.values())


def _said(sheet: Sheet) -> list[Term | _Tier]:
    """Groups of creators and terms in the order in which they are named; neighbouring groups are one."""
    said: list[tuple[int, Term | _Tier]] = []
    size = size_of(sheet)
    for index, token in enumerate(sheet.tokens):
        if token.ranks is not None and not excepted(sheet, index, writing=True):
            said.append((token.start, _Tier(ranks=resolved(sheet, token.ranks, size, index))))
        elif index in sheet.places:
            said.append((token.start, _Tier(ranks=list(sheet.places[index]))))
        elif token.kind == "handle" and not excepted(sheet, index, writing=True):
            said.append((token.start, _Tier(handles=[sheet.quote(token.start, token.end).removeprefix("@")])))
        elif (term := term_at(sheet, index)) is not None:
            said.append((token.start, term))
    said += [(start, _Tier(the_rest=True)) for start in _starts(sheet, _THE_REST)]
    said += [(start, _Tier()) for start in _starts(sheet, _LAST_OF_THEM)]
    merged: list[Term | _Tier] = []
    for _, one in sorted(said, key=lambda each: each[0]):
        before = merged[-1] if merged else None
        if isinstance(before, _Tier) and isinstance(one, _Tier):
            before.ranks += one.ranks
            before.handles += one.handles
            before.the_rest = before.the_rest or one.the_rest
        else:
            merged.append(one)
    return merged


def _starts(sheet: Sheet, pattern: re.Pattern[str]) -> list[int]:
    text = sheet.segment.reading.text
    clauses = sheet.segment.clauses
    return [found.start() for clause in clauses for found in pattern.finditer(text, clause.start, clause.end)]


def _paired(sheet: Sheet, said: list[Term | _Tier]) -> list[_Tier] | None:
    """Each group with the terms behind it, or before it where the message begins with terms; None: neither fits."""
    step = 1 if isinstance(said[0], _Tier) else -1
    tiers: list[_Tier] = []
    for one in said[::step]:
        if isinstance(one, _Tier):
            tiers.append(one)
        elif not tiers or one.field in tiers[-1].terms:
            return None
        else:
            tiers[-1].terms[one.field] = one.value
    if not all(tier.terms and _is_named(sheet, tier) for tier in tiers):
        return None
    ranks = [rank for tier in tiers for rank in tier.ranks]
    if len(ranks) != len(set(ranks)):
        return None
    for tier in tiers:
        if tier.the_rest:
            tier.ranks += [rank for rank in range(1, size_of(sheet) + 1) if rank not in ranks]
    return tiers[::step]


def _is_named(sheet: Sheet, tier: _Tier) -> bool:
    return bool(tier.ranks or tier.handles or (tier.the_rest and size_of(sheet)))


def _with(sheet: Sheet, tier: _Tier) -> Arguments:
    kept = {name: value for name, value in sheet.arguments.items() if name not in ("ranks", "handles", "segment")}
    whom: Arguments = {}
    if tier.ranks:
        whom["ranks"] = cast("list[JsonValue]", list(dict.fromkeys(tier.ranks)))
    if tier.handles:
        whom["handles"] = cast("list[JsonValue]", list(dict.fromkeys(tier.handles)))
    return kept | whom | tier.terms
