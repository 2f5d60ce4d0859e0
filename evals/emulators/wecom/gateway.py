"""Every HTTP call the platform takes: faults, token and address, the endpoint, and faults once more."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Final, Protocol

from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from evals.emulators.cut import cut_off
from evals.emulators.records import Call
from evals.emulators.wecom.core.corp import App
from evals.emulators.wecom.core.errors import TEXTS, ApiError, Errcode
from evals.emulators.wecom.core.faults import CALLS, DOWNLOADS, Fault, FaultKind
from evals.emulators.wecom.core.media import APP_MOST
from evals.emulators.wecom.core.wire import Json, json_object
from evals.emulators.wecom.platform import Platform

_Struck = dict[FaultKind, Fault]
PIECES: Final = 8
ELSEWHERE: Final = "203.0.113.7"
_BROKEN: Final = b'{"errcode":0,"errmsg":"ok","msgid":'


@dataclass(frozen=True, slots=True)
class Asked:
    """One call, read."""

    query: dict[str, str]
    body: Json
    upload: tuple[str, bytes] | None = None

    def need(self) -> tuple[str, bytes]:
        """The uploaded file.

        Raises:
            ApiError: 40058 without one.
        """
        if self.upload is None:
            raise ApiError(Errcode.BAD_PARAMETER, "media")
        return self.upload


ForApp = Callable[[App, Asked], Json | Response]
ForAnyone = Callable[[Asked], Json | Response]


class AccountKeys(Protocol):
    """Tokens of the Official Account."""

    def check(self, value: str) -> None:
        """Let a good one pass. Raises ApiError."""
        ...

    def gave(self, value: str) -> bool:
        """Whether it was ever one of these: both platforms, on hosts of their own, have calls of the same name."""
        ...

    def revoke(self) -> None:
        """End every one."""
        ...


@dataclass(frozen=True, slots=True)
class ForAccount:
    """Calls of the Official Account: with a token of `keys`, or for one. Both from addresses it listed."""

    keys: AccountKeys
    with_token: dict[str, ForAnyone]
    for_token: dict[str, ForAnyone]


@dataclass(frozen=True, slots=True)
class Gateway:
    """`with_token` is called with the app whose token came, `without` with nobody."""

    platform: Platform
    with_token: dict[str, ForApp]
    without: dict[str, ForAnyone]
    account: ForAccount

    @property
    def known(self) -> set[str]:
        """Every endpoint."""
        return {*self.with_token, *self.without, *self.account.with_token, *self.account.for_token}

    async def __call__(self, request: Request) -> Response:
        """Answer one call under /cgi-bin/."""
        endpoint = request.path_params["endpoint"]
        if endpoint not in self.known:
            self.platform.records.warn(f"unknown path {endpoint}")
            return Response(status_code=404)
        struck = self.platform.faults.due(endpoint, CALLS)
        if FaultKind.DROP_BEFORE in struck:
            await cut_off(request)
            return Response()
        asked = await _read(request)
        recorded = asked.body if isinstance(asked, Asked) else None
        call = self.platform.records.received(
            endpoint, at=self.platform.clock.now, query=dict(request.query_params), body=recorded
        )
        if FaultKind.HTTP_500 in struck:
            return Response("internal error", status_code=500)
        if FaultKind.DELAY in struck:
            await self.platform.clock.wait(struck[FaultKind.DELAY].seconds)
        answer = self._answer(endpoint, asked, struck, request.client.host if request.client else "")
        return await self._sent(request, call, answer, struck)

    def _answer(self, endpoint: str, asked: Asked | ApiError, struck: _Struck, remote: str) -> Json | Response:
        if isinstance(asked, ApiError):
            return _refusal(asked)
        if FaultKind.ERRCODE in struck:
            return _refusal(ApiError(struck[FaultKind.ERRCODE].errcode))
        if FaultKind.QUOTA_EXHAUSTED in struck:
            return _refusal(ApiError(Errcode.TOO_FREQUENT))
        try:
            if endpoint in self.without:
                return self.without[endpoint](asked)
            token = asked.query.get("access_token", "")
            if endpoint not in self.with_token or (
                endpoint in self.account.with_token and self.account.keys.gave(token)
            ):
                return self._of_account(endpoint, asked, struck, remote)
            app = self._app(token, struck, remote)
            return self.with_token[endpoint](app, asked)
        except ApiError as refused:
            return _refusal(refused)

    def _app(self, token: str, struck: _Struck, remote: str) -> App:
        if FaultKind.TOKEN_REVOKE_NOW in struck:
            self.platform.tokens.revoke(token)
        if FaultKind.TOKEN_ALWAYS_BAD in struck:
            raise ApiError(Errcode.BAD_TOKEN)
        app = self.platform.tokens.app_of(token)
        seen = ELSEWHERE if FaultKind.IP_NOT_ALLOWED in struck else remote
        if FaultKind.IP_NOT_ALLOWED in struck or (app.trusted_ips and seen not in app.trusted_ips):
            raise ApiError(Errcode.IP_NOT_ALLOWED, f"from ip: {seen}")
        return app

    def _of_account(self, endpoint: str, asked: Asked, struck: _Struck, remote: str) -> Json | Response:
        listed = self.platform.wechat.account.trusted_ips
        seen = ELSEWHERE if FaultKind.IP_NOT_ALLOWED in struck else remote
        if FaultKind.IP_NOT_ALLOWED in struck or (listed and seen not in listed):
            raise ApiError(Errcode.OA_IP, f"{seen} ipv6 ::ffff:{seen}, not in whitelist")
        if endpoint in self.account.for_token:
            return self.account.for_token[endpoint](asked)
        if FaultKind.TOKEN_REVOKE_NOW in struck:
            self.account.keys.revoke()
        if FaultKind.TOKEN_ALWAYS_BAD in struck:
            raise ApiError(Errcode.BAD_SECRET, "access_token is invalid or not latest")
        self.account.keys.check(asked.query.get("access_token", ""))
        return self.account.with_token[endpoint](asked)

    async def _sent(self, request: Request, call: Call, answer: Json | Response, struck: _Struck) -> Response:
        call.seconds = self.platform.clock.now - call.at
        if FaultKind.DROP_AFTER in struck:
            await cut_off(request)
            return Response()
        if isinstance(answer, Response):
            call.errcode = 0
            return answer
        whole: Json = {"errcode": 0, "errmsg": TEXTS[Errcode.OK], **answer}
        call.errcode = whole["errcode"]
        if call.endpoint in self.account.for_token and "errcode" not in answer:
            whole = answer  # a token comes without a code
        if FaultKind.BAD_JSON in struck:
            return Response(_BROKEN, media_type="application/json")
        if FaultKind.SLOW_BODY in struck:
            return StreamingResponse(
                self._slowly(json.dumps(whole).encode(), struck[FaultKind.SLOW_BODY].seconds),
                media_type="application/json",
            )
        return JSONResponse(whole, headers={"date": formatdate(self.platform.clock.now, usegmt=True)})

    async def _slowly(self, content: bytes, seconds: float) -> AsyncIterator[bytes]:
        step = max(1, len(content) // PIECES)
        for start in range(0, len(content), step):
            await self.platform.clock.wait(seconds / PIECES)
            yield content[start : start + step]

    async def download(self, request: Request) -> Response:
        """An encrypted file of a bot's message; 403 once its address is dead."""
        name = request.path_params["name"]
        struck = self.platform.faults.due("media/download", DOWNLOADS)
        self.platform.records.received("media/download", at=self.platform.clock.now, query={}, body=None)
        content = self.platform.media.download(
            name, expired=FaultKind.MEDIA_EXPIRED in struck, bad_padding=FaultKind.MEDIA_BAD_PADDING in struck
        )
        if content is None:
            return Response(status_code=403)
        return Response(content, media_type="application/octet-stream")


