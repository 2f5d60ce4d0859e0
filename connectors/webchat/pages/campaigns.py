"""Campaigns: how far each is, round by round, and the four things a person may do with one."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import Fields, Id, read_form, whole
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
)
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import BrandId, CampaignId

_Form = PauseCampaign | ResumeCampaign | CancelCampaign | CopyCampaign | RetryCampaign
_TOLD = (BadRequest, Conflict, NotAllowed)
_DONE = frozenset({"pause", "resume", "cancel", "copy", "retry"})


def campaign_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Campaigns."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/campaigns")
    async def campaigns(visit: visit_of) -> Response:
        return await page(surface, visit, "campaigns.html", sheets=await surface.queries.campaigns(visit.scope))

    @router.get("/campaigns/{campaign}")
    async def campaign(visit: visit_of, campaign: Id) -> Response:
        return await _one(visit, CampaignId(campaign))

    @router.post("/campaigns/{campaign}")
    async def act(request: Request, visit: visit_of, campaign: Id) -> Response:
        fields = await read_form(request)
        which = CampaignId(campaign)
        try:
            await surface.desk.submit(visit.scope, _form(fields, which))
        except _TOLD as error:
            return await _one(visit, which, problem=surface.told(error, visit.lang), code=status_of(error))
        return RedirectResponse(f"/campaigns/{campaign}?done={fields.text('do')}", status_code=303)

    async def _one(visit: Visit, campaign: CampaignId, *, problem: str = "", code: int = 200) -> Response:
        sheet = await surface.queries.campaign(visit.scope, campaign)
        done = visit.request.query_params.get("done", "")
        return await page(
            surface, visit, "campaign.html", status=code, sheet=sheet, problem_said=problem,
            done=done if done in _DONE else "",
        )  # fmt: skip

    return router


def _form(fields: Fields, campaign: CampaignId) -> _Form:
    match fields.text("do"):
        case "pause":
            return PauseCampaign(campaign=campaign)
        case "resume":
            return ResumeCampaign(campaign=campaign)
        case "cancel":
            return CancelCampaign(campaign=campaign)
        case "retry":
            return RetryCampaign(campaign=campaign, reason=fields.text("reason")[:80])
        case "copy":
            return CopyCampaign(campaign=campaign, brand=BrandId(whole(fields.text("brand"))))
    raise BadRequest("bad_request")
