"""How well a creator sells, as one number: what orders an answer to a question without a topic."""

import math
from collections.abc import Mapping

from memory.domain.money import Span

MOST = 10_000
_SALES_AT_FULL = 5_000_000  # US cents in 30 days: 50,000 dollars and more count as full
_WEIGHTS: Mapping[str, float] = {"gmv_30d": 0.6, "fulfilment_bp": 0.25, "engagement_bp": 0.15}
_ENGAGEMENT_AT_FULL = 1_000
_FULFILMENT_AT_FULL = 10_000
_NOTHING_KNOWN = 0.35  # below the middle: a creator nobody knows anything of does not lead a list


def sales_share(gmv_cents: int) -> float:
    """Map a month's sales to 0-1 on a logarithmic scale: a tenfold seller is a step better, not ten times."""
    return min(1.0, math.log1p(max(0, gmv_cents)) / math.log1p(_SALES_AT_FULL))


def engagement_share(basis_points: int) -> float:
    """Map an engagement rate to 0-1; ten percent and more count as full."""
    return min(1.0, basis_points / _ENGAGEMENT_AT_FULL)


def fulfilment_share(basis_points: int) -> float:
    """Map a fulfilment rate to 0-1."""
    return min(1.0, basis_points / _FULFILMENT_AT_FULL)


def standing(numbers: Mapping[str, Span]) -> int:
    """Weigh what is known, 0 to MOST; what is unknown is left out and the rest weighs more."""
    known = {
        name: share(numbers[name].middle)
        for name, share in (
            ("gmv_30d", sales_share),
            ("fulfilment_bp", fulfilment_share),
            ("engagement_bp", engagement_share),
        )
        if name in numbers
    }
    if not known:
        return int(MOST * _NOTHING_KNOWN)
    weight = sum(_WEIGHTS[name] for name in known)
    return round(MOST * sum(_WEIGHTS[name] * share for name, share in known.items()) / weight)
