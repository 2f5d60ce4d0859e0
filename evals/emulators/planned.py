"""Planned faults: by endpoint, by number of the call, by times, or by chance with a fixed seed."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase
from random import Random
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Kind = TypeVar("Kind", bound=StrEnum)


class Planned(BaseModel, Generic[Kind]):
    """When a fault strikes.

    `endpoint` is a pattern. `calls` names calls by number, counted from 1 when the fault is planned; without them it
    strikes `times` times (0: for ever), each time with `probability`; with `every` each so-and-so-manieth call alone.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Kind
    endpoint: str = "*"
    calls: tuple[int, ...] = ()
    every: int = Field(default=1, ge=1)
    times: int = Field(default=1, ge=0)
    probability: float = Field(default=1.0, ge=0.0, le=1.0)


AnyFault = TypeVar("AnyFault", bound=Planned[Any])


@dataclass(frozen=True, slots=True)
class Struck(Generic[Kind]):
    """A fault that has struck a call of an endpoint."""

    kind: Kind
    endpoint: str


@dataclass(slots=True)
class _Plan(Generic[AnyFault]):
    fault: AnyFault
    seen: int = 0
    struck: int = 0


class Plans(Generic[Kind, AnyFault]):
    """The plan. Chance comes from the seed, so a run can be repeated. `struck`: what has struck so far, in order."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._plans: list[_Plan[AnyFault]] = []
        self.struck: list[Struck[Kind]] = []

    def add(self, fault: AnyFault) -> None:
        """Plan one more."""
        self._plans.append(_Plan(fault))

    def clear(self) -> None:
        """Nothing goes wrong any more."""
        self._plans.clear()

    def due(self, endpoint: str, kinds: AbstractSet[Kind]) -> dict[Kind, AnyFault]:
        """What strikes this call, by kind; the call is counted."""
        struck: dict[Kind, AnyFault] = {}
        for plan in self._plans:
            if plan.fault.kind in kinds and fnmatchcase(endpoint, plan.fault.endpoint) and self._strikes(plan):
                struck.setdefault(plan.fault.kind, plan.fault)
        self.struck += [Struck(kind, endpoint) for kind in struck]
        return struck

    def _strikes(self, plan: _Plan[AnyFault]) -> bool:
        fault = plan.fault
        plan.seen += 1
        if fault.calls:
            return plan.seen in fault.calls
        if plan.seen % fault.every or (fault.times and plan.struck >= fault.times):
            return False
        if fault.probability < 1.0 and self._rng.random() >= fault.probability:
            return False
        plan.struck += 1
        return True
