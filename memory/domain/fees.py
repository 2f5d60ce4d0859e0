"""What a platform takes of a sale, by market and day. Pure; without a known rate it is unknown, not free."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from memory.domain.money import BASIS_POINTS


@dataclass(frozen=True, slots=True)
class Fee:
    """A referral fee since a day, of what the customer paid less refunds.

    `kept_bp`: the share of the fee that is kept of a refund, at most `kept_most` minor units a line.
    """

    since: date
    rate_bp: int
    kept_bp: int = 0
    kept_most: int = 0


# Source: https://seller-us.tiktok.com/university/essay?knowledge_id=5982454398175018, read 2026-11-20. Elsewhere fees
# differ by category or are not published in one place: unknown until somebody reads them from the market's own page.
FEES: Final[dict[str, tuple[Fee, ...]]] = {
    "US": (Fee(date(2024, 4, 1), 600, kept_bp=2000, kept_most=500),),
}


def fee_of(market: str, day: date, *, gross: int, refunded: int) -> int | None:
    """The fee of a line in minor units, halves up; None where no rate is known."""
    rate = next((fee for fee in reversed(FEES.get(market, ())) if fee.since <= day), None)
    if rate is None:
        return None
    kept = min(_share(_share(refunded, rate.rate_bp), rate.kept_bp), rate.kept_most)
    return _share(gross - refunded, rate.rate_bp) + kept


def _share(amount: int, share_bp: int) -> int:
    return (2 * amount * share_bp + BASIS_POINTS) // (2 * BASIS_POINTS)
