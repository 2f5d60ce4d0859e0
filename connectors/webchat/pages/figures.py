"""Figures of a period: what was sold, by whom and of what, tables as files, the orders behind, links for others."""

from dataclasses import dataclass, replace
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import Id, read_form
from connectors.webchat.pages.imports import download
from connectors.webchat.pages.saved import back_to, change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.figures_views import PARTS, FiguresView, FiguresWish, LinesView
from memory.domain.ids import ReportLinkId
from memory.domain.periods import PeriodName
from memory.domain.report_forms import MakeReportLink, RevokeReportLink
from memory.domain.report_links import USUAL_DAYS, USUAL_PARTS

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
        return await shown(request, visit, _Typed())

    async def shown(
        request: Request, visit: Visit, typed: "_Typed", *, link_problem: str = "", code: int = 200
    ) -> Response:  # fmt: skip
        wish, problem = _wish(request), ""
        try:
            view = await surface.queries.figures(visit.scope, wish)
        except BadRequest as error:
            problem, code, view = surface.told(error, visit.lang), status_of(error), FiguresView("")
        return await page(
            surface, visit, "performance.html", status=code, view=view, wish=wish, problem_said=problem, names=PARTS,
            periods=PERIODS, chosen=wish.period or ("" if wish.first or wish.last else USUAL), rows=ROWS,
            query=_query(wish), query_of=lambda **more: _query(replace(wish, **more)),
            links=await surface.queries.report_links(visit.scope), link_problem=link_problem, typed=typed,
            is_public=surface.settings.public_url is not None, reach=_reach(surface, request),
            saved=was_saved(visit), change=change_of(visit),
        )  # fmt: skip

    @router.post("/performance/links")
    async def make_link(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        typed = _Typed(
            fields.text("shows"), fields.text("from_day"), fields.text("to_day"), fields.text("days"),
            fields.texts("parts"),
        )  # fmt: skip
        try:
            await surface.desk.submit(visit.scope, typed.form())
        except (BadRequest, NotFound, NotAllowed) as error:
            said = surface.told(error, visit.lang)
            return await shown(request, visit, typed, link_problem=said, code=status_of(error))
        return back_to("/performance", at="#links")

    @router.post("/performance/links/{link}/revoke")
    async def revoke_link(request: Request, visit: visit_of, link: Id) -> Response:
        try:
            await surface.desk.submit(visit.scope, RevokeReportLink(link=ReportLinkId(link)))
        except (NotFound, NotAllowed) as error:
            said = surface.told(error, visit.lang)
            return await shown(request, visit, _Typed(), link_problem=said, code=status_of(error))
        return back_to("/performance", at="#links")

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


@dataclass(frozen=True, slots=True)
class _Typed:
    """The form of a new link, as it was typed."""

    shows: str = USUAL
    from_day: str = ""
    to_day: str = ""
    days: str = str(USUAL_DAYS)
    parts: tuple[str, ...] = USUAL_PARTS

    def form(self) -> MakeReportLink:
        """What is handed in; days count where they were asked for."""
        fixed = self.shows == "days"
        return MakeReportLink(
            period="" if fixed else self.shows[:20],
            first=self.from_day[:20] if fixed else "",
            last=self.to_day[:20] if fixed else "",
            parts=self.parts,
            days=self.days[:20],
        )


def _reach(surface: Surface, request: Request) -> str:
    """What addresses of this workspace begin with: as others reach it, else as this browser does."""
    public = surface.settings.public_url
    return str(public).rstrip("/") if public else f"{request.url.scheme}://{request.headers.get('host', '')}"


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
