"""Callbacks of a self-built app: sealed anew for each attempt, 5 s to answer, three attempts in all."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

import httpx

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.app.passive import Passive
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.crypto import Envelope
from evals.emulators.wecom.core.faults import ATTEMPTS, ORDER, Fault, FaultKind
from evals.emulators.wecom.platform import Platform

ATTEMPT_SECONDS: Final = 5.0
MOST_ATTEMPTS: Final = 3
URL_CHECK_SECONDS: Final = 1.0
HUGE_BYTES: Final = 8_388_608
OLD_SECONDS: Final = 7_200
_OK: Final = 200
_BOMB: Final = (
    '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><xml>&b;</xml>'
)


@dataclass(slots=True)
class Attempt:
    """One try: over without a status means no answer in time, or no connection."""

    at: float
    status: int | None = None
    over: bool = False
    faults: tuple[FaultKind, ...] = ()


@dataclass(slots=True)
class Delivery:
    """One callback on its way. `clicked` is the message whose card it is about."""

    app: App
    userid: str
    inner: str
    clicked: Message | None = None
    attempts: list[Attempt] = field(default_factory=list)
    over: bool = False
    problem: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether an attempt was answered with 200."""
        return any(attempt.status == _OK for attempt in self.attempts)


@dataclass(frozen=True, slots=True)
class UrlCheck:
    """What saving a callback address in the console found. `seconds` are virtual; None: no answer."""

    passed: bool
    status: int | None
    body: str
    seconds: float


def _client_without_limits() -> httpx.AsyncClient:
    unlimited = httpx.Limits(max_connections=None)
    return httpx.AsyncClient(trust_env=False, timeout=None, limits=unlimited)  # noqa: S113  # the limits are virtual


