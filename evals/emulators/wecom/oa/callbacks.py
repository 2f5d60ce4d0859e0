"""Callbacks of an Official Account: plain, compatible or safe, 5 s to answer, three attempts, then an apology."""

import hashlib
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

import httpx

from evals.emulators.wecom.app import xml
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
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.crypto import Envelope, Unsealed
from evals.emulators.wecom.core.faults import ATTEMPTS, ORDER, Fault, FaultKind
from evals.emulators.wecom.core.wechat import Account, Mode, Person
from evals.emulators.wecom.core.wire import cut
from evals.emulators.wecom.platform import Platform

TEXT_BYTES: Final = 2_048
OUT_OF_ORDER: Final = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(slots=True)
class AccountDelivery:
    """One callback on its way: the fields of its message."""

    person: Person
    fields: xml.Tree
    attempts: list[Attempt] = field(default_factory=list)
    over: bool = False
    problem: str = ""

    @property
    def acknowledged(self) -> bool:
        """Whether an attempt was answered as it should be."""
        return any(attempt.status == OK for attempt in self.attempts)


@dataclass(slots=True)
class AccountCallbacks:
    """Delivers to the account's address; nothing without one."""

    platform: Platform
    calling: Calling
    deliveries: list[AccountDelivery] = field(default_factory=list)
    _held: list[AccountDelivery] = field(default_factory=list)

    @property
    def account(self) -> Account:
        """Whose callbacks they are."""
        return self.platform.wechat.account

    def deliver(self, person: Person, fields: xml.Tree) -> None:
        """Send a callback, as often and in the order that faults say."""
        if not self.account.url:
            return
        faults = self.platform.faults.due("callback/oa", ORDER)
        copies = faults[FaultKind.DUPLICATE_CALLBACK].copies if FaultKind.DUPLICATE_CALLBACK in faults else 1
        made = [AccountDelivery(person, fields) for _ in range(copies)]
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

    def again(self, delivery: AccountDelivery) -> AccountDelivery:
        """Deliver the same callback once more, long after."""
        made = AccountDelivery(delivery.person, delivery.fields)
        self.deliveries.append(made)
        self.calling.start(self._run(made))
        return made

    async def verify_url(self, *, tampered: bool = False) -> UrlCheck:
        """The check of the console: the echo as it was sent."""
        echo = str(self.platform.rng.getrandbits(62))
        timestamp, nonce = self.calling.stamp()
        signature = signed(self.account.token, timestamp, nonce)
        query = {
            "signature": spoilt(signature) if tampered else signature,
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
        }
        began = self.platform.clock.now
        request = self.calling.client.build_request("GET", self.account.url, params=query)
        response = await self.calling.in_time(request, URL_CHECK_SECONDS)
        body = response.text if response is not None else ""
        status = response.status_code if response is not None else None
        return UrlCheck(status == OK and body == echo, status, body, self.platform.clock.now - began)

    async def _run(self, delivery: AccountDelivery) -> None:
        for number in range(MOST_ATTEMPTS):
            began = self.platform.clock.now
            if await self._attempt(delivery):
                break
            if number < MOST_ATTEMPTS - 1:
                await self.platform.clock.wait(began + ATTEMPT_SECONDS - self.platform.clock.now)
        if not delivery.acknowledged or delivery.problem:
            self._shows(delivery.person, OUT_OF_ORDER)
        delivery.over = True
        self.platform.records.ring()

    async def _attempt(self, delivery: AccountDelivery) -> bool:
        faults = self.platform.faults.due("callback/oa", ATTEMPTS)
        attempt = Attempt(self.platform.clock.now, faults=tuple(faults))
        delivery.attempts.append(attempt)
        self.platform.records.ring()
        response = await self.calling.in_time(self._request(delivery, faults), ATTEMPT_SECONDS)
        attempt.over = True
        attempt.status = response.status_code if response is not None else None
        self.platform.records.ring()
        if response is None or response.status_code != OK:
            return False
        delivery.problem = self._take(delivery.person, response.text)
        if delivery.problem:
            self.platform.records.warn(f"passive reply: {delivery.problem}")
        return True

    def _request(self, delivery: AccountDelivery, faults: dict[FaultKind, Fault]) -> httpx.Request:
        account = self.account
        timestamp, nonce = self.calling.stamp(
            is_old=FaultKind.OLD_TIMESTAMP in faults, is_replayed=FaultKind.REPLAYED_NONCE in faults
        )
        signature = signed(account.token, timestamp, nonce)
        query = {"timestamp": timestamp, "nonce": nonce, "openid": delivery.person.openid}
        fields = dict(delivery.fields) if account.mode is not Mode.SAFE else {"ToUserName": account.original_id}
        wrong = FaultKind.TAMPERED_SIGNATURE in faults
        if account.mode is not Mode.PLAIN:
            envelope = account.envelope
            if FaultKind.WRONG_RECEIVEID in faults:
                envelope = Envelope(account.token, account.aes_key, "wxffffffffffffffff")
            sealed = envelope.seal(xml.write(delivery.fields), random16=self.platform.rng.randbytes(16))
            fields["Encrypt"] = sealed
            inside = envelope.sign(timestamp, nonce, sealed)
            query |= {"encrypt_type": "aes", "msg_signature": spoilt(inside) if wrong else inside}
        query["signature"] = spoilt(signature) if wrong else signature
        body = xml.write(fields)
        if FaultKind.XML_BOMB in faults:
            body = BOMB
        if FaultKind.HUGE_BODY in faults:
            body += " " * HUGE_BYTES
        return self.calling.client.build_request("POST", account.url, params=query, content=body.encode())

    def _take(self, person: Person, body: str) -> str:
        """Carry out a reply; what is wrong with it, or nothing."""
        if body in ("", "success"):
            return ""
        try:
            reply = xml.read(body)
            if self.account.mode is Mode.SAFE or reply.find("Encrypt") is not None:
                reply = self._opened(reply)
        except (xml.NotXml, Unsealed) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        if reply.findtext("ToUserName") != person.openid or reply.findtext("FromUserName") != self.account.original_id:
            return "ToUserName or FromUserName"
        if reply.findtext("MsgType") != "text" or not reply.findtext("Content"):
            return f"MsgType {reply.findtext('MsgType')}"
        self._shows(person, cut(reply.findtext("Content", ""), TEXT_BYTES))
        return ""

    def _opened(self, outer: Element) -> Element:
        if self.account.mode is Mode.PLAIN:
            raise Unsealed("sealed in plain mode")
        parts = [outer.findtext(name, "") for name in ("MsgSignature", "TimeStamp", "Nonce", "Encrypt")]
        return xml.read(self.account.envelope.open(*parts))

    def _shows(self, person: Person, text: str) -> None:
        chat = private(self.account.original_id, person.userid)
        self.platform.chats.post(chat, self.account.original_id, "text", content=text)


def signed(token: str, timestamp: str, nonce: str) -> str:
    """The signature over three parts, which every call of the platform brings."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce])).encode(), usedforsecurity=False).hexdigest()
