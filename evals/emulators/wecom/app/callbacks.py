"""Callbacks of a self-built app: sealed anew for each attempt."""

from dataclasses import dataclass
from typing import ClassVar

import httpx

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.app.passive import Passive
from evals.emulators.wecom.calling import UrlCheck, spoilt
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.crypto import Envelope
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.delivering import Delivering, OnItsWay, Struck


@dataclass(slots=True)
class Delivery(OnItsWay):
    """One callback on its way. `clicked` is the message whose card it is about."""

    app: App
    userid: str
    inner: str
    clicked: Message | None = None


@dataclass(slots=True, eq=False)
class AppCallbacks(Delivering[Delivery]):
    """Delivers to the apps' addresses. Nothing is delivered to an app without one."""

    endpoint: ClassVar[str] = "callback/app"

    passive: Passive

    def deliver(self, app: App, userid: str, inner: str, *, clicked: Message | None = None) -> None:
        """Send a callback, as often and in the order that faults say."""
        if app.callback.url:
            self.send(Delivery(app, userid, inner, clicked))

    async def verify_url(self, app: App, *, tampered: bool = False) -> UrlCheck:
        """See `Delivering.check`; the echo comes sealed."""
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
        return await self.check(app.callback.url, query, echo=echo)

    def give_up(self, delivery: Delivery) -> None:
        """See `Delivering.give_up`: a click on a card shows that it failed."""
        if delivery.clicked and not delivery.acknowledged:
            delivery.clicked.failed.add(delivery.userid)

    def take(self, delivery: Delivery, body: str) -> str:
        """See `Delivering.take`."""
        return self.passive.take(
            self.platform.corp.envelope(delivery.app),
            body,
            userid=delivery.userid,
            app=delivery.app,
            clicked=delivery.clicked,
        )

    def request(self, delivery: Delivery, struck: Struck) -> httpx.Request:
        """See `Delivering.request`."""
        envelope = self.platform.corp.envelope(delivery.app)
        if FaultKind.WRONG_RECEIVEID in struck:
            envelope = Envelope(envelope.token, envelope.aes_key, "wwffffffffffffffff")
        timestamp, nonce = self.calling.stamp(
            is_old=FaultKind.OLD_TIMESTAMP in struck, is_replayed=FaultKind.REPLAYED_NONCE in struck
        )
        encrypted = envelope.seal(delivery.inner, random16=self.platform.rng.randbytes(16))
        signature = envelope.sign(timestamp, nonce, encrypted)
        if FaultKind.TAMPERED_SIGNATURE in struck:
            signature = spoilt(signature)
        body = {"ToUserName": self.platform.corp.corpid, "AgentID": str(delivery.app.agentid), "Encrypt": encrypted}
        query = {"msg_signature": signature, "timestamp": timestamp, "nonce": nonce}
        return self.post(delivery.app.callback.url, query, xml.write(body), struck)
