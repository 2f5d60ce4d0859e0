"""Figures of a period: what was sold, by whom and of what, each table as a file, and the orders behind a figure."""

from dataclasses import replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.pages.imports import download
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.errors import BadRequest, NotFound
from memory.domain.figures_views import PARTS, FiguresView, FiguresWish, LinesView
from memory.domain.periods import PeriodName

PERIODS = tuple(name.value for name in PeriodName if name is not PeriodName.CUSTOM)
USUAL = PeriodName.LAST_30_DAYS.value
_LONGEST = {
    "period": 20, "first": 10, "last": 10, "compare": 20, "handle": 80, "product": 200, "content": 80, "after": 200,
}  # fmt: skip
# What a row of a part's table stands for in a question about its lines.
ROWS = {"creators": "handle", "products": "product", "videos": "content"}


def figures_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Figures."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/performance")
    async def figures(request: Request, visit: visit_of) -> Response:
        wish, problem, code = _wish(request), "", 200
        try:
            view = await surface.queries.figures(visit.scope, wish)
        except BadRequest as error:
            problem, code, view = surface.told(error, visit.lang), status_of(error), FiguresView("")
        return await page(
            surface, visit, "performance.html", status=code, view=view, wish=wish, problem_said=problem, names=PARTS,
            periods=PERIODS, chosen=wish.period or ("" if wish.first or wish.last else USUAL), rows=ROWS,
            query=_query(wish), query_of=lambda **more: _query(replace(wish, **more)),
        )  # fmt: skip

    @router.get("/performance/orders")
    async def orders(request: Request, visit: visit_of) -> Response:
        wish, problem, code = _wish(request), "", 200
        try:
            view = await surface.queries.figures_lines(visit.scope, wish)
        except (BadRequest, NotFound) as error:
            problem, code, view = surface.told(error, visit.lang), status_of(error), LinesView("", "", ())
        return await page(
            surface, visit, "performance_orders.html", status=code, view=view, wish=wish, problem_said=problem,
            back=_query(replace(wish, handle="", product="", content="", after="")),
            more=_query(replace(wish, after=view.after)),
        )  # fmt: skip

    @router.get("/performance/{part}.{extension}")
    async def export(request: Request, visit: visit_of, part: str, extension: str) -> Response:
        file = await surface.queries.figures_file(visit.scope, _wish(request), part=part, extension=extension)
        return download(file.content, name=file.name, media_type=file.media_type)

    return router


def _wish(request: Request) -> FiguresWish:
    """As typed in the address; without a comparison named, the period before."""
    typed = {
        name: request.query_params[name].strip()[:most]
        for name, most in _LONGEST.items()
        if name in request.query_params
    }
    return FiguresWish(**typed)


def _query(wish: FiguresWish) -> str:
    usual = FiguresWish()
    said = {name: getattr(wish, name) for name in _LONGEST}
    return urlencode({name: value for name, value in said.items() if value != getattr(usual, name)})
