"""Callbacks of a self-built app: sealed anew for each attempt, 5 s to answer, three attempts in all."""

from dataclasses import dataclass, field

import httpx

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.app.passive import Passive
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
    spoilt,
)
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.crypto import Envelope
from evals.emulators.wecom.core.faults import ATTEMPTS, ORDER, Fault, FaultKind
from evals.emulators.wecom.platform import Platform


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
        return any(attempt.status == OK for attempt in self.attempts)


@dataclass(slots=True)
class AppCallbacks:
    """Delivers to the apps' addresses. Nothing is delivered to an app without one."""

    platform: Platform
    passive: Passive
    calling: Calling
    deliveries: list[Delivery] = field(default_factory=list)
    _held: list[Delivery] = field(default_factory=list)

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
            self.calling.start(self._run(delivery))
        self.release()

    def release(self) -> None:
        """Send what a fault still holds back, the latest first."""
        held, self._held = self._held, []
        for delivery in reversed(held):
            self.calling.start(self._run(delivery))

    def again(self, delivery: Delivery) -> Delivery:
        """Deliver the same callback once more, long after."""
        made = Delivery(delivery.app, delivery.userid, delivery.inner, delivery.clicked)
        self.deliveries.append(made)
        self.calling.start(self._run(made))
        return made

    async def verify_url(self, app: App, *, tampered: bool = False) -> UrlCheck:
        """The GET check of the console: the plain echo within one second, and nothing else."""
        envelope = self.platform.corp.envelope(app)
        echo = str(self.platform.rng.getrandbits(62))
        timestamp, nonce = self.calling.stamp()
        encrypted = envelope.seal(echo, random16=self.platform.rng.randbytes(16))
        signature = envelope.sign(timestamp, nonce, encrypted)
        query = {
            "msg_signature": spoilt(signature) if tampered else signature,
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": encrypted,
        }
        began = self.platform.clock.now
        request = self.calling.client.build_request("GET", app.callback.url, params=query)
        response = await self.calling.in_time(request, URL_CHECK_SECONDS)
        body = response.text if response is not None else ""
        status = response.status_code if response is not None else None
        passed = status == OK and body == echo
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
        response = await self.calling.in_time(self._request(delivery, faults), ATTEMPT_SECONDS)
        attempt.over = True
        attempt.status = response.status_code if response is not None else None
        self.platform.records.ring()
        if response is None:
            return False
        if response.status_code != OK:
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
        timestamp, nonce = self.calling.stamp(
            is_old=FaultKind.OLD_TIMESTAMP in faults, is_replayed=FaultKind.REPLAYED_NONCE in faults
        )
        encrypted = envelope.seal(delivery.inner, random16=self.platform.rng.randbytes(16))
        signature = envelope.sign(timestamp, nonce, encrypted)
        if FaultKind.TAMPERED_SIGNATURE in faults:
            signature = spoilt(signature)
        body = xml.write(
            {"ToUserName": self.platform.corp.corpid, "AgentID": str(delivery.app.agentid), "Encrypt": encrypted}
        )
        if FaultKind.XML_BOMB in faults:
            body = BOMB
        if FaultKind.HUGE_BODY in faults:
            body += " " * HUGE_BYTES
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        return self.calling.client.build_request("POST", delivery.app.callback.url, params=query, content=body.encode())