@dataclass(slots=True)
class AppCallbacks:
    """Delivers to the apps' addresses. Nothing is delivered to an app without one."""

    platform: Platform
    passive: Passive
    deliveries: list[Delivery] = field(default_factory=list)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _held: list[Delivery] = field(default_factory=list)
    _last_nonce: str = ""
    _client: httpx.AsyncClient = field(default_factory=_client_without_limits)

    async def close(self) -> None:
        """Give up what is on its way."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._client.aclose()

    def deliver(self, app: App, userid: str, inner: str, *, clicked: Message | None = None) -> None:
        """Send a callback, as often and in the order that faults say."""
        if not app.callback.url:
            return
        faults = self.platform.faults.due("callback/app", ORDER)
        copies = faults[FaultKind.DUPLICATE_CALLBACK].copies if FaultKind.DUPLICATE_CALLBACK in faults else 1
        made = [Delivery(app, userid, inner, clicked) for _ in range(copies)]
        self.deliveries += made
        if FaultKind.REORDER_CALLBACKS in faults:
            self._held += made
            return
        for delivery in made:
            self._start(self._run(delivery))
        self.release()

    def release(self) -> None:
        """Send what a fault still holds back, the latest first."""
        held, self._held = self._held, []
        for delivery in reversed(held):
            self._start(self._run(delivery))

    def again(self, delivery: Delivery) -> Delivery:
        """Deliver the same callback once more, long after."""
        made = Delivery(delivery.app, delivery.userid, delivery.inner, delivery.clicked)
        self.deliveries.append(made)
        self._start(self._run(made))
        return made

    async def verify_url(self, app: App, *, tampered: bool = False) -> UrlCheck:
        """The GET check of the console: the plain echo within one second, and nothing else."""
        envelope = self.platform.corp.envelope(app)
        echo = str(self.platform.rng.getrandbits(62))
        timestamp, nonce = self._stamp()
        encrypted = envelope.seal(echo, random16=self.platform.rng.randbytes(16))
        signature = envelope.sign(timestamp, nonce, encrypted)
        query = {
            "msg_signature": _spoilt(signature) if tampered else signature,
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": encrypted,
        }
        began = self.platform.clock.now
        request = self._client.build_request("GET", app.callback.url, params=query)
        response = await self._in_time(request, URL_CHECK_SECONDS)
        body = response.text if response is not None else ""
        status = response.status_code if response is not None else None
        passed = status == _OK and body == echo
        return UrlCheck(passed, status, body, self.platform.clock.now - began)

    async def _run(self, delivery: Delivery) -> None:
        for number in range(MOST_ATTEMPTS):
            began = self.platform.clock.now
            if await self._attempt(delivery):
                break
            if number < MOST_ATTEMPTS - 1:
                await self.platform.clock.wait(began + ATTEMPT_SECONDS - self.platform.clock.now)
        else:
            if delivery.clicked:
                delivery.clicked.failed.add(delivery.userid)
        delivery.over = True
        self.platform.records.ring()

    async def _attempt(self, delivery: Delivery) -> bool:
        faults = self.platform.faults.due("callback/app", ATTEMPTS)
        attempt = Attempt(self.platform.clock.now, faults=tuple(faults))
        delivery.attempts.append(attempt)
        self.platform.records.ring()
        response = await self._in_time(self._request(delivery, faults), ATTEMPT_SECONDS)
        attempt.over = True
        attempt.status = response.status_code if response is not None else None
        self.platform.records.ring()
        if response is None:
            return False
        if response.status_code != _OK:
            return False
        delivery.problem = self.passive.take(
            self.platform.corp.envelope(delivery.app),
            response.text,
            userid=delivery.userid,
            app=delivery.app,
            clicked=delivery.clicked,
        )
        if delivery.problem:
            self.platform.records.warn(f"passive reply: {delivery.problem}")
        return True

    def _request(self, delivery: Delivery, faults: dict[FaultKind, Fault]) -> httpx.Request:
        envelope = self.platform.corp.envelope(delivery.app)
        if FaultKind.WRONG_RECEIVEID in faults:
            envelope = Envelope(envelope.token, envelope.aes_key, "wwffffffffffffffff")
        timestamp, nonce = self._stamp()
        if FaultKind.OLD_TIMESTAMP in faults:
            timestamp = str(int(timestamp) - OLD_SECONDS)
        if FaultKind.REPLAYED_NONCE in faults:
            nonce = self._last_nonce or nonce
        self._last_nonce = nonce
        encrypted = envelope.seal(delivery.inner, random16=self.platform.rng.randbytes(16))
        signature = envelope.sign(timestamp, nonce, encrypted)
        if FaultKind.TAMPERED_SIGNATURE in faults:
            signature = _spoilt(signature)
        body = xml.write(
            {"ToUserName": self.platform.corp.corpid, "AgentID": str(delivery.app.agentid), "Encrypt": encrypted}
        )
        if FaultKind.XML_BOMB in faults:
            body = _BOMB
        if FaultKind.HUGE_BODY in faults:
            body += " " * HUGE_BYTES
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        return self._client.build_request("POST", delivery.app.callback.url, params=query, content=body.encode())

    async def _in_time(self, request: httpx.Request, seconds: float) -> httpx.Response | None:
        sending = asyncio.create_task(self._client.send(request))
        limit = asyncio.create_task(self.platform.clock.wait(seconds))
        try:
            await asyncio.wait({sending, limit}, return_when=asyncio.FIRST_COMPLETED)
            if not sending.done():
                return None
            with suppress(httpx.HTTPError):
                return sending.result()
            return None
        finally:
            for task in (sending, limit):
                task.cancel()
            await asyncio.gather(sending, limit, return_exceptions=True)

    def _stamp(self) -> tuple[str, str]:
        return str(int(self.platform.clock.now)), _nonce(self.platform.rng)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _nonce(rng: Random) -> str:
    return str(rng.randrange(10**8, 10**10))


def _spoilt(signature: str) -> str:
    return ("1" if signature[0] == "0" else "0") + signature[1:]
