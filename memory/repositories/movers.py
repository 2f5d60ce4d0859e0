"""Which groups moved most from one period to another, ranked in the database: of thousands, a few are read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final

from sqlalchemy import Numeric, Select, SQLColumnExpression, and_, case, cast, func, literal, or_, select

from memory.domain.performance import GroupBy, Metric
from memory.repositories.report_sums import MONEY, Frame
from memory.repositories.sale_sums import Facts, facts, key_column, narrowed, table_place
from memory.tenancy import ScopedSession

# What of a day's sums a change is a change of. A refund rate moves by refunds, each side weighed by its sales.
_MADE_OF: Final[Mapping[Metric, Mapping[str, int]]] = {
    Metric.GMV: {"gross": 1},
    Metric.NET: {"gross": 1, "refunded": -1},
    Metric.REFUNDS: {"refunded": 1},
    Metric.REFUND_RATE: {"refunded": 1},
    Metric.ORDERS: {"orders": 1},
    Metric.UNITS: {"units": 1},
    Metric.COMMISSION: {"commission": 1, "provisional": 1},
    Metric.PROVISIONAL_COMMISSION: {"provisional": 1},
}
RANKED: Final = frozenset(_MADE_OF)
_EXACT: Final = Numeric(60, 30)


@dataclass(frozen=True, slots=True)
class Sides:
    """Two periods of one question, and what one minor unit or order of each counts for."""

    now: Frame
    then: Frame
    weights: tuple[Fraction, Fraction] = (Fraction(1), Fraction(1))


async def moved_most(session: ScopedSession, sides: Sides, *, by: GroupBy, of: Metric, most: int) -> list[object]:
    """Keys of the groups that moved most, the largest change first; amounts by the rates that reports go by."""
    now, then = facts(sides.now.period, zone=sides.now.zone), facts(sides.then.period, zone=sides.then.zone)
    either = replace(now, during=(or_(and_(*now.during), and_(*then.during)),))
    factor = await _factor(session, sides.now, either) if set(_MADE_OF[of]) & MONEY else None
    value: Any = sum(sign * now.parts[name] for name, sign in _MADE_OF[of].items())
    value = value if factor is None else value * factor
    parts = [
        func.coalesce(func.sum(value).filter(*side.during), 0) * _number(weight)
        for side, weight in zip((now, then), sides.weights, strict=True)
    ]
    key = key_column(by, now.columns)
    ranked = select(key).group_by(key).order_by(func.abs(parts[0] - parts[1]).desc(), key).limit(most)
    return list(await session.scalars(_of(ranked, either, sides.now)))


async def _factor(session: ScopedSession, frame: Frame, of: Facts) -> SQLColumnExpression[Any] | None:
    """What a line's minor unit is worth in the report's currency; None where all of them are in it."""
    place, currency = (
        table_place(of.columns["day"], [table.day for table in frame.exchange.tables]),
        of.columns["currency"],
    )
    found = (await session.execute(_of(select(currency, place).distinct(), of, frame))).all()
    if all(own == frame.exchange.currency for own, _ in found):
        return None
    worth = [
        (and_(currency == own, place == at), _number(frame.exchange.factor(own, at) or Fraction(0)))
        for own, at in found
    ]
    return case(*worth, else_=_number(Fraction(0)))


def _of(statement: Select[Any], of: Facts, frame: Frame) -> Select[Any]:
    return narrowed(statement, of, frame.query.filters, frame.brands)


def _number(exact: Fraction) -> SQLColumnExpression[Any]:
    return cast(literal(Decimal(exact.numerator) / Decimal(exact.denominator), _EXACT), _EXACT)
