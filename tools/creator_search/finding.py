"""Find creators for one question: the index by meaning and facts, our own rows for the brand's rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from memory.domain.creator import NEAR_TOPIC, CreatorQuery, Hit, Relaxation, ShortlistItem, Sort
from memory.domain.ids import CreatorId, TenantId
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
class Question:
    """One search: the translated query, whom the brand never sees, what was asked, and how the subject is worded."""

    query: CreatorQuery
    hidden: frozenset[CreatorId]
    asked: Filters
    subjects: tuple[str, ...]
    like: CreatorId | None = None

    @property
    def is_near(self) -> bool:
        """Whether a subject is ordered by a number: then what is near it is all there is."""
        return bool(self.query.topic) and self.query.sort is not Sort.RELEVANCE


@dataclass(frozen=True, slots=True)
class Answered:
    """What the index said: who is surely and who only possibly within the bounds, best first, and the counts."""

    sure: Sequence[Hit]
    possible: Sequence[Hit]
    total: int
    unknown: dict[str, int]
    hidden: int
    relaxations: tuple[Relaxation, ...]


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


async def ask(index: CreatorIndex, question: Question, *, tenant: TenantId) -> Answered:
    """Search, count what is unknown or hidden, and what a looser question would bring when little matches.

    The index is another process, perhaps another machine: call it with no transaction open.

    Raises:
        Unavailable: the index missed its deadline (retryable).
    """
    everybody, limit = question.query, question.asked.limit
    query = replace(everybody, exclude_ids=tuple(sorted({*everybody.exclude_ids, *question.hidden})))
    question = replace(question, query=query)
    unknown = unknown_queries(query)
    asked = [query, replace(query, strict=False), *unknown.values()]
    if question.hidden:
        asked.append(replace(everybody, strict=False))
    sure, matching, *others = await index.count(asked, tenant=tenant)
    hits: Sequence[Hit] = ()
    if sure:
        hits = await _search(index, question, tenant=tenant, limit=_reach(question), strict=True)
    possible: list[Hit] = []
    if len(hits) < limit and matching > sure:
        seen = {hit.id for hit in hits}
        wider = await _search(index, question, tenant=tenant, limit=_reach(question) + len(seen), strict=False)
        possible = [hit for hit in wider if hit.id not in seen]
    looser: tuple[Relaxation, ...] = ()
    if matching < limit and (ways := looser_queries(query)):
        counts = await index.count([way.query for way in ways], tenant=tenant)
        looser = relaxations(ways, counts, found=matching)
    return Answered(
        sure=hits,
        possible=possible,
        total=len(hits) + len(possible) if question.is_near else matching,
        unknown={name: count for name, count in zip(unknown, others, strict=False) if count},
        hidden=max(0, others[-1] - matching) if question.hidden else 0,
        relaxations=looser,
    )


def _reach(question: Question) -> int:
    """How many candidates are looked at: our own order may lift some, the index's order by a number is final."""
    limit = question.asked.limit
    if question.is_near:
        return NEAR_TOPIC
    if question.query.sort is Sort.RELEVANCE:
        return min(_MOST_POOL, max(_LEAST_POOL, _POOL_PER_ROW * limit))
    return limit


async def _search(
    index: CreatorIndex, question: Question, *, tenant: TenantId, limit: int, strict: bool
) -> Sequence[Hit]:
    query = replace(question.query, strict=strict)
    if question.like is not None:
        return await index.similar(question.like, query, tenant=tenant, limit=limit)
    return await index.search(query, tenant=tenant, limit=limit)


async def listed(unit: Unit, question: Question, answered: Answered, *, rates: RateTable) -> tuple[ShortlistItem, ...]:
    """The rows of an answer in the order a seller reads them, each with its reasons."""
    hits = [(hit, False) for hit in answered.sure] + [(hit, True) for hit in answered.possible]
    ordered = question.query.sort is not Sort.RELEVANCE
    if ordered:
        hits = hits[: question.asked.limit]
    rows = await unit.creators.by_ids([hit.id for hit, _ in hits])
    # A creator the index still holds and our rows no longer do is not shown.
    candidates = [
        Candidate(rows[hit.id], hit.relevance, named=_named(hit, question.query), possible=possible)
        for hit, possible in hits
        if hit.id in rows
    ]
    if not ordered:
        candidates = ranked(candidates, rates=rates, now=unit.now)
    return await _explained(unit, candidates[: question.asked.limit], question)


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
