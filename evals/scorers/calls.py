"""Is a planned list of calls right? In the manner of BFCL: names in order, then every argument against what is allowed.

The rules are written in `evals/cases/README.md`; this module is their only implementation. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeGuard

from pydantic import JsonValue

ANYTHING = "*"
TOLERANCE = 1e-6


@dataclass(frozen=True, slots=True)
class ExpectedCall:
    """What a call must look like; `accept` holds the values of a field that are as good (None: may be absent)."""

    name: str
    arguments: Mapping[str, JsonValue]
    accept: Mapping[str, Sequence[JsonValue]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MadeCall:
    """What a planner asked for."""

    name: str
    arguments: Mapping[str, JsonValue]


def right_tools(made: Sequence[MadeCall], expected: Sequence[ExpectedCall]) -> bool:
    """Whether the tools are the right ones in the right order."""
    return [call.name for call in made] == [call.name for call in expected]


def wrong_fields(made: Sequence[MadeCall], expected: Sequence[ExpectedCall]) -> list[str]:
    """Fields that are wrong, missing or too many, as `tool.field`; for calls of the right tools alone."""
    return [
        f"{call.name}.{name}"
        for call, wanted in zip(made, expected, strict=False)
        for name in sorted({*call.arguments, *wanted.arguments, *wanted.accept})
        if not _field_is_right(name, call, wanted)
    ]


def same(one: JsonValue, other: JsonValue) -> bool:
    """Equal as the cases understand it: text without case and outer spaces, near numbers, lists as sets."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if _is_number(one) and _is_number(other):
        return abs(one - other) <= TOLERANCE
    if isinstance(one, str) and isinstance(other, str):
        return _plain(one) == _plain(other)
    if isinstance(one, list) and isinstance(other, list):
        return _each_in(one, other) and _each_in(other, one)
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one is None and other is None


def _field_is_right(name: str, call: MadeCall, wanted: ExpectedCall) -> bool:
    allowed: list[JsonValue] = list(wanted.accept.get(name, ()))
    if name in wanted.arguments:
        allowed.append(wanted.arguments[name])
    if call.arguments.get(name) is None:
        return name not in wanted.arguments if not allowed else None in allowed
    return any(choice == ANYTHING or same(choice, call.arguments[name]) for choice in allowed if choice is not None)


def _is_number(value: JsonValue) -> TypeGuard[int | float]:
    return isinstance(value, int | float)


def _plain(text: str) -> str:
    return text.strip().removeprefix("@").casefold()


def _each_in(some: Sequence[JsonValue], others: Sequence[JsonValue]) -> bool:
    return all(any(same(one, other) for other in others) for one in some)
