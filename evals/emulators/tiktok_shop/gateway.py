"""Every call the platform takes: the signature before anything else, then path, pace, token, scope and shop."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from evals.emulators.cut import cut_off
from evals.emulators.records import Call
from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.authorizing import Authorizing
from evals.emulators.tiktok_shop.errors import BUSINESS_STATUS, STATUSES, TEXTS, ApiError, Code
from evals.emulators.tiktok_shop.faults import ANSWERS, Fault, FaultKind
from evals.emulators.tiktok_shop.operations import Found, Operation, found
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.sellers import Seller, Shop
from evals.emulators.tiktok_shop.signing import Arrived, admitted
from evals.emulators.tiktok_shop.wire import Json, json_object

_Struck = dict[FaultKind, Fault]
TOKEN_HEADER: Final = "x-tts-access-token"  # noqa: S105  # a header's name
OK_STATUS: Final = 200
_BROKEN: Final = b'{"code":0,"message":"Success","data":{'


@dataclass(frozen=True, slots=True)
class Gateway:
    """The one door of the platform."""

    platform: Platform
    operations: tuple[Operation, ...]
    authorizing: Authorizing

    async def api(self, request: Request) -> Response:
        """A signed call."""
        path = request.scope["raw_path"].decode("ascii", "replace").partition("?")[0]
        try:
            wanted: Found | ApiError = found(self.operations, request.method, path)
        except ApiError as refused:
            wanted = refused
        name = wanted.operation.name if isinstance(wanted, Found) else "unknown"
        struck = self.platform.faults.due(name, ANSWERS)
        if FaultKind.DROP_BEFORE in struck:
            return await _cut(request)
        raw = await request.body()
        call = self._recorded(name, request, raw)
        await self._take_time(struck)
        arrived = Arrived(path, request.scope["query_string"], raw, request.headers.get("content-type", ""))
        try:
            answer: Json | ApiError = self._answer(wanted, arrived, request.headers.get(TOKEN_HEADER, ""), struck)
        except ApiError as refused:
            answer = refused
        return await self._sent(request, call, answer, struck)

    async def token(self, request: Request) -> Response:
        """A code or a refresh token for new tokens; no signature."""
        name = f"token/{request.path_params['what']}"
        struck = self.platform.faults.due(name, ANSWERS)
        if FaultKind.DROP_BEFORE in struck:
            return await _cut(request)
        call = self._recorded(name, request, b"")
        await self._take_time(struck)
        try:
            _instead(struck)
            answer: Json | ApiError = self.authorizing.tokens(name, dict(request.query_params))
        except ApiError as refused:
            answer = refused
        return await self._sent(request, call, answer, struck)

    async def page(self, request: Request) -> Response:
        """The page on which the seller agrees: whoever is at it agrees at once."""
        self._recorded("authorize", request, b"")
        back = self.authorizing.back(dict(request.query_params))
        return RedirectResponse(back, status_code=302) if back else Response(status_code=400)

    async def _take_time(self, struck: _Struck) -> None:
        seconds = self.platform.rules.latency_seconds
        seconds += struck[FaultKind.DELAY].seconds if FaultKind.DELAY in struck else 0.0
        if seconds:
            await self.platform.clock.wait(seconds)

    def _recorded(self, name: str, request: Request, raw: bytes) -> Call:
        try:
            body: object = json.loads(raw) if raw else None
        except ValueError:
            body = f"({len(raw)})"
        return self.platform.records.received(
            name, at=self.platform.clock.now, query=dict(request.query_params), body=body
        )

    def _answer(self, wanted: Found | ApiError, arrived: Arrived, token: str, struck: _Struck) -> Json:
        app = self.platform.partner.app
        skew = struck[FaultKind.CLOCK_SKEW].seconds if FaultKind.CLOCK_SKEW in struck else 0.0
        query = admitted(arrived, app_key=app.key, secret=app.secret, now=self.platform.clock.now + skew)
        if isinstance(wanted, ApiError):
            raise wanted
        if not self.platform.let_through(f"{app.key}:{query.get('shop_cipher', '')}"):
            raise ApiError(Code.TOO_FREQUENT)
        _instead(struck)
        if FaultKind.TOKEN_REVOKED in struck:
            self.platform.tokens.expire(token)
        grant = self.platform.tokens.of(token)
        if wanted.operation.scope not in grant.scopes:
            raise ApiError(Code.NO_SCOPE)
        shop = _shop(wanted.operation, grant.seller, query)
        if wanted.operation.marketplace and shop is not None and not self.platform.count_marketplace(shop):
            raise ApiError(Code.DAILY_QUOTA)
        asked = Asked(grant.seller, shop, wanted.version, query, json_object(arrived.body), wanted.path)
        return wanted.operation.handler(asked)

    async def _sent(self, request: Request, call: Call, answer: Json | ApiError, struck: _Struck) -> Response:
        call.seconds = self.platform.clock.now - call.at
        if FaultKind.DROP_AFTER in struck:
            return await _cut(request)
        if FaultKind.HTTP_500 in struck:
            return Response("upstream connect error", status_code=500)
        if (fault := struck.get(FaultKind.CODE)) and fault.after and not isinstance(answer, ApiError):
            answer = ApiError(fault.code, fault.message)
        request_id = f"20261120{self.platform.name()}"
        if isinstance(answer, ApiError):
            call.errcode = answer.code
            whole: Json = {"code": answer.code, "message": answer.message, "request_id": request_id}
            return JSONResponse(whole, status_code=self._status(answer), headers=_later(struck))
        call.errcode = 0
        whole = {"code": 0, "message": TEXTS[Code.OK], "request_id": request_id, "data": answer}
        if FaultKind.BAD_JSON in struck:
            return Response(_BROKEN, media_type="application/json")
        if FaultKind.SLOW_BODY in struck:
            pieces = self._slowly(json.dumps(whole).encode(), struck[FaultKind.SLOW_BODY])
            return StreamingResponse(pieces, media_type="application/json")
        return JSONResponse(whole)

    def _status(self, refused: ApiError) -> int:
        if refused.code in STATUSES:
            return STATUSES[Code(refused.code)]
        return OK_STATUS if self.platform.rules.errors == "200" else BUSINESS_STATUS

    async def _slowly(self, content: bytes, fault: Fault) -> AsyncIterator[bytes]:
        step = max(1, len(content) // fault.body_pieces)
        for start in range(0, len(content), step):
            await self.platform.clock.wait(fault.seconds / fault.body_pieces)
            yield content[start : start + step]


def _instead(struck: _Struck) -> None:
    """A planned refusal, before anything has happened."""
    if FaultKind.THROTTLED in struck:
        raise ApiError(Code.TOO_FREQUENT)
    fault = struck.get(FaultKind.CODE)
    if fault is not None and not fault.after:
        raise ApiError(fault.code, fault.message)


def _later(struck: _Struck) -> dict[str, str]:
    fault = struck.get(FaultKind.THROTTLED)
    return {"Retry-After": str(int(fault.seconds))} if fault is not None and fault.seconds else {}


def _shop(operation: Operation, seller: Seller, query: dict[str, str]) -> Shop | None:
    cipher = query.get("shop_cipher")
    if not operation.of_shop:
        if cipher is not None:
            raise ApiError(Code.BAD_PARAMETER, "Unexpected identifier: shop_cipher")
        return None
    if not cipher:
        raise ApiError(Code.NO_CIPHER)
    shop = next((one for one in seller.shops if one.cipher == cipher), None)
    if shop is None:
        raise ApiError(Code.FOREIGN_CIPHER)
    return shop


async def _cut(request: Request) -> Response:
    await cut_off(request)
    return Response()
