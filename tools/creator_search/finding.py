"""Find creators for one question: the index by meaning and facts, our own rows for the brand's rules."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from memory.domain.creator import NEAR_TOPIC, CreatorQuery, Hit, Relaxation, ShortlistItem, Sort
from memory.domain.ids import CreatorId
from memory.domain.money import RateTable
from memory.domain.stores import CreatorIndex, Unit
from tools.creator_search.arguments import Filters
from tools.creator_search.asking import excluded_handles, unknown_queries
from tools.creator_search.ranking import Candidate, ranked
from tools.creator_search.reasons import reasons
from tools.creator_search.relaxing import looser_queries, relaxations

_LEAST_POOL = 40
_MOST_POOL = 400
_POOL_PER_ROW = 2  # candidates looked at for each row shown


@dataclass(frozen=True, slots=True)
class Found:
    """A ranked answer before it is kept."""

    items: tuple[ShortlistItem, ...]
    total: int
    unknown: dict[str, int]
    hidden: int
    relaxations: tuple[Relaxation, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """One search: the translated query, what was asked, and how the subject is worded."""

    query: CreatorQuery
    asked: Filters
    subjects: tuple[str, ...]
    like: CreatorId | None = None


async def under_our_rules(unit: Unit, asked: Filters, query: CreatorQuery) -> CreatorQuery:
    """Add what only our own rows know: whose creators, at which stage, when last written to, which never."""
    only: set[CreatorId] | None = None
    excluded: set[CreatorId] = set()
    if asked.stages or asked.tags or asked.owner:
        only = set(await unit.relations.ids_with(stages=asked.stages, tags=asked.tags, owner=asked.owner))
    if asked.scope != "all":
        ours = set(await unit.relations.ids_with())
        if asked.scope == "new":
            excluded |= ours
        else:
            only = ours if only is None else only & ours
    if asked.not_contacted_within_days:
        since = unit.now - timedelta(days=asked.not_contacted_within_days)
        excluded |= set(await unit.relations.ids_with(contacted_since=since))
    if asked.exclude_handles:
        excluded |= {creator.id for creator in (await unit.creators.by_handles(excluded_handles(asked))).values()}
    return replace(
        query,
        only_ids=None if only is None else tuple(sorted(only)),
        exclude_ids=tuple(sorted(excluded)),
    )


async def find(unit: Unit, index: CreatorIndex, question: Question, *, rates: RateTable) -> Found:
    """Search, count what is unknown or hidden, rank, explain, and say what to loosen when little matches.

    Raises:
        Unavailable: the index missed its deadline (retryable).
    """
    tenant = unit.scope.tenant
    hidden = await unit.relations.hidden()
    unhidden = question.query
    query = replace(unhidden, exclude_ids=tuple(sorted({*unhidden.exclude_ids, *hidden})))
    unknown = unknown_queries(query)
    asked_counts = [query, replace(query, strict=False), *unknown.values()]
    if hidden:
        asked_counts.append(replace(unhidden, strict=False))
    question = replace(question, query=query)
    # The index counts while our rows of what it found are read.
    counting = asyncio.create_task(index.count(asked_counts, tenant=tenant))
    try:
        candidates = await _search(unit, index, question, limit=_reach(question), strict=True)
        sure, total, *others = await counting
    finally:
        counting.cancel()
        await asyncio.wait([counting])
    unknown_counts = {name: count for name, count in zip(unknown, others, strict=False) if count}
    if len(candidates) < question.asked.limit and total > sure:
        candidates += await _possible(unit, index, question, candidates)
    if query.sort is Sort.RELEVANCE:
        candidates = ranked(candidates, rates=rates, now=unit.now)
    # Ordered by a number, only what is near the subject is listed, so only that is counted.
    shown_total = len(candidates) if _is_near(question) else total
    items = await _explained(unit, candidates[: question.asked.limit], question)
    looser: tuple[Relaxation, ...] = ()
    if total < question.asked.limit and (ways := looser_queries(query)):
        counts = await index.count([way.query for way in ways], tenant=tenant)
        looser = relaxations(ways, counts, found=total)
    return Found(items, shown_total, unknown_counts, max(0, others[-1] - total) if hidden else 0, looser)


def _is_near(question: Question) -> bool:
    return bool(question.query.topic) and question.query.sort is not Sort.RELEVANCE


def _reach(question: Question) -> int:
    """How many candidates are looked at: our own order may lift some, the index's order by a number is final."""
    limit = question.asked.limit
    if _is_near(question):
        return NEAR_TOPIC
    if question.query.sort is Sort.RELEVANCE:
        return min(_MOST_POOL, max(_LEAST_POOL, _POOL_PER_ROW * limit))
    return limit


async def _possible(
    unit: Unit, index: CreatorIndex, question: Question, certain: Sequence[Candidate]
) -> list[Candidate]:
    """When too few are surely within the bounds: those whose range straddles one."""
    seen = {candidate.creator.id for candidate in certain}
    wider = await _search(unit, index, question, limit=_reach(question) + len(seen), strict=False)
    return [replace(candidate, possible=True) for candidate in wider if candidate.creator.id not in seen]


async def _search(unit: Unit, index: CreatorIndex, question: Question, *, limit: int, strict: bool) -> list[Candidate]:
    query, tenant = replace(question.query, strict=strict), unit.scope.tenant
    if question.like is None:
        hits = await index.search(query, tenant=tenant, limit=limit)
    else:
        hits = await index.similar(question.like, query, tenant=tenant, limit=limit)
    rows = await unit.creators.by_ids([hit.id for hit in hits])
    # A creator the index still holds and our rows no longer do is not shown.
    return [Candidate(rows[hit.id], hit.relevance, named=_named(hit, query)) for hit in hits if hit.id in rows]


def _named(hit: Hit, query: CreatorQuery) -> float:
    """What a matching name added to the likeness."""
    if not query.names or query.sort is not Sort.RELEVANCE:
        return 0.0
    return max(0.0, hit.score - (hit.relevance or 0.0))


async def _explained(unit: Unit, candidates: Sequence[Candidate], question: Question) -> tuple[ShortlistItem, ...]:
    relations = await unit.relations.of([candidate.creator.id for candidate in candidates])
    return tuple(
        ShortlistItem(
            rank=place,
            creator=candidate.creator,
            reasons=reasons(
                candidate.creator,
                question.query,
                subjects=question.subjects,
                relation=relations.get(candidate.creator.id),
                now=unit.now,
            ),
            possible=candidate.possible,
            relation=relations.get(candidate.creator.id),
        )
        for place, candidate in enumerate(candidates, start=1)
    )
