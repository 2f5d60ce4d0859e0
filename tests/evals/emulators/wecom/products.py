"""A product as the emulator sees one: a bot's connection, calls with a token, an address that takes callbacks."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from websockets.asyncio.client import ClientConnection, connect

from evals.emulators.records import Records
from evals.emulators.serving import serving
from evals.emulators.wecom.core.crypto import Envelope, Unsealed
from evals.emulators.wecom.server import Emulator

Json = dict[str, Any]
BUTTONS: Json = {
    "card_type": "button_interaction",
    "task_id": "apr-1",
    "main_title": {"title": "待审批"},
    "button_list": [{"text": "批准", "key": "approve"}, {"text": "拒绝", "key": "reject", "style": 3}],
}
NOTICE: Json = {
    "card_type": "text_notice",
    "main_title": {"title": "日报"},
    "card_action": {"type": 1, "url": "https://console.example.com/d"},
}


@dataclass
class BotClient:
    """A bot's end of the long connection: acks by req_id, callbacks in order."""

    socket: ClientConnection
    bot_id: str
    secret: str
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def send(self, cmd: str, body: Json | None = None, *, req_id: str = "") -> str:
        """Send a frame and do not wait."""
        req_id = req_id or f"mine-{next(self.numbers)}"
        await self.socket.send(json.dumps({"cmd": cmd, "headers": {"req_id": req_id}, "body": body or {}}))
        return req_id

    async def receive(self) -> Json:
        """The next frame, whatever it is."""
        found: Json = json.loads(await self.socket.recv())
        return found

    async def call(self, cmd: str, body: Json | None = None, *, req_id: str = "") -> Json:
        """Send a frame; the ack must be what comes next."""
        req_id = await self.send(cmd, body, req_id=req_id)
        ack = await self.receive()
        assert "cmd" not in ack, ack
        assert ack["headers"]["req_id"] == req_id
        return ack

    async def subscribe(self, secret: str = "") -> Json:
        """Ask for this bot's callbacks."""
        return await self.call("aibot_subscribe", {"bot_id": self.bot_id, "secret": secret or self.secret})

    async def stream(self, req_id: str, content: str, *, finish: bool = False, more: Json | None = None) -> Json:
        """One frame of a streaming answer."""
        return await self.call("aibot_respond_msg", stream(content, finish=finish, more=more), req_id=req_id)

    async def push(self, chatid: str, content: str = "日报", more: Json | None = None) -> Json:
        """An unprompted message in Markdown."""
        body = {"chatid": chatid, "msgtype": "markdown", "markdown": {"content": content}, **(more or {})}
        return await self.call("aibot_send_msg", body)


def stream(content: str, *, finish: bool = False, stream_id: str = "st-1", more: Json | None = None) -> Json:
    """The body of one frame of a stream."""
    return {"msgtype": "stream", "stream": {"id": stream_id, "finish": finish, "content": content, **(more or {})}}


def card(content: Json) -> Json:
    """The body of a card message."""
    return {"msgtype": "template_card", "template_card": content}


@asynccontextmanager
async def bot_client(emulator: Emulator, *, subscribe: bool = True) -> AsyncIterator[BotClient]:
    """A connection of the example corp's bot."""
    (bot,) = emulator.platform.corp.bots.values()
    async with connect(emulator.ws_url, proxy=None) as socket:
        client = BotClient(socket, bot.bot_id, bot.secret)
        if subscribe:
            assert (await client.subscribe())["errcode"] == 0
        yield client


@dataclass
class Caller:
    """Calls with the example app's token."""

    http: httpx.AsyncClient
    emulator: Emulator
    token: str = ""

    async def gettoken(self, secret: str = "", corpid: str = "") -> Json:
        """Ask for a token and keep it."""
        (app,) = self.emulator.platform.corp.apps.values()
        query = {"corpid": corpid or self.emulator.platform.corp.corpid, "corpsecret": secret or app.secret}
        answer: Json = (await self.http.get("/cgi-bin/gettoken", params=query)).json()
        self.token = answer.get("access_token", self.token)
        return answer

    async def post(self, endpoint: str, body: Json, **query: str) -> Json:
        """Call an endpoint with the token; its answer."""
        answer: Json = (await self.raw(endpoint, body, **query)).json()
        return answer

    async def raw(self, endpoint: str, body: Json, **query: str) -> httpx.Response:
        """The same, unread."""
        content = json.dumps(body, ensure_ascii=False).encode()
        query = query or {"access_token": self.token}
        return await self.http.post(f"/cgi-bin/{endpoint}", params=query, content=content)

    async def send(self, message: Json | None = None, *, touser: str = "lina") -> Json:
        """message/send; a short text if nothing else is said."""
        message = message or {"msgtype": "text", "text": {"content": "日报"}}
        return await self.post("message/send", {"touser": touser, "agentid": 1_000_002, **message})


@asynccontextmanager
async def caller(emulator: Emulator) -> AsyncIterator[Caller]:
    """A caller that has a token."""
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False, timeout=30) as http:
        client = Caller(http, emulator)
        await client.gettoken()
        yield client


@dataclass
class AppServer:
    """An address that takes an app's callbacks: opens what fits, answers 403 to what does not."""

    envelope: Envelope
    records: Records
    got: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)
    timestamps: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)
    status: int = 200
    answer: str = ""
    silent: bool = False
    echo: str | None = None
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, request: Request) -> Response:
        """Take one callback."""
        query = request.query_params
        body = (await request.body()).decode()
        self.nonces.append(query["nonce"])
        self.timestamps.append(query["timestamp"])
        self.sizes.append(len(body))
        sealed = query.get("echostr") or body.partition("<Encrypt><![CDATA[")[2].partition("]]>")[0]
        try:
            inner = self.envelope.open(query["msg_signature"], query["timestamp"], query["nonce"], sealed)
        except Unsealed as wrong:
            self.refused.append(str(wrong))
            return Response(status_code=403)
        if request.method == "GET":
            return Response(inner if self.echo is None else self.echo)
        self.got.append(inner)
        self.records.ring()
        if self.silent:
            await self.gate.wait()
        return Response(self.answer, status_code=self.status)

    def reply(self, inner: str, *, signature: str = "", envelope: Envelope | None = None) -> str:
        """A sealed passive reply."""
        by = envelope or self.envelope
        sealed = by.seal(inner, random16=b"0123456789abcdef")
        signature = signature or by.sign("1700000000", "n1", sealed)
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt><MsgSignature>{signature}</MsgSignature>"
            "<TimeStamp>1700000000</TimeStamp><Nonce>n1</Nonce></xml>"
        )


@asynccontextmanager
async def app_server(emulator: Emulator) -> AsyncIterator[AppServer]:
    """A callback address of the example app, set up in the console."""
    (app,) = emulator.platform.corp.apps.values()
    server = AppServer(emulator.platform.corp.envelope(app), emulator.platform.records)
    routes = [Route("/wecom", server.__call__, methods=["GET", "POST"])]
    async with serving(Starlette(routes=routes)) as address:
        app.callback.url = f"{address}/wecom"
        yield server
        server.gate.set()
