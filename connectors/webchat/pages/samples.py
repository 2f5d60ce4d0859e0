"""Samples by status: what each owes, the form that records what happened to it, and all of them as a file."""

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.webchat.door import Visit, status_of, visitor
from connectors.webchat.foreign import seen_line
from connectors.webchat.forms import Fields, Id, read_form
from connectors.webchat.pages.imports import download
from connectors.webchat.pages.saved import change_of, was_saved
from connectors.webchat.render import page
from connectors.webchat.surface import Surface
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import ProductId, SampleId
from memory.domain.sample import BY_TIME, NEXT, OWING, SampleStatus, kept_as
from memory.domain.sample_forms import RecordSample
from memory.domain.sample_views import SampleLine

_TOLD = (BadRequest, Conflict, NotAllowed)
_LAST = 80


@dataclass(frozen=True, slots=True)
class _Words:
    """How the page says statuses, days and the last message."""

    surface: Surface
    visit: Visit

    def status(self, status: SampleStatus) -> str:
        return self.surface.say(f"sample_status_{status.value}", self.visit.lang)

    def days(self, line: SampleLine) -> str:
        if line.sample.status is SampleStatus.OVERDUE:
            return self.surface.say("sample_days_late", self.visit.lang, days=-line.days)
        key = "sample_days_left" if line.sample.status in OWING else "sample_days_in"
        return self.surface.say(key, self.visit.lang, days=line.days)

    def last(self, line: SampleLine) -> str:
        text = seen_line(line.last.text) if line.last else ""
        return text if len(text) <= _LAST else text[: _LAST - 1] + "…"


def sample_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Samples."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/samples")
    async def samples(visit: visit_of, status: str = "", edit: Id | None = None) -> Response:
        return await _samples(visit, status=status, edit=edit)

    @router.get("/samples.csv")
    async def export(visit: visit_of) -> Response:
        file = await surface.queries.samples_file(visit.scope)
        return download(file.content, name=file.name, media_type=file.media_type)

    @router.post("/samples")
    async def record(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        shown, edit = fields.text("shown"), fields.optional_id("id")
        try:
            reply = await surface.desk.submit(visit.scope, _form(fields))
        except _TOLD as error:
            told = surface.told(error, visit.lang)
            return await _samples(
                visit, status=shown, edit=edit, typed=fields.typed(), problem=told, code=status_of(error)
            )
        query = (
            {"saved": "1"} | ({"status": shown} if shown else {}) | ({"change": str(reply.undo)} if reply.undo else {})
        )
        return RedirectResponse(f"/samples?{urlencode(query)}", status_code=303)

    async def _samples(
        visit: Visit,
        *,
        status: str,
        edit: int | None,
        typed: dict[str, str] | None = None,
        problem: str = "",
        code: int = 200,
    ) -> Response:
        chosen = status if status in set(SampleStatus) else ""
        view = await surface.queries.samples(visit.scope, status=chosen)
        return await page(
            surface, visit, "samples.html", status=code, view=view, chosen=chosen, statuses=tuple(SampleStatus),
            current=next((line for line in view.lines if line.sample.id == edit), None), typed=typed or {},
            problem_said=problem, adding=visit.request.query_params.get("add") == "1" or (bool(problem) and not edit),
            ways=_ways, kept=kept_as, words=_Words(surface, visit), saved=was_saved(visit), change=change_of(visit),
        )  # fmt: skip

    return router


def _ways(line: SampleLine | None) -> tuple[SampleStatus, ...]:
    """What may be recorded next of a sample, or first of a new one."""
    if line is None:
        return tuple(status for status in SampleStatus if status not in BY_TIME)
    return NEXT[kept_as(line.sample.status)]


def _form(fields: Fields) -> RecordSample:
    sample, product = fields.optional_id("id"), fields.optional_id("product")
    return RecordSample(
        id=SampleId(sample) if sample else None,
        handle=fields.text("handle")[:200],
        product=ProductId(product) if product else None,
        status=fields.text("status")[:20],
        seen=fields.text("seen")[:20],
        tracking_number=fields.text("tracking_number")[:60],
        cost=fields.text("cost")[:40],
        content_link=fields.text("content_link")[:1000],
        on=fields.text("on")[:20],
    )
