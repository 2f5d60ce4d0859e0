"""What creators wrote, by state and intent, each with its stage; one of them with its thread and what can be done."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.ports.queries import ReplyFilter
from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.forms import Fields, Id, read_form
from connectors.webchat.pages.saved import change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.chat import Reply, UpdateRelation
from memory.domain.creator import Stage
from memory.domain.errors import AppError, BadRequest, NotAllowed, Refused, Unavailable
from memory.domain.ids import CreatorMessageId
from memory.domain.outreach import Intent
from memory.domain.reply_forms import WorkOnReply

STATUSES = ("unanswered", "unread", "all")
STAGES = (Stage.REPLIED, Stage.NEGOTIATING, Stage.AGREED, Stage.DECLINED)  # what an answer leads to, one tap away
_TOLD = (BadRequest, NotAllowed, Refused, Unavailable)


def reply_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Replies."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/replies")
    async def replies(visit: visit_of, status: str = "", intent: str = "", after: Id | None = None) -> Response:
        return await _page(visit, _wish(status, intent, after))

    @router.get("/replies/{message}")
    async def one(visit: visit_of, message: Id) -> Response:
        return await _page(visit, _one(message))

    @router.post("/replies/{message}")
    async def work(request: Request, visit: visit_of, message: Id) -> Response:
        fields = await read_form(request)
        wish = WorkOnReply(
            message=CreatorMessageId(message), wish="translate" if fields.text("wish") == "translate" else "suggest"
        )
        try:
            await surface.desk.submit(visit.scope, wish)
        except _TOLD as error:
            return await _page(visit, _one(message), refused=error)
        return RedirectResponse(f"/replies/{message}?done={wish.wish}", status_code=303)

    @router.post("/replies/{message}/stage")
    async def move(request: Request, visit: visit_of, message: Id) -> Response:
        fields = await read_form(request)
        change = UpdateRelation(handle=fields.text("handle")[:200], stage=fields.text("stage")[:20] or None)
        try:
            reply = await surface.desk.submit(visit.scope, change)
        except _TOLD as error:
            return await _page(visit, _one(message), refused=error)
        return RedirectResponse(_back(fields, message, reply), status_code=303)

    async def _page(visit: Visit, wish: ReplyFilter, *, refused: AppError | None = None) -> Response:
        view = await surface.queries.replies(visit.scope, wish)
        kept = _query(wish)
        return await page(
            surface, visit, "replies.html", status=status_of(refused) if refused else 200, view=view, wish=wish,
            statuses=STATUSES, intents=tuple(Intent), stages=STAGES, kept=kept,
            problem_said=surface.told(refused, visit.lang) if refused else "",
            next_page=urlencode(kept | {"after": str(view.after)}) if view.after else "",
            done=visit.request.query_params.get("done", ""), saved=was_saved(visit), change=change_of(visit),
        )  # fmt: skip

    return router


def _wish(status: str, intent: str, after: int | None) -> ReplyFilter:
    return ReplyFilter(
        status if status in STATUSES else STATUSES[0],
        intent if intent in set(Intent) else "",
        CreatorMessageId(after) if after else None,
    )


def _one(message: int) -> ReplyFilter:
    return ReplyFilter("all", one=CreatorMessageId(message))


def _query(wish: ReplyFilter) -> dict[str, str]:
    """The filter as an address says it; what is usual is left out."""
    said = {"status": wish.status if wish.status != STATUSES[0] else "", "intent": wish.intent}
    return {name: value for name, value in said.items() if value}


def _back(fields: Fields, message: int, reply: Reply) -> str:
    """To the list it was pressed on, or to the message's own page; with the change, where it can be undone."""
    change = {"change": str(reply.undo)} if reply.undo is not None else {}
    if fields.text("on") == "one":
        return f"/replies/{message}?{urlencode({'saved': '1'} | change)}"
    kept = _query(_wish(fields.text("status"), fields.text("intent"), None))
    after = fields.optional_id("after")
    query = kept | ({"after": str(after)} if after else {}) | {"saved": "1"} | change
    return f"/replies?{urlencode(query)}#reply-{message}"
