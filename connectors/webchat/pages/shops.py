"""The TikTok Shop page: a brand's shop let in, chosen, its creators fetched, and let go of."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.ports.shops import RETURN_PATH, ShopDoor
from connectors.webchat.door import Visit, visitor
from connectors.webchat.forms import read_form
from connectors.webchat.pages.saved import back_to, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.errors import AppError, Misconfigured, NotFound, Refused, Unavailable
from memory.domain.outreach import Flag
from memory.domain.workspace import Lang

PATH = "/tiktok-shop"
_EXPECTED = (Refused, Unavailable, Misconfigured)


def shop_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """TikTok Shop; nothing where its app is not set up."""
    router = APIRouter(route_class=route_class)
    if surface.shops is None:
        return router
    shops: ShopDoor = surface.shops
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get(PATH)
    async def show(visit: visit_of) -> Response:
        return await _page(visit)

    @router.post(f"{PATH}/connect")
    async def connect(visit: visit_of) -> Response:
        """The address stands on the answer as a link: a form may not lead to another site."""
        try:
            return await _page(visit, authorise=await shops.begin(visit.scope))
        except _EXPECTED as error:
            return await _page(visit, problem=error)

    @router.get(RETURN_PATH)
    async def returned(visit: visit_of, state: str = "", code: str = "") -> Response:
        try:
            await shops.finish(visit.scope, state=state[:200], code=code[:2_000])
        except _EXPECTED as error:
            return await _page(visit, problem=error)
        return back_to(PATH)

    @router.post(f"{PATH}/choose")
    async def choose(request: Request, visit: visit_of) -> Response:
        try:
            await shops.choose(visit.scope, (await read_form(request)).text("shop")[:60])
        except (*_EXPECTED, NotFound) as error:
            return await _page(visit, problem=error)
        return back_to(PATH)

    @router.post(f"{PATH}/sync")
    async def sync(visit: visit_of) -> Response:
        try:
            await shops.sync(visit.scope)
        except _EXPECTED as error:
            return await _page(visit, problem=error)
        return back_to(PATH)

    @router.post(f"{PATH}/disconnect")
    async def disconnect(visit: visit_of) -> Response:
        try:
            await shops.disconnect(visit.scope)
        except _EXPECTED as error:
            return await _page(visit, problem=error)
        return back_to(PATH)

    async def _page(visit: Visit, *, authorise: str = "", problem: AppError | None = None) -> Response:
        view = await shops.view(visit.scope)
        return await page(
            surface, visit, "shop.html", status=422 if problem else 200, view=view, authorise=authorise,
            problem_text=surface.told(problem, visit.lang) if problem else "", saved=was_saved(visit),
            why=lambda flag: _why(surface, flag, visit.lang),
            now=surface.now(), not_signed=surface.say("shop_webhook_not_signed", visit.lang),
        )  # fmt: skip

    return router


def _why(surface: Surface, flag: Flag, lang: Lang) -> str:
    """A stored reason as a sentence; an unknown one by its key."""
    facts = dict(flag.facts)
    try:
        if flag.key == "shop_orders_differ":
            facts["field"] = surface.say(f"sale_field_{facts['field']}", lang)
        return surface.say(flag.key, lang, **facts)
    except KeyError:
        return flag.key
