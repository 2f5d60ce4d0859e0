"""A product as 微信客服 and the Official Account see one: calls, and an address in one of three modes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from evals.emulators.records import Records
from evals.emulators.serving import serving
from evals.emulators.wecom.core.wechat import Account, Mode
from evals.emulators.wecom.server import Emulator
from tests.evals.emulators.wecom.products import Caller

Json = dict[str, Any]


def kfid_of(emulator: Emulator) -> str:
    """The first account of 微信客服."""
    return next(iter(emulator.platform.wechat.kf))


def external(emulator: Emulator, userid: str = "xiaolin") -> str:
    """Whom the corp knows somebody as."""
    return emulator.platform.wechat.people[userid].external_userid


@dataclass
class KfClient:
    """Calls about the first account."""

    caller: Caller
    open_kfid: str
    touser: str

    async def pull(self, cursor: str = "", token: str = "", **more: object) -> Json:
        """One page."""
        body = {"open_kfid": self.open_kfid, "cursor": cursor, "token": token, **more}
        return await self.caller.post("kf/sync_msg", body)

    async def say(self, text: str = "好的", *, msgid: str = "", **more: object) -> int:
        """A text to the customer; the code that came back."""
        body = {"touser": self.touser, "open_kfid": self.open_kfid, "msgid": msgid, "msgtype": "text"}
        code: int = (await self.caller.post("kf/send_msg", {**body, "text": {"content": text}, **more}))["errcode"]
        return code

    async def menu(self, menu: Json) -> int:
        """A menu to the customer."""
        return await self.say(msgtype="msgmenu", msgmenu=menu)

    async def state(self, wanted: int | None = None, servicer: str = "") -> Json:
        """Who has the session, or a change of it."""
        body: Json = {"open_kfid": self.open_kfid, "external_userid": self.touser}
        if wanted is None:
            return await self.caller.post("kf/service_state/get", body)
        return await self.caller.post(
            "kf/service_state/trans", {**body, "service_state": wanted, "servicer_userid": servicer}
        )


def kf_client(client: Caller) -> KfClient:
    """For the first of the customers."""
    return KfClient(client, kfid_of(client.emulator), external(client.emulator))


@dataclass
class AccountServer:
    """An address that takes an Official Account's callbacks and answers in the account's mode."""

    account: Account
    records: Records
    got: list[str] = field(default_factory=list)
    bodies: list[str] = field(default_factory=list)
    queries: list[dict[str, str]] = field(default_factory=list)
    answer: str = ""
    status: int = 200
    silent: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> Response:
        """Take one callback."""
        query = dict(request.query_params)
        if request.method == "GET":
            return Response(query["echostr"])
        body = (await request.body()).decode()
        self.bodies.append(body)
        self.queries.append(query)
        sealed = body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        inner = body
        if sealed:
            inner = self.account.envelope.open(query["msg_signature"], query["timestamp"], query["nonce"], sealed)
        self.got.append(inner)
        self.records.ring()
        if self.silent:
            await self.gate.wait()
        return Response(self.answer, status_code=self.status)

    def reply(self, text: str, to: str) -> str:
        """A text in plain XML."""
        return (
            f"<xml><ToUserName><![CDATA[{to}]]></ToUserName><FromUserName><![CDATA[{self.account.original_id}]]>"
            f"</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content><![CDATA[{text}]]></Content></xml>"
        )

    def sealed(self, inner: str) -> str:
        """The same in an envelope."""
        envelope = self.account.envelope
        encrypted = envelope.seal(inner, random16=b"0123456789abcdef")
        signature = envelope.sign("1700000000", "n1", encrypted)
        return (
            f"<xml><Encrypt><![CDATA[{encrypted}]]></Encrypt><MsgSignature>{signature}</MsgSignature>"
            "<TimeStamp>1700000000</TimeStamp><Nonce>n1</Nonce></xml>"
        )


@asynccontextmanager
async def account_server(emulator: Emulator, mode: Mode = Mode.SAFE) -> AsyncIterator[AccountServer]:
    """An address of the example account."""
    account = emulator.platform.wechat.account
    account.mode = mode
    server = AccountServer(account, emulator.platform.records)
    routes = [Route("/wechat", server.__call__, methods=["GET", "POST"])]
    async with serving(Starlette(routes=routes)) as address:
        account.url = f"{address}/wechat"
        yield server
        server.gate.set()
