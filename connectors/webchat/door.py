"""Who stands at the door: session and preference cookies, the check against forged requests, and the Visit.

Nothing here decides what a member may do; that is the desk's. Errors raised by a page become its answer here.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote, urlsplit

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.webchat.surface import Surface
from memory.domain.errors import (
    AppError,
    BadRequest,
    Conflict,
    Misconfigured,
    NotAllowed,
    NotFound,
    Refused,
    Unavailable,
    Unclear,
)  # fmt: skip
from memory.domain.ids import BrandId
from memory.domain.workspace import Lang, Role, Scope, SessionToken

SESSION_COOKIE = "daren_session"
BRAND_COOKIE = "daren_brand"
LANG_COOKIE = "daren_lang"
THEME_COOKIE = "daren_theme"
YEAR_SECONDS = 365 * 24 * 3600
Theme = Literal["light", "dark", "auto"]

_STATUS: tuple[tuple[type[AppError], int], ...] = (
    (NotFound, 404),
    (BadRequest, 422),
    (NotAllowed, 403),
    (Conflict, 409),
    (Refused, 422),
    (Unavailable, 503),
    (Unclear, 502),
    (Misconfigured, 503),
)


class SignInNeeded(Exception):
    """Nobody is signed in; `path` is where they wanted to go."""

    def __init__(self, path: str) -> None:
        super().__init__(path)
        self.path = path


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a signed-in member."""

    request: Request
    scope: Scope

    @property
    def lang(self) -> Lang:
        """The language of the page."""
        return self.scope.lang

    def may(self, role: Role) -> bool:
        """Whether to offer what needs `role`; the desk checks it again."""
        return self.scope.role.covers(role)


def status_of(error: AppError) -> int:
    """The HTTP status of a deliberate failure."""
    if error.text_key == "too_many_tries":
        return 429
    return next((status for kind, status in _STATUS if isinstance(error, kind)), 500)


def lang_of(request: Request) -> Lang:
    """The language chosen in this browser; Chinese until somebody chooses."""
    return "en" if request.cookies.get(LANG_COOKIE) == "en" else "zh"


def theme_of(request: Request) -> Theme:
    """The theme chosen in this browser; the system's until somebody chooses."""
    chosen = request.cookies.get(THEME_COOKIE)
    return "light" if chosen == "light" else "dark" if chosen == "dark" else "auto"


def is_htmx(request: Request) -> bool:
    """Whether htmx asked for a piece of a page."""
    return request.headers.get("hx-request") == "true"


def local_path(target: str | None, *, default: str = "/") -> str:
    """`target` if it stays on this site, else `default`: no open redirects."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")) or "\\" in target:
        return default
    parts = urlsplit(target)
    return default if parts.scheme or parts.netloc or any(ord(sign) < 32 for sign in target) else target


def is_same_origin(request: Request, *, public_origin: str | None) -> bool:
    """Whether a changing request comes from our own page: Sec-Fetch-Site, else Origin, else no."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = request.headers.get("origin")
    if origin is None:
        return False
    return origin in {public_origin, f"{request.url.scheme}://{request.headers.get('host', '')}"}


def remember_session(response: Response, token: SessionToken, *, surface: Surface, request: Request) -> None:
    """Give the browser its session: out of reach of scripts, not sent along from other sites."""
    response.set_cookie(
        SESSION_COOKIE,
        token.token,
        max_age=surface.settings.session_days * 24 * 3600,
        httponly=True,
        samesite="lax",
        secure=_secure(surface, request),
    )


def remember_choice(response: Response, name: str, value: str, *, surface: Surface, request: Request) -> None:
    """Keep a choice (brand, language) in this browser for a year."""
    response.set_cookie(
        name, value, max_age=YEAR_SECONDS, httponly=True, samesite="lax", secure=_secure(surface, request)
    )


def visitor(surface: Surface) -> Callable[[Request], Awaitable[Visit]]:
    """The dependency that proves who asks. Raises SignInNeeded."""

    async def visit(request: Request) -> Visit:
        token = request.cookies.get(SESSION_COOKIE)
        chosen = request.cookies.get(BRAND_COOKIE, "")
        brand = BrandId(int(chosen)) if chosen.isdecimal() and len(chosen) < 19 else None
        lang = lang_of(request) if LANG_COOKIE in request.cookies else None
        scope = await surface.accounts.scope(token, brand=brand, lang=lang) if token else None
        if token and scope is None and brand is not None:  # a brand the member may no longer see
            scope = await surface.accounts.scope(token, lang=lang)
        if scope is None:
            wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
            raise SignInNeeded(wanted if request.method == "GET" and not is_htmx(request) else "/")
        return Visit(request=request, scope=scope)

    return visit


ErrorPage = Callable[[Request, AppError], Awaitable[Response]]


def guarded_route(surface: Surface, error_page: ErrorPage) -> type[APIRoute]:
    """A route that refuses forged requests and turns deliberate failures into answers."""

    class GuardedRoute(APIRoute):
        """One page or piece of a page."""

        def get_route_handler(self) -> Callable[[Request], Coroutine[None, None, Response]]:
            """Wrap the page's own handler."""
            answer = super().get_route_handler()

            async def guarded(request: Request) -> Response:
                try:
                    if "\x00" in request.url.path or b"%00" in request.scope["query_string"]:
                        raise NotFound("web_error_404")
                    if request.method not in ("GET", "HEAD") and not is_same_origin(
                        request, public_origin=surface.settings.origin
                    ):
                        raise NotAllowed("web_error_other_site")
                    return await answer(request)
                except SignInNeeded as needed:
                    return _to_sign_in(request, needed.path)
                except AppError as error:
                    return await error_page(request, error)
                finally:
                    await request.close()  # an uploaded file may lie in a temporary one

            return guarded

    return GuardedRoute


def _to_sign_in(request: Request, path: str) -> Response:
    target = "/login" if path == "/" else f"/login?next={quote(path, safe='/')}"
    if is_htmx(request):
        return Response(status_code=401, headers={"HX-Redirect": target})
    return RedirectResponse(target, status_code=303)


def _secure(surface: Surface, request: Request) -> bool:
    return surface.settings.is_https or request.url.scheme == "https"
