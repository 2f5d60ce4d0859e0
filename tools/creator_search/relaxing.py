"""When few match: which condition cost most, and the nearest looser ones worth offering. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from memory.domain.creator import Bounds, CreatorQuery, Relaxation
from tools.creator_search.asking import ARGUMENTS

OFFERED = 3
_STEP = 2  # a bound is offered doubled or halved
_DROPPABLE: Mapping[str, str] = {
    "categories": "categories",
    "markets": "markets",
    "languages": "languages",
    "content": "content",
    "audience_gender": "audience_gender",
    "audience_age": "audience_age",
    "has_email": "has_email",
    "active_since": "active_within_days",
}


@dataclass(frozen=True, slots=True)
class Looser:
    """One way to ask for less. `argument` is the tool's; bounds are in the index's units, both None: dropped."""

    argument: str
    query: CreatorQuery
    low: int | None = None
    high: int | None = None

    @property
    def is_dropped(self) -> bool:
        """Whether the condition is gone altogether."""
        return self.low is None and self.high is None


def looser_queries(query: CreatorQuery) -> list[Looser]:
    """Every condition loosened a step, and every condition dropped."""
    loose = replace(query, strict=False)
    ways: list[Looser] = []
    for field, bounds in query.bounds.items():
        wider = Bounds(
            None if bounds.low is None else bounds.low // _STEP,
            None if bounds.high is None else bounds.high * _STEP,
        )
        widened = replace(loose, bounds={**loose.bounds, field: wider})
        ways.append(Looser(ARGUMENTS[field], widened, wider.low, wider.high))
        ways.append(Looser(ARGUMENTS[field], loose.without(field)))
    blank = CreatorQuery()
    ways += [
        Looser(argument, loose.without(name))
        for name, argument in _DROPPABLE.items()
        if getattr(query, name) != getattr(blank, name)
    ]
    return ways


def relaxations(ways: Sequence[Looser], counts: Sequence[int], *, found: int) -> tuple[Relaxation, ...]:
    """The condition whose absence would help most, then steps that help, the most helpful first.

    A step is preferred to dropping the same condition altogether, unless that condition is the costliest.
    """
    helping = sorted(
        ((way, count) for way, count in zip(ways, counts, strict=True) if count > found),
        key=lambda pair: -pair[1],
    )
    dropped = [(way, count) for way, count in helping if way.is_dropped]
    stepped = {way.argument for way, _ in helping if not way.is_dropped}
    nearest = [(way, count) for way, count in helping if not way.is_dropped or way.argument not in stepped]
    chosen = dropped[:1] + [pair for pair in nearest if pair not in dropped[:1]]
    return tuple(Relaxation(way.argument, count, way.low, way.high) for way, count in chosen[:OFFERED])
