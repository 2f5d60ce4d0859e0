"""A brand's own message templates: what each version says, how often it was sent, another name, out of use."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import Fields, Id, read_form
from connectors.webchat.pages.saved import back_to, change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.errors import BadRequest, Conflict, NotAllowed, NotFound
from memory.domain.ids import TemplateId
from memory.domain.template_forms import RenameTemplate, RetireTemplate

_TOLD = (BadRequest, Conflict, NotAllowed, NotFound)


def template_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Templates."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/templates")
    async def templates(visit: visit_of) -> Response:
        return await _all(visit)

    @router.post("/templates/{template}")
    async def act(request: Request, visit: visit_of, template: Id) -> Response:
        fields = await read_form(request)
        try:
            reply = await surface.desk.submit(visit.scope, _form(fields, TemplateId(template)))
        except _TOLD as error:
            return await _all(visit, problem=surface.told(error, visit.lang), code=status_of(error))
        return back_to("/templates", reply, at=f"#template-{template}")

    async def _all(visit: Visit, *, problem: str = "", code: int = 200) -> Response:
        return await page(
            surface, visit, "templates.html", status=code, sheets=await surface.queries.templates(visit.scope),
            problem_said=problem, saved=was_saved(visit), change=change_of(visit),
        )  # fmt: skip

    return router


def _form(fields: Fields, template: TemplateId) -> RenameTemplate | RetireTemplate:
    match fields.text("do"):
        case "rename":
            return RenameTemplate(template=template, name=fields.text("name"))
        case "retire":
            return RetireTemplate(template=template)
        case "restore":
            return RetireTemplate(template=template, retired=False)
    raise BadRequest("bad_request")
