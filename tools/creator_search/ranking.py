"""Order candidates by what a seller weighs: fit, sales, fulfilment, freshness. Pure.

What is unknown of a creator is left out and the rest weighs more: unknown is not bad. Weights sum to one.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush

from memory.creator_index.standing import fulfilment_share, sales_share
from memory.domain.creator import Creator
from memory.domain.money import RateTable

WEIGHTS: Mapping[str, float] = {"relevance": 0.6, "sales": 0.2, "fulfilment": 0.12, "freshness": 0.08}
RELEVANCE_SLACK = 0.3  # this much less like the subject than the best of the list counts as not like it at all
FRESH_DAYS = 7
STALE_DAYS = 90
SAME_KIND_COST = 0.012  # for each one above of the same market, first category and size
SAME_WORDS_COST = 0.2  # a bio that repeats one above word for word: an agency's copy
_SIZES = (10_000, 100_000, 1_000_000)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A creator found. `relevance` None: no subject. `named`: how far a name asked for matched."""

    creator: Creator
    relevance: float | None
    named: float = 0.0
    possible: bool = False


def ranked(candidates: Sequence[Candidate], *, rates: RateTable, now: datetime) -> list[Candidate]:
    """Best first and unlike ones mixed; those only possibly within the bounds come after all that surely are."""
    sure = [candidate for candidate in candidates if not candidate.possible]
    maybe = [candidate for candidate in candidates if candidate.possible]
    best = max((candidate.relevance for candidate in candidates if candidate.relevance is not None), default=None)

    def worth(candidate: Candidate) -> float:
        return _weigh(_shares(candidate, best=best, rates=rates, now=now)) + candidate.named

    return _mixed(sure, worth) + _mixed(maybe, worth)


def _weigh(shares: Mapping[str, float]) -> float:
    weight = sum(WEIGHTS[name] for name in shares)
    return sum(WEIGHTS[name] * share for name, share in shares.items()) / weight if weight else 0.0


def _shares(candidate: Candidate, *, best: float | None, rates: RateTable, now: datetime) -> dict[str, float]:
    facts = candidate.creator.facts
    shares: dict[str, float] = {}
    if best is not None:
        shortfall = RELEVANCE_SLACK if candidate.relevance is None else best - candidate.relevance
        shares["relevance"] = max(0.0, 1.0 - shortfall / RELEVANCE_SLACK)
    if facts.gmv_30d is not None and facts.gmv_30d.currency in {"USD", *rates.per_usd}:
        middle = facts.gmv_30d.middle
        shares["sales"] = sales_share(rates.convert(middle.minor, source=middle.currency, target="USD"))
    if facts.fulfilment_bp is not None:
        shares["fulfilment"] = fulfilment_share(facts.fulfilment_bp.middle)
    if facts.last_active_at is not None:
        days = (now - facts.last_active_at).days
        shares["freshness"] = min(1.0, max(0.0, (STALE_DAYS - days) / (STALE_DAYS - FRESH_DAYS)))
    return shares


@dataclass(frozen=True, slots=True)
class _Weighed:
    value: float
    candidate: Candidate
    kind: tuple[str | None, str | None, int]
    words: str


def _mixed(candidates: Sequence[Candidate], worth: Callable[[Candidate], float]) -> list[Candidate]:
    """Take the best again and again, each time a little less of what has been taken already."""
    weighed = [_Weighed(worth(each), each, _kind(each), _words(each)) for each in candidates]
    weighed.sort(key=lambda each: (-each.value, each.candidate.creator.id))
    kinds: Counter[tuple[str | None, str | None, int]] = Counter()
    words = {""}
    taken: list[Candidate] = []

    def cost(each: _Weighed) -> float:
        copied = SAME_WORDS_COST if each.words and each.words in words else 0.0
        return copied + SAME_KIND_COST * min(5, kinds[each.kind]) - each.value

    # What one costs only ever rises, so the cheapest as it was is the cheapest as it is, if it still costs the same.
    waiting = [(-each.value, place) for place, each in enumerate(weighed)]
    while waiting:
        then, place = heappop(waiting)
        best = weighed[place]
        now = cost(best)
        if now > then:
            heappush(waiting, (now, place))
            continue
        kinds[best.kind] += 1
        words.add(best.words)
        taken.append(best.candidate)
    return taken


def _kind(candidate: Candidate) -> tuple[str | None, str | None, int]:
    facts = candidate.creator.facts
    followers = facts.followers.middle if facts.followers else 0
    return facts.market, facts.categories[0] if facts.categories else None, sum(followers >= size for size in _SIZES)


def _words(candidate: Candidate) -> str:
    return " ".join(candidate.creator.facts.bio.casefold().split())