def _refusal(refused: ApiError) -> Json:
    return {"errcode": refused.errcode, "errmsg": refused.errmsg}


async def _read(request: Request) -> Asked | ApiError:
    query = dict(request.query_params)
    if request.method == "GET":
        return Asked(query, {})
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        async with request.form() as form:
            media = form.get("media")
            if not isinstance(media, UploadFile):
                return Asked(query, {})
            return Asked(query, {"media": media.filename}, (media.filename or "", await media.read()))
    try:
        return Asked(query, json_object(await request.body()))
    except ApiError as refused:
        return refused


def media_endpoints(platform: Platform) -> dict[str, ForApp]:
    """media/upload and media/get, shared by the corp's apps."""
    owner = platform.corp.corpid

    def upload(_: App, asked: Asked) -> Json:
        filename, content = asked.need()
        media = platform.media.upload(asked.query.get("type", ""), filename, content, owner=owner, most=APP_MOST)
        return {"type": media.type, "media_id": media.media_id, "created_at": str(media.created_at)}

    def get(_: App, asked: Asked) -> Response:
        media = platform.media.use(asked.query.get("media_id", ""), owner=owner)
        quoted = json.dumps(media.filename, ensure_ascii=False).encode().decode("latin-1")
        return Response(
            media.content,
            media_type="application/octet-stream",
            headers={"Content-Disposition": f"attachment; filename={quoted}"},
        )

    return {"media/upload": upload, "media/get": get}
