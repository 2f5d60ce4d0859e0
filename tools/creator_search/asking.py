"""A member's conditions as the index understands them: amounts in US cents, fractions in basis points. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from memory.domain.creator import Bounds, CreatorQuery
from memory.domain.money import BASIS_POINTS, Money, RateTable
from tools.creator_search.arguments import CountBounds, Filters, MoneyBounds, ShareBounds, ShareFloor

# The argument that bounds each number of the index.
ARGUMENTS: dict[str, str] = {
    "followers": "followers",
    "gmv_30d": "gmv_30d",
    "avg_price": "avg_price",
    "avg_views": "avg_views",
    "engagement_bp": "engagement_rate",
    "commission_bp": "commission_rate",
    "fulfilment_bp": "fulfilment_rate",
}
_MARKED_NAME = re.compile(r"[@#][\w.]+")
_LATIN_WORD = re.compile(r"[A-Za-z][\w&'.-]{2,}")
_CJK = re.compile(r"[\u3400-\u9fff]")


def to_query(asked: Filters, *, topic: str, rates: RateTable, now: datetime) -> CreatorQuery:
    """Translate conditions; `topic` is the subject in the words to be embedded.

    Raises:
        BadRequest: the rate table does not know a currency (not retryable).
    """
    active = asked.active_within_days
    return CreatorQuery(
        topic=topic,
        names=names_in(asked.topic or ""),
        categories=asked.categories,
        markets=asked.markets,
        languages=asked.languages,
        bounds=_all_bounds(asked, rates),
        content=asked.content,
        audience_gender=asked.audience_gender,
        audience_age=asked.audience_age,
        has_email=asked.has_email,
        active_since=now - timedelta(days=active) if active else None,
        sort=asked.sort,
        ascending=asked.ascending,
    )


def names_in(topic: str) -> tuple[str, ...]:
    """Handles, hashtags and brand words of a subject: marked with @ or #, Latin amid Chinese, or capitalised."""
    marked = _MARKED_NAME.findall(topic)
    words = _LATIN_WORD.findall(_MARKED_NAME.sub(" ", topic))
    brands = words if _CJK.search(topic) else [word for word in words if any(sign.isupper() for sign in word)]
    return tuple(dict.fromkeys([*marked, *brands]))


def unknown_queries(query: CreatorQuery) -> dict[str, CreatorQuery]:
    """For each bounded number: everything else as asked, and that number unknown. Keyed by argument."""
    return {ARGUMENTS[field]: replace(query.without(field), unknown=(field,), strict=False) for field in query.bounds}


def _all_bounds(asked: Filters, rates: RateTable) -> dict[str, Bounds]:
    bounds: dict[str, Bounds] = {}
    for field, argument in ARGUMENTS.items():
        given = getattr(asked, argument)
        translated = _bounds(given, rates)
        if translated != Bounds():
            bounds[field] = translated
    return bounds


def _bounds(given: CountBounds | MoneyBounds | ShareBounds | ShareFloor | None, rates: RateTable) -> Bounds:
    match given:
        case None:
            return Bounds()
        case CountBounds():
            return Bounds(given.min, given.max)
        case MoneyBounds():
            return Bounds(_cents(given.min, given.currency, rates), _cents(given.max, given.currency, rates))
        case ShareFloor():
            return Bounds(low=_basis_points(given.min, ROUND_CEILING))
        case ShareBounds():
            return Bounds(_basis_points(given.min, ROUND_CEILING), _basis_points(given.max, ROUND_FLOOR))


def _cents(amount: float | None, currency: str, rates: RateTable) -> int | None:
    if amount is None:
        return None
    return rates.convert(Money.of(str(amount), currency).minor, source=currency, target="USD")


def _basis_points(share: float | None, rounding: str) -> int | None:
    if share is None:
        return None
    return int((Decimal(str(share)) * BASIS_POINTS).to_integral_value(rounding))


def excluded_handles(asked: Filters) -> Sequence[str]:
    """Handles that must not come back, lower case."""
    return [handle.lower() for handle in asked.exclude_handles]
