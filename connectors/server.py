"""The one web process: middleware, health, metrics, static files, error pages, and the routers of the channels.

Middleware is plain ASGI: Starlette's function middleware doubles the memory of every open stream.
"""

import os
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from connectors.ports.accounts import Accounts
from connectors.ports.desk import Desk
from connectors.ports.lines import Looks
from connectors.ports.queries import Queries
from connectors.ports.reports import SharedReports
from connectors.ports.shops import ShopDoor
from connectors.webchat.channel import open_surface, webchat_router
from connectors.webchat.door import is_htmx, lang_of
from connectors.webchat.render import STATIC, plain
from connectors.webchat.settings import WebSettings
from connectors.webchat.surface import Say, Surface

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}
UPLOAD_PATHS = frozenset({"/imports"})
DRAIN_BYTES = 64_000_000  # a refused body up to here is read to its end, so that the browser sees the answer

PathLike = str | os.PathLike[str]
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    desk: Desk,
    queries: Queries,
    accounts: Accounts,
    channels: Looks,
    say: Say,
    metrics: Callable[[], bytes],
    now: Callable[[], datetime],
    settings: WebSettings | None = None,
    lifespan: Lifespan | None = None,
    called: Sequence[APIRouter] = (),
    shops: ShopDoor | None = None,
    reports: SharedReports | None = None,
) -> FastAPI:
    """Make the application that serves every HTTP surface. `called`: what is outside the login.

    `shops`: None where no platform with shops is set up. `reports`: what read-only links show, None: they show nothing.

    Raises:
        Misconfigured: the front-end libraries are not in place; the text names the command (not retryable).
    """
    chosen = settings or WebSettings()
    surface = open_surface(
        desk=desk,
        queries=queries,
        accounts=accounts,
        channels=channels,
        say=say,
        now=now,
        settings=chosen,
        shops=shops,
        reports=reports,
    )
    app = FastAPI(title="Daren", docs_url=None, redoc_url=None, openapi_url=None, lifespan=lifespan)
    for router in called:
        app.include_router(router)
    app.include_router(webchat_router(surface))
    app.mount("/static", _Static(directory=STATIC), name="static")
    _add_probes(app, queries=queries, metrics=metrics)
    _add_error_pages(app, surface)
    app.add_middleware(
        BodyLimit,
        form_bytes=chosen.form_bytes,
        upload_bytes=chosen.upload_bytes,
        refuse=lambda request: _error_page(surface, request, 413),
    )
    app.add_middleware(SecurityHeaders, https=chosen.is_https)
    return app


class SecurityHeaders:
    """Adds the security headers to every answer; pages are never kept by caches in between."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._headers = dict(SECURITY_HEADERS)
        if https:
            self._headers["Strict-Transport-Security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Cache-Control", "private, no-store")
                    headers.add_vary_header("HX-Request")
            await send(message)

        await self._app(scope, receive, send_with_headers)


class _TooLarge(HTTPException):
    def __init__(self) -> None:
        super().__init__(status_code=413)


class BodyLimit:
    """Refuses bodies over the limit of their path, by Content-Length or while they arrive."""

    def __init__(
        self, app: ASGIApp, *, form_bytes: int, upload_bytes: int, refuse: Callable[[Request], Awaitable[Response]]
    ) -> None:
        self._app = app
        self._form_bytes = form_bytes
        self._upload_bytes = upload_bytes
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting what arrives."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._upload_bytes if scope["path"] in UPLOAD_PATHS else self._form_bytes
        declared = Request(scope).headers.get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            await _drain(receive, declared=int(declared))
            answer = await self._refuse(Request(scope))
            await answer(scope, receive, send)
            return
        taken = 0

        async def counted() -> Message:
            nonlocal taken
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > limit:
                raise _TooLarge
            return message

        await self._app(scope, counted, send)


async def _drain(receive: Receive, *, declared: int) -> None:
    """Read what is being sent: a connection closed in mid-upload shows as a network error, not as our answer."""
    if declared > DRAIN_BYTES:
        return
    more = True
    while more:
        message = await receive()
        more = message["type"] == "http.request" and message.get("more_body", False)


class _Static(StaticFiles):
    """Static files; an address that carries the file's digest may be kept for ever."""

    def file_response(
        self, full_path: PathLike, stat_result: os.stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """Add how long a browser may keep it."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        versioned = scope["query_string"].startswith(b"v=")
        response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if versioned else "no-cache"
        return response


def _add_probes(app: FastAPI, *, queries: Queries, metrics: Callable[[], bytes]) -> None:
    @app.get("/healthz")
    async def healthz() -> Response:
        """The process answers."""
        return JSONResponse({"status": "ok"})

    @app.get("/readyz")
    async def readyz() -> Response:
        """Every part it needs answers too; 503 names the one that does not."""
        parts = await queries.health()
        ready = all(state == "ok" for state in parts.values())
        body = {"status": "ok" if ready else "unready", "parts": parts}
        return JSONResponse(body, status_code=200 if ready else 503)

    @app.get("/metrics")
    async def exposed() -> Response:
        """Prometheus text; counts only, nothing of a tenant."""
        return PlainTextResponse(metrics(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _add_error_pages(app: FastAPI, surface: Surface) -> None:
    async def refused(request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 422
        return await _error_page(surface, request, status)

    async def broken(request: Request, _: Exception) -> Response:
        """Starlette hands the exception on to the server's log after this answer."""
        return await _error_page(surface, request, 500)

    app.add_exception_handler(HTTPException, refused)
    app.add_exception_handler(RequestValidationError, refused)
    app.add_exception_handler(Exception, broken)


async def _error_page(surface: Surface, request: Request, status: int) -> Response:
    lang = lang_of(request)
    known = status if status in (404, 405, 413, 500) else 404 if status < 500 else 500
    text = surface.say(f"web_error_{known}", lang, megabytes=surface.settings.upload_bytes // 1_000_000)
    if is_htmx(request):
        return await plain(surface, request, "parts/error.html", status=status, code=status, text=text)
    if "text/html" in request.headers.get("accept", ""):
        return await plain(surface, request, "error.html", status=status, code=status, text=text)
    return JSONResponse({"error": text}, status_code=status)
