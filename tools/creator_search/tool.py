"""Search creators, find more like one, and look at one. Results are shortlists, kept and current at once."""

from dataclasses import dataclass, replace

from memory.domain.creator import Creator, Relation, Shortlist, ShortlistItem, Sort
from memory.domain.errors import BadRequest
from memory.domain.money import RateTable
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.stores import CreatorIndex, Unit, Units
from tools.contract import Effect, Tool, TurnContext
from tools.creator_search.arguments import Filters, SearchCreatorsArgs, ShowCreatorArgs, SimilarCreatorsArgs
from tools.creator_search.asking import to_query
from tools.creator_search.criteria import LIKE, RATES_DAY, lay_over, starting_point
from tools.creator_search.finding import Question, ask, listed, under_our_rules
from tools.creator_search.gloss import in_english
from tools.naming import named_creators


@dataclass(frozen=True, slots=True)
class CreatorShown:
    """One creator's profile, with the brand's own view of it. `ranked`: its row of the current shortlist."""

    creator: Creator
    relation: Relation | None
    ranked: ShortlistItem | None = None


def search_creators(units: Units, index: CreatorIndex) -> Tool[SearchCreatorsArgs]:
    """Shortlist creators for one request of one brand."""

    async def run(args: SearchCreatorsArgs, turn: TurnContext) -> Shortlist:
        """At most `limit` creators, best first; none is an answer, not an error.

        Raises:
            BadRequest: the workspace has no creators yet ("no_creators_yet"), or an unknown currency.
            Unavailable: the index missed its deadline (retryable).
        """
        async with units.unit(turn.scope) as unit:
            last = await unit.shortlists.current(turn.conversation) if args.refine else None
            asked = await _with_preferences(unit, args, last, refine=args.refine)
            rates = await unit.knowledge.rates()
            question = await _question(unit, asked, rates)
        return await _shortlist(units, index, question, turn, rates=rates)

    about = (
        "Find creators by subject, market, size, sales and more. `topic` is the subject alone, without filters. "
        "`refine` changes the last search instead of starting anew."
    )
    return Tool("search_creators", Effect.READS, SearchCreatorsArgs, run, about)


def similar_creators(units: Units, index: CreatorIndex) -> Tool[SimilarCreatorsArgs]:
    """Shortlist creators like one."""

    async def run(args: SimilarCreatorsArgs, turn: TurnContext) -> Shortlist:
        """At most `limit` creators like the one named, most alike first, itself left out.

        Raises:
            BadRequest: no creator named, or the rank is not on the current shortlist.
            NotFound: no such creator, or it is not in the index yet.
            Unavailable: the index missed its deadline (retryable).
        """
        async with units.unit(turn.scope) as unit:
            model = await _named(unit, turn, handle=args.handle, rank=args.rank)
            asked = await _with_preferences(unit, args, None, refine=False)
            rates = await unit.knowledge.rates()
            question = await _question(unit, asked, rates, like=model)
        return await _shortlist(units, index, question, turn, rates=rates, like=model)

    about = "Find creators like one, named by handle or by rank of the current shortlist; filters narrow it."
    return Tool("similar_creators", Effect.READS, SimilarCreatorsArgs, run, about)


def show_creator(units: Units) -> Tool[ShowCreatorArgs]:
    """Show one creator's profile."""

    async def run(args: ShowCreatorArgs, turn: TurnContext) -> CreatorShown:
        """The creator named. Raises BadRequest and NotFound as `similar_creators`."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            creator = await _named(unit, turn, handle=args.handle, rank=args.rank)
            relations = await unit.relations.of([creator.id])
            current = await unit.shortlists.current(turn.conversation)
            rows = current.items if current is not None else ()
            ranked = next((item for item in rows if item.creator.id == creator.id), None)
            return CreatorShown(creator, relations.get(creator.id), ranked)

    about = (
        "Show everything known of one creator, named by handle or by rank of the current shortlist, "
        "and why they stand where they do in it."
    )
    return Tool("show_creator", Effect.READS, ShowCreatorArgs, run, about)


async def _named(unit: Unit, turn: TurnContext, *, handle: str | None, rank: int | None) -> Creator:
    if handle is None and rank is None:
        raise BadRequest("creator_not_named")
    ranks = () if rank is None or handle is not None else (rank,)
    [creator, *_] = await named_creators(unit, turn, ranks=ranks, handles=() if handle is None else (handle,))
    return creator


async def _with_preferences(unit: Unit, said: Filters, last: Shortlist | None, *, refine: bool) -> Filters:
    """The member's preferences, or the last criteria to refine, under what the message says."""
    preferences = [] if last is not None else [kept.criteria for kept in await unit.preferences.all()]
    base = starting_point(preferences, last, refine=refine)
    named = said.model_dump(mode="json", exclude_unset=True, exclude={"refine", "handle", "rank"})
    return Filters.model_validate(lay_over(base, named, refine=refine))


async def _question(unit: Unit, asked: Filters, rates: RateTable, *, like: Creator | None = None) -> Question:
    subject = in_english(asked.topic or "")
    query = await under_our_rules(unit, asked, to_query(asked, topic=subject, rates=rates, now=unit.now))
    if like is not None:
        query = replace(query, sort=Sort.RELEVANCE)
    elif query.sort is not Sort.RELEVANCE and query.categories:
        # The category filter says the subject already; an order by a number is then over every match.
        query = replace(query, topic="")
    hidden = frozenset(await unit.relations.hidden())
    subjects = tuple(dict.fromkeys(filter(None, (asked.topic, subject))))
    return Question(query, hidden, asked, subjects, like.id if like is not None else None)


async def _shortlist(
    units: Units,
    index: CreatorIndex,
    question: Question,
    turn: TurnContext,
    *,
    rates: RateTable,
    like: Creator | None = None,
) -> Shortlist:
    """Ask the index, with no transaction open meanwhile, and keep what it found as the conversation's list."""
    answered = await ask(index, question, tenant=turn.scope.tenant)
    criteria = question.asked.criteria()
    if question.asked.gmv_30d is not None or question.asked.avg_price is not None:
        criteria[RATES_DAY] = rates.day.isoformat()
    if like is not None:
        criteria[LIKE] = like.handle
    async with units.unit(turn.scope, fence=turn.fence) as unit:
        # Counting every row costs more than the search itself, so only an empty answer asks.
        if answered.total == 0 and await unit.creators.count() == 0:
            raise BadRequest("no_creators_yet")
        items = await listed(unit, question, answered, rates=rates)
        rows = [NewShortlistItem(item.creator.id, item.reasons, item.possible) for item in items]
        kept = await unit.shortlists.add(turn.conversation, rows, total=answered.total, criteria=criteria)
        if await unit.first_time(turn.occasion):
            await unit.counters.bump("searches")
    return Shortlist(
        id=kept,
        items=items,
        total=answered.total,
        criteria=criteria,
        unknown=answered.unknown,
        relaxations=answered.relaxations,
        hidden=answered.hidden,
    )
