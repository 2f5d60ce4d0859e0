"""Coming in and going out: first set-up, sign-in, sign-out, and the choices kept in the browser."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.ports.accounts import FirstSetup
from connectors.webchat.door import (
    BRAND_COOKIE,
    LANG_COOKIE,
    SESSION_COOKIE,
    Visit,
    lang_of,
    local_path,
    remember_choice,
    remember_session,
    status_of,
    visitor,
)  # fmt: skip
from connectors.webchat.forms import Fields, place_of, read_form
from connectors.webchat.render import plain
from connectors.webchat.surface import Surface
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.markets import MARKETS
from memory.domain.workspace import Lang

ZONES = (
    "Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "Asia/Bangkok",
    "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
)  # fmt: skip
PASSWORD_LENGTH = 8
_NEEDED = ("owner_name", "owner_login", "password", "shop_name", "market", "brand_name")


def entry_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Set-up, sign-in and sign-out."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/setup")
    async def show_setup(request: Request) -> Response:
        if await surface.accounts.workspace() is not None:
            return RedirectResponse("/login", status_code=303)
        return await _setup_page(request, {}, {})

    @router.post("/setup")
    async def set_up(request: Request) -> Response:
        fields = await read_form(request)
        errors = {name: "web_error_needed" for name in _NEEDED if not fields.text(name)}
        if "password" not in errors and len(fields.raw("password")) < PASSWORD_LENGTH:
            errors["password"] = "web_error_short_password"  # noqa: S105  # the key of a text
        if errors:
            said = {name: surface.say(key, lang_of(request), least=PASSWORD_LENGTH) for name, key in errors.items()}
            return await _setup_page(request, fields.typed(), said, status=422)
        try:
            token = await surface.accounts.set_up(_setup_of(fields, lang_of(request)))
        except (BadRequest, Conflict) as error:
            said = {place_of(error, fields.typed().keys() | {"password"}): surface.told(error, lang_of(request))}
            return await _setup_page(request, fields.typed(), said, status=status_of(error))
        answer = RedirectResponse("/", status_code=303)
        remember_session(answer, token, surface=surface, request=request)
        return answer

    @router.get("/login")
    async def show_login(request: Request, next: str = "/") -> Response:  # noqa: A002  # the address reads so
        if await surface.accounts.workspace() is None:
            return RedirectResponse("/setup", status_code=303)
        return await _login_page(request, target=local_path(next))

    @router.post("/login")
    async def sign_in(request: Request) -> Response:
        fields = await read_form(request)
        target = local_path(fields.text("next"))
        address = request.client.host if request.client else "unknown"
        try:
            token = await surface.accounts.sign_in(
                login=fields.text("login"), password=fields.raw("password"), address=address
            )
        except NotAllowed as error:
            said = surface.told(error, lang_of(request))
            return await _login_page(
                request, target=target, login=fields.text("login"), error=said, status=status_of(error)
            )
        answer = RedirectResponse(target, status_code=303)
        remember_session(answer, token, surface=surface, request=request)
        scope = await surface.accounts.scope(token.token)
        if scope is not None and LANG_COOKIE not in request.cookies:  # so that error pages speak it too
            remember_choice(answer, LANG_COOKIE, scope.lang, surface=surface, request=request)
        return answer

    @router.post("/logout")
    async def sign_out(request: Request) -> Response:
        token = request.cookies.get(SESSION_COOKIE)
        if token:
            await surface.accounts.sign_out(token)
        answer = RedirectResponse("/login", status_code=303)
        answer.delete_cookie(SESSION_COOKIE)
        answer.delete_cookie(BRAND_COOKIE)
        return answer

    @router.post("/lang")
    async def choose_lang(request: Request) -> Response:
        fields = await read_form(request)
        lang: Lang = "en" if fields.text("lang") == "en" else "zh"
        token = request.cookies.get(SESSION_COOKIE)
        scope = await surface.accounts.scope(token) if token else None
        if scope is not None:
            await surface.accounts.set_lang(scope, lang)
        answer = RedirectResponse(local_path(fields.text("next")), status_code=303)
        remember_choice(answer, LANG_COOKIE, lang, surface=surface, request=request)
        return answer

    @router.post("/brand")
    async def choose_brand(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        brand = fields.optional_id("brand")
        shell = await surface.queries.shell(visit.scope)
        answer = RedirectResponse(local_path(fields.text("next")), status_code=303)
        if brand is None:
            answer.delete_cookie(BRAND_COOKIE)
        elif any(known.id == brand for known in shell.brands):
            remember_choice(answer, BRAND_COOKIE, str(brand), surface=surface, request=request)
        else:
            raise NotAllowed("web_error_brand")
        return answer

    async def _setup_page(
        request: Request, typed: dict[str, str], errors: dict[str, str], *, status: int = 200
    ) -> Response:
        return await plain(
            surface, request, "setup.html", status=status, typed=typed, errors=errors, markets=tuple(MARKETS),
            zones=ZONES, password_length=PASSWORD_LENGTH,
        )  # fmt: skip

    async def _login_page(
        request: Request, *, target: str, login: str = "", error: str = "", status: int = 200
    ) -> Response:
        workspace = await surface.accounts.workspace()
        return await plain(
            surface, request, "login.html", status=status, target=target, login=login, error=error,
            workspace=workspace,
        )  # fmt: skip

    return router


def _setup_of(fields: Fields, lang: Lang) -> FirstSetup:
    return FirstSetup(
        owner_login=fields.text("owner_login"),
        owner_name=fields.text("owner_name"),
        password=fields.raw("password"),
        shop_name=fields.text("shop_name"),
        market=fields.text("market"),
        brand_name=fields.text("brand_name"),
        team_zone=fields.text("team_zone") or ZONES[0],
        product_name=fields.text("product_name"),
        product_link=fields.text("product_link"),
        product_price=fields.text("product_price"),
        selling_points=fields.lines("selling_points"),
        commission_ceiling=fields.text("commission_ceiling"),
        sample=fields.yes_no("sample"),
        lang=lang,
    )
