"""A client written for these tests alone: it signs by itself, so that neither side's mistake hides the other's."""

import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from evals.emulators.tiktok_shop.server import Emulator

Json = dict[str, Any]
SEARCH = "/affiliate_seller/202508/marketplace_creators/search"
AS = "/affiliate_seller"


@dataclass
class Caller:
    """A client of one shop; what it is made of may be spoilt."""

    emulator: Emulator
    http: httpx.AsyncClient
    app_key: str
    secret: str
    cipher: str
    token: str = ""
    refresh: str = ""

    @property
    def now(self) -> float:
        return self.emulator.platform.clock.now

    async def code(self) -> str:
        """What comes back from the authorise page."""
        app = self.emulator.platform.partner.app
        answer = await self.http.get("/open/authorize", params={"service_id": app.service_id, "state": "s1"})
        assert answer.status_code == 302
        return parse_qs(urlsplit(answer.headers["location"]).query)["code"][0]

    async def tokens(self, what: str, **query: str) -> Json:
        whole = {"app_key": self.app_key, "app_secret": self.secret, **query}
        answer: Json = (await self.http.get(f"/api/v2/token/{what}", params=whole)).json()
        if answer["code"] == 0:
            self.token, self.refresh = answer["data"]["access_token"], answer["data"]["refresh_token"]
        return answer

    async def authorise(self) -> Json:
        return await self.tokens("get", auth_code=await self.code(), grant_type="authorized_code")

    async def raw(
        self, method: str, path: str, query: Json | None = None, body: Json | None = None, *, cipher: bool = True,
        spoilt: dict[str, str] | None = None,
    ) -> httpx.Response:  # fmt: skip
        """A signed call; what is named in `spoilt` replaces a parameter after signing."""
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        asked = {"app_key": self.app_key, "timestamp": str(int(self.now)), **(query or {})}
        asked |= {"shop_cipher": self.cipher} if cipher else {}
        pairs = "".join(f"{name}{asked[name]}" for name in sorted(asked))
        said = self.secret.encode() + path.encode() + pairs.encode() + content + self.secret.encode()
        asked["sign"] = hmac.new(self.secret.encode(), said, hashlib.sha256).hexdigest()
        headers = {"x-tts-access-token": self.token, "content-type": "application/json"}
        wanted = {name: value for name, value in (asked | (spoilt or {})).items() if value != "gone"}
        return await self.http.request(method, f"{path}?{urlencode(wanted)}", content=content, headers=headers)

    async def call(self, method: str, path: str, query: Json | None = None, body: Json | None = None) -> Json:
        answer: Json = (await self.raw(method, path, query, body)).json()
        return answer

    async def data(self, method: str, path: str, query: Json | None = None, body: Json | None = None) -> Json:
        answer = await self.call(method, path, query, body)
        assert answer["code"] == 0, answer
        data: Json = answer["data"]
        return data

    async def search(self, body: Json | None = None, **query: str) -> Json:
        return await self.data("POST", SEARCH, {"page_size": "20", **query}, body or {})

    async def conversation(self, open_id: str) -> str:
        made = await self.data("POST", f"{AS}/202508/conversations", None, {"creator_open_id": open_id})
        return str(made["conversation_id"])

    async def say(self, conversation: str, text: str) -> Json:
        body = {"msg_type": "TEXT", "content": json.dumps({"content": text})}
        return await self.call("POST", f"{AS}/202412/conversations/{conversation}/messages", None, body)

    async def messages(self, conversation: str, **query: str) -> Json:
        return await self.data("GET", f"{AS}/202412/conversation/{conversation}/messages", query)


@asynccontextmanager
async def caller(emulator: Emulator, *, authorised: bool = True) -> AsyncIterator[Caller]:
    """A client of the first seller's first shop."""
    partner = emulator.platform.partner
    async with httpx.AsyncClient(base_url=emulator.base_url, trust_env=False) as http:
        found = Caller(emulator, http, partner.app.key, partner.app.secret, partner.sellers[0].shops[0].cipher)
        if authorised:
            assert (await found.authorise())["code"] == 0
        yield found
