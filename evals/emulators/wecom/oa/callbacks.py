"""Callbacks of an Official Account: plain, compatible or safe, and an apology for one that is not answered."""

import hashlib
from dataclasses import dataclass
from typing import ClassVar, Final
from xml.etree.ElementTree import Element

import httpx

from evals.emulators.wecom.app import xml
from evals.emulators.wecom.calling import UrlCheck, spoilt
from evals.emulators.wecom.core.chats import private
from evals.emulators.wecom.core.crypto import Envelope, Unsealed
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.core.wechat import Account, Mode, Person
from evals.emulators.wecom.core.wire import cut
from evals.emulators.wecom.delivering import Delivering, OnItsWay, Struck

TEXT_BYTES: Final = 2_048
OUT_OF_ORDER: Final = "该公众号提供的服务出现故障，请稍后再试"


@dataclass(slots=True)
class AccountDelivery(OnItsWay):
    """One callback on its way: the fields of its message."""

    person: Person
    fields: xml.Tree


@dataclass(slots=True, eq=False)
class AccountCallbacks(Delivering[AccountDelivery]):
    """Delivers to the account's address; nothing without one."""

    endpoint: ClassVar[str] = "callback/oa"

    @property
    def account(self) -> Account:
        """Whose callbacks they are."""
        return self.platform.wechat.account

    def deliver(self, person: Person, fields: xml.Tree) -> None:
        """Send a callback, as often and in the order that faults say."""
        if self.account.url:
            self.send(AccountDelivery(person, fields))

    async def verify_url(self, *, tampered: bool = False) -> UrlCheck:
        """See `Delivering.check`; the echo comes as it is."""
        echo = str(self.platform.rng.getrandbits(62))
        timestamp, nonce = self.calling.stamp()
        signature = signed(self.account.token, timestamp, nonce)
        query = {
            "signature": spoilt(signature) if tampered else signature,
            "timestamp": timestamp,
            "nonce": nonce,
            "echostr": echo,
        }
        return await self.check(self.account.url, query, echo=echo)

    def give_up(self, delivery: AccountDelivery) -> None:
        """See `Delivering.give_up`: the follower reads an apology."""
        self._shows(delivery.person, OUT_OF_ORDER)

    def request(self, delivery: AccountDelivery, struck: Struck) -> httpx.Request:
        """See `Delivering.request`."""
        account = self.account
        timestamp, nonce = self.calling.stamp(
            is_old=FaultKind.OLD_TIMESTAMP in struck, is_replayed=FaultKind.REPLAYED_NONCE in struck
        )
        signature = signed(account.token, timestamp, nonce)
        query = {"timestamp": timestamp, "nonce": nonce, "openid": delivery.person.openid}
        fields = dict(delivery.fields) if account.mode is not Mode.SAFE else {"ToUserName": account.original_id}
        wrong = FaultKind.TAMPERED_SIGNATURE in struck
        if account.mode is not Mode.PLAIN:
            envelope = account.envelope
            if FaultKind.WRONG_RECEIVEID in struck:
                envelope = Envelope(account.token, account.aes_key, "wxffffffffffffffff")
            sealed = envelope.seal(xml.write(delivery.fields), random16=self.platform.rng.randbytes(16))
            fields["Encrypt"] = sealed
            inside = envelope.sign(timestamp, nonce, sealed)
            query |= {"encrypt_type": "aes", "msg_signature": spoilt(inside) if wrong else inside}
        query["signature"] = spoilt(signature) if wrong else signature
        return self.post(account.url, query, xml.write(fields), struck)

    def take(self, delivery: AccountDelivery, body: str) -> str:
        """See `Delivering.take`. A message is answered once with the same words, however often it came."""
        if body in ("", "success"):
            return ""
        try:
            reply = xml.read(body)
            if self.account.mode is Mode.SAFE or reply.find("Encrypt") is not None:
                reply = self._opened(reply)
        except (xml.NotXml, Unsealed) as wrong:
            return f"{type(wrong).__name__}: {wrong}"
        named = (reply.findtext("ToUserName"), reply.findtext("FromUserName"))
        if named != (delivery.person.openid, self.account.original_id):
            return "ToUserName or FromUserName"
        if reply.findtext("MsgType") != "text" or not reply.findtext("Content"):
            return f"MsgType {reply.findtext('MsgType')}"
        said = cut(reply.findtext("Content", ""), TEXT_BYTES)
        if (said, delivery.fields) not in [(one.reply, one.fields) for one in self.deliveries]:
            self._shows(delivery.person, said)
        delivery.reply = said
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
