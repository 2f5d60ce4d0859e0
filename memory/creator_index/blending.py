"""Merge what was found by meaning with what was found by name, and order by a number what a topic brought up. Pure."""

from collections.abc import Sequence

from memory.creator_index.engine import Found
from memory.creator_index.tokens import NameVector
from memory.domain.creator import Hit
from memory.domain.ids import CreatorId

NAME_BONUS = 1.0  # a whole name that matches outranks any likeness of meaning
TOPIC_SLACK = 0.25  # of those, the ones this close to the best; relative, because absolute likeness tells nothing


def by_meaning(found: Sequence[Found]) -> list[Hit]:
    """Hits in the order of likeness."""
    return [Hit(CreatorId(point.id), point.score, point.score) for point in found]


def by_name(found: Sequence[Found]) -> list[Hit]:
    """Hits in the order of shared name tokens."""
    return [Hit(CreatorId(point.id), point.score, None) for point in found]


def blend(meant: Sequence[Found], named: Sequence[Found], *, names: NameVector) -> list[Hit]:
    """Add to each likeness the share of the asked name that matched; a name match needs no likeness to count."""
    whole = sum(value * value for value in names.values) or 1.0
    bonus = {point.id: NAME_BONUS * min(1.0, point.score / whole) for point in named}
    likeness = {point.id: point.score for point in meant}
    least = min(likeness.values(), default=0.0)
    hits = [
        Hit(CreatorId(point), likeness.get(point, least) + bonus.get(point, 0.0), likeness.get(point))
        for point in likeness | bonus
    ]
    return sorted(hits, key=lambda hit: (-hit.score, hit.id))


def order_pool(pool: Sequence[Found], field: str, *, ascending: bool) -> list[Hit]:
    """Order what a topic brought up by a payload number; unknown numbers come last, the liker first."""
    if not pool:
        return []
    best = pool[0].score
    close = [point for point in pool if point.score >= best - TOPIC_SLACK]

    def place(point: Found) -> tuple[bool, int, float]:
        value = point.number(field)
        signed = 0 if value is None else value if ascending else -value
        return (value is None, signed, -point.score)

    return [Hit(CreatorId(point.id), point.score, point.score) for point in sorted(close, key=place)]
