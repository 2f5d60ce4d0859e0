"""Campaigns: how far each is, round by round, what a person may do with one, and the form that makes one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import WHOLE_FORM, Fields, Id, place_of, read_form, whole
from connectors.webchat.pages.saved import back_to, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.campaign import MOST_PRODUCTS
from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    MakeCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
    SavePreset,
)
from memory.domain.campaign_plans import CampaignPreview
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.follow_ups import MOST_ROUNDS, Condition
from memory.domain.ids import BrandId, CampaignId

_Form = PauseCampaign | ResumeCampaign | CancelCampaign | CopyCampaign | RetryCampaign
_TOLD = (BadRequest, Conflict, NotAllowed)
_TEMPLATES = tuple(f"template_{number}" for number in range(1, 2 + MOST_ROUNDS))
_DONE = frozenset({"pause", "resume", "cancel", "copy", "retry"})


@dataclass(frozen=True, slots=True)
class _Chosen:
    """What is ticked in the form that makes a campaign."""

    shortlists: tuple[int, ...] = ()
    products: tuple[int, ...] = ()


def campaign_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Campaigns."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/campaigns")
    async def campaigns(visit: visit_of) -> Response:
        return await _all(visit)

    @router.post("/campaigns/usual")
    async def usual(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        try:
            await surface.desk.submit(visit.scope, _preset(fields))
        except _TOLD as error:
            wrong = {place_of(error, fields.typed()): surface.told(error, visit.lang)}
            return await _all(visit, typed=fields.typed(), errors=wrong, code=status_of(error))
        return back_to("/campaigns", at="#usual")

    async def _all(
        visit: Visit,
        *,
        typed: Mapping[str, str] | None = None,
        errors: Mapping[str, str] | None = None,
        code: int = 200,
    ) -> Response:
        return await page(
            surface, visit, "campaigns.html", status=code, sheets=await surface.queries.campaigns(visit.scope),
            presets=await surface.queries.campaign_presets(visit.scope), typed=typed or {}, errors=errors or {},
            saved=was_saved(visit),
        )  # fmt: skip

    @router.get("/campaigns/new")
    async def new(visit: visit_of) -> Response:
        return await _new(visit, {}, _Chosen())

    @router.post("/campaigns/new")
    async def make(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        typed, chosen = fields.typed(), _Chosen(fields.numbers("shortlists"), fields.numbers("products"))
        try:
            form = _plan(fields)
            shown = await surface.queries.campaign_preview(visit.scope, form)
            if shown.problems:
                return await _new(visit, typed, chosen, errors=shown.problems, code=422)
            if fields.text("do") != "make":
                return await _new(visit, typed, chosen, preview=shown)
            await surface.desk.submit(visit.scope, form)
        except _TOLD as error:
            told = {WHOLE_FORM: surface.told(error, visit.lang)}
            return await _new(visit, typed, chosen, errors=told, code=status_of(error))
        made = await surface.queries.campaigns(visit.scope)
        of_name = (one.view.campaign.id for one in made if one.view.campaign.name == shown.name)
        return RedirectResponse(f"/campaigns/{next(of_name, '')}", status_code=303)

    async def _new(
        visit: Visit,
        typed: Mapping[str, str],
        chosen: _Chosen,
        *,
        errors: Mapping[str, str] | None = None,
        preview: CampaignPreview | None = None,
        code: int = 200,
    ) -> Response:
        offered = await surface.queries.campaign_choices(visit.scope)
        return await page(
            surface, visit, "campaign_new.html", status=code, offered=offered, typed=typed, chosen=chosen.shortlists,
            products=chosen.products, errors=errors or {}, preview=preview, conditions=tuple(Condition),
            most_rounds=1 + MOST_ROUNDS, most_products=MOST_PRODUCTS,
            own_typed=any(typed.get(name) for name in (*_TEMPLATES, "split")),
        )  # fmt: skip

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


def _plan(fields: Fields) -> MakeCampaign:
    """What was typed, cut to what a row holds: the desk says what does not read."""
    return MakeCampaign(
        name=fields.text("name")[:80],
        scenario=fields.text("scenario")[:20],
        products=fields.numbers("products"),
        templates=tuple(fields.text(name)[:20] for name in _TEMPLATES),
        split=fields.text("split")[:20],
        commission=fields.text("commission")[:20],
        free_sample=fields.text("free_sample") == "yes",
        shortlists=fields.numbers("shortlists"),
        handles=fields.words("handles"),
        rounds=fields.text("rounds")[:20],
        every_days=fields.text("every_days")[:20],
        condition=fields.text("condition")[:20],
        starts_on=fields.text("starts_on")[:20],
        promotion_on=fields.text("promotion_on")[:20],
    )


def _preset(fields: Fields) -> SavePreset:
    names = SavePreset.model_fields.keys() - {"kind", "reset"}
    typed = {name: fields.text(name)[:20] for name in names}
    return SavePreset.model_validate(typed | {"reset": fields.text("do") == "reset"})


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
