"""Callbacks on their way: as often and in the order that faults say, 5 s to answer, three attempts in all."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass, field
from typing import ClassVar, Generic, TypeVar

import httpx

from evals.emulators.wecom.calling import (
    ATTEMPT_SECONDS,
    BOMB,
    HUGE_BYTES,
    MOST_ATTEMPTS,
    OK,
    URL_CHECK_SECONDS,
    Attempt,
    Calling,
    UrlCheck,
)
from evals.emulators.wecom.core.faults import ATTEMPTS, ORDER, Fault, FaultKind
from evals.emulators.wecom.platform import Platform

Struck = dict[FaultKind, Fault]


@dataclass(slots=True, kw_only=True)
class OnItsWay:
    """One callback. `reply`: words that were shown as the answer to it; `problem`: what was wrong with the answer."""

    attempts: list[Attempt] = field(default_factory=list)
    over: bool = False
    reply: str = ""
    problem: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether an attempt was answered with 200."""
        return any(attempt.status == OK for attempt in self.attempts)


D = TypeVar("D", bound=OnItsWay)


@dataclass(slots=True, eq=False)
class Delivering(ABC, Generic[D]):
    """Callbacks of one kind. `endpoint`: how faults name them."""

    endpoint: ClassVar[str]

    platform: Platform
    calling: Calling
    deliveries: list[D] = field(default_factory=list, kw_only=True)
    _held: list[D] = field(default_factory=list, kw_only=True)

    @abstractmethod
    def request(self, delivery: D, struck: Struck) -> httpx.Request:
        """One attempt: sealed anew."""

    @abstractmethod
    def take(self, delivery: D, body: str) -> str:
        """Carry out what an attempt was answered with; what is wrong with it, or nothing."""

    @abstractmethod
    def give_up(self, delivery: D) -> None:
        """No attempt was answered as it should be, or the answer was wrong."""

    def release(self) -> None:
        """Send what a fault still holds back, the latest first."""
        held, self._held = self._held, []
        for delivery in reversed(held):
            self.calling.start(self._run(delivery))

    def again(self, delivery: D) -> D:
        """Deliver the same callback once more, long after."""
        made = _anew(delivery)
        self.deliveries.append(made)
        self.calling.start(self._run(made))
        return made

    def send(self, delivery: D) -> None:
        """Deliver it, as often and in the order that faults say."""
        struck = self.platform.faults.due(self.endpoint, ORDER)
        copies = struck[FaultKind.DUPLICATE_CALLBACK].copies if FaultKind.DUPLICATE_CALLBACK in struck else 1
        made = [delivery, *(_anew(delivery) for _ in range(copies - 1))]
        self.deliveries += made
        if FaultKind.REORDER_CALLBACKS in struck:
            self._held += made
            return
        held, self._held = self._held, []
        self.calling.start(self._run_before(made, held))

    def post(self, url: str, query: Mapping[str, str], body: str, struck: Struck) -> httpx.Request:
        """The call of an attempt, its body as faults would have it."""
        content = BOMB if FaultKind.XML_BOMB in struck else body
        content += " " * HUGE_BYTES if FaultKind.HUGE_BODY in struck else ""
        return self.calling.client.build_request("POST", url, params=dict(query), content=content.encode())

    async def check(self, url: str, query: Mapping[str, str], *, echo: str) -> UrlCheck:
        """The GET check of the console: the plain echo within one second, and nothing else."""
        began = self.platform.clock.now
        request = self.calling.client.build_request("GET", url, params=dict(query))
        response = await self.calling.in_time(request, URL_CHECK_SECONDS)
        body = response.text if response is not None else ""
        status = response.status_code if response is not None else None
        return UrlCheck(status == OK and body == echo, status, body, self.platform.clock.now - began)

    async def _run_before(self, made: list[D], held: list[D]) -> None:
        """What was held back goes on its way once these have come to their end, the latest first."""
        await asyncio.gather(*(self._run(one) for one in made))
        for one in reversed(held):
            self.calling.start(self._run(one))

    async def _run(self, delivery: D) -> None:
        for number in range(MOST_ATTEMPTS):
            began = self.platform.clock.now
            if await self._attempt(delivery):
                break
            if number < MOST_ATTEMPTS - 1:
                await self.platform.clock.wait(began + ATTEMPT_SECONDS - self.platform.clock.now)
        if not delivery.acknowledged or delivery.problem:
            self.give_up(delivery)
        delivery.over = True
        self.platform.records.ring()

    async def _attempt(self, delivery: D) -> bool:
        struck = self.platform.faults.due(self.endpoint, ATTEMPTS)
        attempt = Attempt(self.platform.clock.now, faults=tuple(struck))
        delivery.attempts.append(attempt)
        self.platform.records.ring()
        response = await self.calling.in_time(self.request(delivery, struck), ATTEMPT_SECONDS)
        attempt.over = True
        attempt.status = response.status_code if response is not None else None
        self.platform.records.ring()
        if response is None or response.status_code != OK:
            return False
        delivery.problem = self.take(delivery, response.text)
        if delivery.problem:
            self.platform.records.warn(f"passive reply: {delivery.problem}")
        return True


def _anew(delivery: D) -> D:
    """The same callback, not tried yet."""
    made = copy(delivery)
    made.attempts, made.over, made.reply, made.problem = [], False, "", ""
    return made
