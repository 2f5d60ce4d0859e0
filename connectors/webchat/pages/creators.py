"""Creators with filters typed as people write, and one creator's page."""

from typing import Annotated
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.ports.queries import CreatorPage
from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import Skip, place_of, read_form
from connectors.webchat.pages.saved import back_to, change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.chat import EraseCreator, GiveFirstMessagePass, UpdateRelation
from memory.domain.creator import Stage
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.markets import CATEGORIES, MARKETS
from memory.domain.rate_forms import AgreeRate
from memory.domain.workspace import Role

PAGE_SIZE = 50
FILTERS = (
    "topic", "market", "category", "followers_min", "followers_max", "gmv_min", "gmv_max", "engagement_min",
    "stage", "tag",
)  # fmt: skip
_NOTHING = CreatorPage(items=(), total=0, offset=0)


def creator_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Creators."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/creators")
    async def creators(request: Request, visit: visit_of, offset: Skip = 0) -> Response:
        typed = {name: request.query_params.get(name, "").strip()[:200] for name in FILTERS}
        used = {name: value for name, value in typed.items() if value}
        errors: dict[str, str] = {}
        try:
            found = await surface.queries.creators(visit.scope, filters=used, offset=max(0, offset), limit=PAGE_SIZE)
        except BadRequest as error:
            errors = {place_of(error, FILTERS): surface.told(error, visit.lang)}
            found = _NOTHING
        return await page(
            surface, visit, "creators.html", status=422 if errors else 200, found=found, typed=typed,
            errors=errors, used=used, query=urlencode(used), page_size=PAGE_SIZE, markets=tuple(MARKETS),
            categories=CATEGORIES, stages=tuple(Stage), erased=request.query_params.get("erased") == "1",
        )  # fmt: skip

    @router.get("/creators/{handle}")
    async def creator(visit: visit_of, handle: str) -> Response:
        return await _profile(visit, handle)

    @router.post("/creators/{handle}")
    async def change_relation(request: Request, visit: visit_of, handle: str) -> Response:
        fields = await read_form(request)
        had = set(fields.words("had_tags"))
        tags = fields.words("tags")
        change = UpdateRelation(
            handle=handle,
            stage=fields.text("stage") or None,
            add_tags=tuple(tag for tag in tags if tag not in had),
            remove_tags=tuple(sorted(had - set(tags))),
            note=fields.raw("note").strip()[:2000],
            blocked=fields.text("blocked") == "yes",
        )
        try:
            reply = await surface.desk.submit(visit.scope, change)
        except BadRequest as error:
            return await _profile(
                visit, handle, problem=surface.told(error, visit.lang), typed=fields.typed(), status=status_of(error)
            )
        return back_to(f"/creators/{quote(handle)}", reply, at="#relation")

    @router.post("/creators/{handle}/pass")
    async def give_pass(request: Request, visit: visit_of, handle: str) -> Response:
        fields = await read_form(request)
        wish = GiveFirstMessagePass(handle=handle[:200], reason=fields.text("reason")[:500])
        try:
            await surface.desk.submit(visit.scope, wish)
        except BadRequest as error:
            place, told = place_of(error, ("reason",)), surface.told(error, visit.lang)
            return await _profile(
                visit,
                handle,
                problem="" if place == "reason" else told,
                errors={place: told},
                typed=fields.typed(),
                status=status_of(error),
            )
        return back_to(f"/creators/{quote(handle)}", at="#relation")

    @router.post("/creators/{handle}/rate")
    async def agree_rate(request: Request, visit: visit_of, handle: str) -> Response:
        fields = await read_form(request)
        wish = AgreeRate(
            handle=handle[:200],
            rate=fields.text("rate")[:40],
            product=fields.text("product")[:40],
            since=fields.text("since")[:40],
        )
        try:
            reply = await surface.desk.submit(visit.scope, wish)
        except BadRequest as error:
            place, told = place_of(error, ("rate", "product", "since")), surface.told(error, visit.lang)
            known = place in ("rate", "product", "since")
            return await _profile(
                visit,
                handle,
                problem="" if known else told,
                errors={place: told},
                typed=fields.typed(),
                status=status_of(error),
            )
        return back_to(f"/creators/{quote(handle)}", reply, at="#rates")

    @router.post("/creators/{handle}/erase")
    async def erase(request: Request, visit: visit_of, handle: str) -> Response:
        fields = await read_form(request)
        wish = EraseCreator(handle=handle[:200], code=fields.text("code")[:20])
        try:
            reply = await surface.desk.submit(visit.scope, wish)
        except (BadRequest, NotAllowed) as error:
            told = surface.told(error, visit.lang)
            return await _profile(visit, handle, problem=told, typed=fields.typed(), status=status_of(error))
        if wish.code:
            return RedirectResponse("/creators?erased=1", status_code=303)
        return await _profile(visit, handle, erasing=reply.text)

    async def _profile(
        visit: Visit,
        handle: str,
        *,
        problem: str = "",
        typed: dict[str, str] | None = None,
        errors: dict[str, str] | None = None,
        status: int = 200,
        erasing: str = "",
    ) -> Response:
        profile = await surface.queries.creator(visit.scope, handle)
        products = await surface.queries.products(visit.scope) if visit.may(Role.OPERATOR) else ()
        return await page(
            surface, visit, "creator.html", status=status, profile=profile, stages=tuple(Stage), problem=problem,
            typed=typed or {}, errors=errors or {}, products=products, saved=was_saved(visit),
            change=change_of(visit), erasing=erasing,
            sample_status=lambda status: surface.say(f"sample_status_{status}", visit.lang),
        )  # fmt: skip

    return router
