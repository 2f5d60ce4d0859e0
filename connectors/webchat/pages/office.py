"""The team's own books: products, members, and the settings of brand and browser."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, visitor
from connectors.webchat.forms import Fields, Id, place_of, read_form, whole
from connectors.webchat.pages.saved import back_to, change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.channel_forms import AcceptClaim, EndBinding, MakeBindCode, RevokeIdentity
from memory.domain.chat import Command, Reply, RevokeDeputy, SaveDeputy, SaveMember, SavePolicy, SaveProduct
from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.ids import BindingId, BrandId, DeputyId, IdentityId, MemberId, ProductId
from memory.domain.workspace import Role

_EXPECTED = (BadRequest, Conflict)  # told in the form; who may not change it sees no form, but the refusal


@dataclass(frozen=True, slots=True)
class _Tried:
    """A form handed in: what went wrong by field, or the answer."""

    problem: dict[str, str]
    reply: Reply | None = None


def office_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Products, members, settings."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/products")
    async def products(visit: visit_of, edit: Id | None = None) -> Response:
        return await _products(visit, edit=edit)

    @router.post("/products")
    async def save_product(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        tried = await _try(visit, Role.OPERATOR, "name", fields, lambda: _product(fields))
        if tried.problem:
            return await _products(visit, edit=fields.optional_id("id"), typed=fields.typed(), problem=tried.problem)
        return back_to("/products", tried.reply)

    @router.get("/members")
    async def members(visit: visit_of, edit: Id | None = None, deputy: Id | None = None) -> Response:
        return await _members(visit, edit=edit, deputy=deputy)

    @router.post("/members")
    async def save_member(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        tried = await _try(visit, Role.LEAD, "login", fields, lambda: _member(fields))
        if tried.problem:
            return await _members(visit, edit=fields.optional_id("id"), typed=fields.typed(), problem=tried.problem)
        return back_to("/members")

    @router.post("/members/deputies")
    async def save_deputy(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        tried = await _try(visit, Role.LEAD, "until", fields, lambda: _deputy(fields))
        if tried.problem:
            return await _members(visit, edit=None, deputy_typed=fields.typed(), problem=tried.problem)
        return back_to("/members", at="#deputies")

    @router.post("/members/deputies/revoke")
    async def revoke_deputy(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        deputy = DeputyId(whole(fields.text("deputy")))
        tried = await _try(visit, Role.LEAD, "deputy", fields, lambda: RevokeDeputy(deputy=deputy))
        if tried.problem:
            return await _members(visit, edit=None, problem=tried.problem)
        return back_to("/members", at="#deputies")

    @router.post("/members/codes")
    async def make_code(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        tried = await _try(visit, Role.LEAD, "for_brand", fields, lambda: _code(fields))
        # The code is in this answer alone: a page that one is led back to could not show it.
        told = tried.reply.text if tried.reply else ""
        return await _members(visit, edit=None, bound_typed=fields.typed(), problem=tried.problem, told=told)

    @router.post("/members/claims")
    async def accept_claim(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        tried = await _try(visit, Role.LEAD, "code", fields, lambda: _claim(fields))
        if tried.problem:
            return await _members(visit, edit=None, bound_typed=fields.typed(), problem=tried.problem)
        return back_to("/members", at="#bound")

    @router.post("/members/identities/revoke")
    async def revoke_identity(request: Request, visit: visit_of) -> Response:
        identity = IdentityId(whole((await read_form(request)).text("identity")))
        await surface.desk.submit(visit.scope, RevokeIdentity(identity=identity))
        return back_to("/members", at="#bound")

    @router.post("/members/chats/end")
    async def end_binding(request: Request, visit: visit_of) -> Response:
        binding = BindingId(whole((await read_form(request)).text("binding")))
        await surface.desk.submit(visit.scope, EndBinding(binding=binding))
        return back_to("/members", at="#bound")

    @router.get("/settings")
    async def settings(visit: visit_of) -> Response:
        return await _settings(visit)

    @router.post("/settings/policy")
    async def save_policy(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        policy = SavePolicy(
            own_drafts_approvable=fields.text("own_drafts_approvable") == "yes",
            commission_ceiling=fields.text("commission_ceiling"),
            fee_ceiling=fields.optional_text("fee_ceiling"),
            sample_ceiling=fields.optional_text("sample_ceiling"),
            batch_ceiling=fields.optional_text("batch_ceiling"),
            cool_down_days=fields.optional_text("cool_down_days"),
            night_by_hand=fields.yes_no("night_by_hand"),
            rest_on_holidays=fields.yes_no("rest_on_holidays"),
            rest_on_saturdays=fields.yes_no("rest_on_saturdays"),
            rest_on_sundays=fields.yes_no("rest_on_sundays"),
            contacts_per_week=fields.optional_text("contacts_per_week"),
            whole_sequences=fields.yes_no("whole_sequences"),
            product_cards=fields.yes_no("product_cards"),
            collaboration_cards=fields.yes_no("collaboration_cards"),
            sample_cards=fields.yes_no("sample_cards"),
        )
        tried = await _try(visit, Role.LEAD, "commission_ceiling", fields, lambda: policy)
        if tried.problem:
            return await _settings(visit, typed=fields.typed(), problem=tried.problem)
        return back_to("/settings", tried.reply)

    async def _try(visit: Visit, role: Role, needed: str, fields: Fields, command: Callable[[], Command]) -> _Tried:
        """Submit a form; what went wrong by field ("form" when no field is named), empty when nothing.

        Raises NotAllowed: without the role there is no form to tell it in.
        """
        if visit.may(role) and not fields.text(needed):
            return _Tried({needed: surface.say("web_error_needed", visit.lang)})
        try:
            return _Tried({}, await surface.desk.submit(visit.scope, command()))
        except _EXPECTED as error:
            return _Tried({place_of(error, fields.data.keys()): surface.told(error, visit.lang)})

    async def _products(
        visit: Visit,
        *,
        edit: int | None,
        typed: dict[str, str] | None = None,
        problem: dict[str, str] | None = None,
    ) -> Response:
        listed = await surface.queries.products(visit.scope)
        current = next((product for product in listed if product.id == edit), None)
        if edit is not None and current is None:
            raise NotFound("web_error_product")
        return await page(
            surface, visit, "products.html", status=422 if problem else 200, products=listed, current=current,
            typed=typed, errors=problem or {}, saved=was_saved(visit), adding=_asked(visit, "add"),
            change=change_of(visit),
        )  # fmt: skip

    async def _members(
        visit: Visit,
        *,
        edit: int | None,
        deputy: int | None = None,
        typed: dict[str, str] | None = None,
        deputy_typed: dict[str, str] | None = None,
        bound_typed: dict[str, str] | None = None,
        problem: dict[str, str] | None = None,
        told: str = "",
    ) -> Response:
        listed = await surface.queries.members(visit.scope)
        current = next((member for member in listed if member.id == edit), None)
        if edit is not None and current is None:
            raise NotFound("web_error_member")
        deputies = await surface.queries.deputies(visit.scope)
        return await page(
            surface, visit, "members.html", status=422 if problem else 200, members=listed, current=current,
            typed=typed, errors=problem or {}, saved=was_saved(visit), adding=_asked(visit, "add"), roles=tuple(Role),
            deputies=deputies, moving=next((one for one in deputies if one.id == deputy), None),
            deputy_typed=deputy_typed or {}, names={member.id: member for member in listed},
            bound=await surface.queries.bound(visit.scope), bound_typed=bound_typed or {}, told=told,
        )  # fmt: skip

    async def _settings(
        visit: Visit, *, typed: dict[str, str] | None = None, problem: dict[str, str] | None = None
    ) -> Response:
        shell = await surface.queries.shell(visit.scope)
        policy = await surface.queries.policy(visit.scope) if visit.scope.brand or len(shell.brands) == 1 else None
        return await page(
            surface, visit, "settings.html", status=422 if problem else 200, policy=policy,
            quota=await surface.queries.quota(visit.scope), activity=await surface.queries.activity(visit.scope),
            typed=typed or {}, saved=was_saved(visit), change=change_of(visit), errors=problem or {},
        )  # fmt: skip

    return router


def _asked(visit: Visit, name: str) -> bool:
    return visit.request.query_params.get(name) == "1"


def _product(fields: Fields) -> SaveProduct:
    known = fields.optional_id("id")
    return SaveProduct(
        id=ProductId(known) if known else None,
        name=fields.text("name")[:200],
        link=fields.text("link"),
        price=fields.text("price"),
        selling_points=fields.lines("selling_points"),
        commission_ceiling=fields.text("commission_ceiling"),
        sample=fields.yes_no("sample"),
    )


def _code(fields: Fields) -> MakeBindCode:
    member = fields.optional_id("for_member")
    return MakeBindCode(member=MemberId(member) if member else None, brand=_brand(fields.text("for_brand")))


def _claim(fields: Fields) -> AcceptClaim:
    member = MemberId(whole(fields.text("who")))
    return AcceptClaim(code=fields.text("code")[:40], member=member, brand=_brand(fields.text("who_brand")))


def _brand(chosen: str) -> BrandId | None:
    """A brand by number; "all" is none in particular."""
    return None if chosen == "all" else BrandId(whole(chosen))


def _deputy(fields: Fields) -> SaveDeputy:
    return SaveDeputy(
        member=MemberId(whole(fields.text("member"))),
        stands_for=MemberId(whole(fields.text("stands_for"))),
        until=fields.text("until")[:20],
    )


def _member(fields: Fields) -> SaveMember:
    known, brand = fields.optional_id("id"), fields.optional_id("brand")
    return SaveMember(
        id=MemberId(known) if known else None,
        login=fields.text("login")[:80],
        name=(fields.text("name") or fields.text("login"))[:80],
        role=fields.text("role"),
        brand=BrandId(brand) if brand else None,
        password=fields.raw("password")[:200],
        active=fields.text("active") != "no",
    )
