"""The send list: texts to copy, one at a time, and what came of them. Copying asks the desk first: it claims."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute

from connectors.webchat.door import Visit, visitor
from connectors.webchat.forms import read_form, whole
from connectors.webchat.render import fragment, page
from connectors.webchat.surface import Surface
from memory.domain.cards import SendListCard, SendListRow
from memory.domain.errors import AppError, BadRequest, Conflict, NotFound
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import DraftId

Said = Literal["sent", "failed", "skipped", "again", "undone"]
SAID: tuple[Said, ...] = ("sent", "failed", "skipped", "again", "undone")
# The places of the list, in the order of the page.
PLACES = ("unsure", "mine", "ready", "theirs", "night", "later", "held", "failed", "done")


def send_list_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """The page, its copy button and its marks."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/send-list")
    async def send_list(visit: visit_of) -> Response:
        card = await surface.queries.send_list(visit.scope)
        return await page(
            surface, visit, "send_list.html", card=card, groups=_groups(card), at=None, copied=None, said="", problem=""
        )

    @router.post("/send-list/copy")
    async def copy(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        draft = DraftId(whole(fields.text("draft")))
        try:
            await surface.desk.submit(visit.scope, HandOut(draft=draft, night=fields.text("night") == "yes"))
        except (Conflict, NotFound) as refused:
            return await _list(visit, at=draft, problem=refused)
        return await _list(visit, at=draft, copied=draft)

    @router.post("/send-list/mark")
    async def mark(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        draft, said = DraftId(whole(fields.text("draft"))), fields.text("said")
        if said not in SAID or not fields.text("attempt").isdecimal():
            raise BadRequest("web_error_form")
        attempt = int(fields.text("attempt")[:9])
        try:
            reply = await surface.desk.submit(visit.scope, MarkByHand(draft=draft, said=said, attempt=attempt))
        except (Conflict, NotFound) as refused:
            return await _list(visit, at=draft, problem=refused)
        return await _list(visit, at=draft, said=reply.text)

    async def _list(
        visit: Visit, *, at: DraftId, copied: DraftId | None = None, said: str = "", problem: AppError | None = None
    ) -> Response:
        """The whole list anew: one mark may change where others stand."""
        card = await surface.queries.send_list(visit.scope)
        told = surface.told(problem, visit.lang) if problem else ""
        return await fragment(
            surface, visit, "parts/send_list_swapped.html", card=card, groups=_groups(card), at=at, copied=copied,
            said=said, problem=told,
        )  # fmt: skip

    return router


def _groups(card: SendListCard) -> list[tuple[str, list[SendListRow]]]:
    """The rows by where they stand, without empty places."""
    groups = [(place, [row for row in card.items if row.place == place]) for place in PLACES]
    return [(place, rows) for place, rows in groups if rows]
