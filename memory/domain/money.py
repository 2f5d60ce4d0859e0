"""Money as whole minor units, shares as basis points, and a dated exchange table. Never a float."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from memory.domain.errors import BadRequest

BASIS_POINTS = 10_000
_NO_MINOR_UNIT = frozenset({"JPY", "KRW", "VND", "CLP"})


_SIGNS = {
    "USD": "$", "GBP": "£", "EUR": "€", "CAD": "C$", "MXN": "MX$", "BRL": "R$", "JPY": "JP¥", "CNY": "CN¥", "IDR": "Rp",
    "MYR": "RM", "THB": "฿", "VND": "₫", "PHP": "₱", "SGD": "S$",
}  # fmt: skip


def sign(currency: str) -> str:
    """What stands before an amount on every surface and in both languages; a currency without one goes by its code."""
    return _SIGNS.get(currency, f"{currency} ")


def exponent(currency: str) -> int:
    """Digits after the decimal point of a currency's minor unit (ISO 4217)."""
    return 0 if currency in _NO_MINOR_UNIT else 2


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (cents) of an ISO 4217 currency."""

    minor: int
    currency: str = "USD"

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str = "USD") -> "Money":
        """Read a decimal amount in major units; halves of a minor unit round to even."""
        scaled = Decimal(amount).scaleb(exponent(currency))
        return cls(int(scaled.to_integral_value(ROUND_HALF_EVEN)), currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exact."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))


@dataclass(frozen=True, slots=True)
class Span:
    """A whole number known exactly (low == high) or as a platform's range, bounds inclusive."""

    low: int
    high: int

    @classmethod
    def exactly(cls, value: int) -> "Span":
        """A number known exactly."""
        return cls(value, value)

    @property
    def is_exact(self) -> bool:
        """Whether one number is known rather than a range."""
        return self.low == self.high

    @property
    def middle(self) -> int:
        """The midpoint, rounded down; what ranking uses for a range."""
        return (self.low + self.high) // 2


@dataclass(frozen=True, slots=True)
class MoneySpan:
    """Money known exactly or as a platform's range, in minor units of one currency."""

    low: int
    high: int
    currency: str = "USD"

    @classmethod
    def exactly(cls, money: Money) -> "MoneySpan":
        """An amount known exactly."""
        return cls(money.minor, money.minor, money.currency)

    @property
    def middle(self) -> Money:
        """The midpoint, rounded down."""
        return Money((self.low + self.high) // 2, self.currency)


@dataclass(frozen=True, slots=True)
class RateTable:
    """Units of each currency per one US dollar on a day; the day is shown wherever a conversion is."""

    day: date
    per_usd: Mapping[str, Decimal]

    def convert(self, minor: int, *, source: str, target: str) -> int:
        """Convert minor units between currencies; halves round to even.

        Raises:
            BadRequest: the table does not know a currency (not retryable).
        """
        if source == target:
            return minor
        missing = next((code for code in (source, target) if code not in self.per_usd), None)
        if missing:
            raise BadRequest("unknown_currency", currency=missing)
        dollars = Decimal(minor).scaleb(-exponent(source)) / self.per_usd[source]
        return int((dollars * self.per_usd[target]).scaleb(exponent(target)).to_integral_value(ROUND_HALF_EVEN))


def worth(amount: Money | None, *, currency: str, rates: RateTable) -> int | None:
    """An amount in minor units of a currency; None when there is none, or a currency is not in the table."""
    if amount is None:
        return None
    try:
        return rates.convert(amount.minor, source=amount.currency, target=currency)
    except BadRequest:
        return None


def split(total: Money, weights: list[int]) -> list[Money]:
    """Share `total` by weights so that the parts sum to the whole (largest remainder, first wins ties)."""
    whole = sum(weights)
    exact = [divmod(total.minor * weight, whole) for weight in weights]
    shares = [share for share, _ in exact]
    order = sorted(range(len(weights)), key=lambda place: -exact[place][1])
    for place in order[: total.minor - sum(shares)]:
        shares[place] += 1
    return [Money(share, total.currency) for share in shares]
