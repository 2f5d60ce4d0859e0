"""Files in and out: upload, preview with its mapping, the run, rejected rows, and files made for a member."""

import csv
import io
from collections.abc import Sequence
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from starlette.responses import RedirectResponse

from connectors.ports.queries import ImportView
from connectors.webchat.door import Visit, is_htmx, status_of, visitor
from connectors.webchat.foreign import seen_line
from connectors.webchat.forms import Fields, Id, read_form
from connectors.webchat.render import fragment, page
from connectors.webchat.surface import Surface
from memory.domain.chat import RunImport
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import ImportRunId
from memory.domain.import_stores import KINDS

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def import_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Imports and files."""
    router = APIRouter(route_class=route_class)
    visit_of = Annotated[Visit, Depends(visitor(surface))]

    @router.get("/imports")
    async def start(visit: visit_of, kind: str = "creators") -> Response:
        return await page(surface, visit, "imports.html", kinds=KINDS, kind=_kind(kind), problem="")

    @router.post("/imports")
    async def upload(request: Request, visit: visit_of) -> Response:
        fields = await read_form(request)
        kind = _kind(fields.text("kind"))
        try:
            run = await _take(visit, fields, kind)
        except (BadRequest, NotAllowed) as error:
            if is_htmx(request):
                raise
            problem = surface.told(error, visit.lang)
            return await page(
                surface, visit, "imports.html", status=status_of(error), kinds=KINDS, kind=kind, problem=problem
            )
        if is_htmx(request):  # dropped into the chat: the preview becomes a line of it
            view = await surface.queries.import_run(visit.scope, run)
            return await fragment(surface, visit, "parts/import_said.html", view=view)
        return RedirectResponse(f"/imports/{run}", status_code=303)

    @router.get("/imports/{run}")
    async def show(visit: visit_of, run: Id) -> Response:
        view = await surface.queries.import_run(visit.scope, ImportRunId(run))
        return await page(surface, visit, "import.html", view=view)

    @router.post("/imports/{run}/run")
    async def carry_out(request: Request, visit: visit_of, run: Id) -> Response:
        fields = await read_form(request)
        before = await surface.queries.import_run(visit.scope, ImportRunId(run))
        mapping = {
            header: fields.text(f"map-{place}")
            for place, header in enumerate(before.headers)
            if fields.text(f"map-{place}")
        }
        problem, said = "", ""
        try:
            said = (await surface.desk.submit(visit.scope, RunImport(run=ImportRunId(run), mapping=mapping))).text
        except (BadRequest, Conflict) as error:
            problem = surface.told(error, visit.lang)
        view = await surface.queries.import_run(visit.scope, ImportRunId(run))
        return await fragment(surface, visit, "parts/import_card.html", view=view, problem=problem, said=said)

    @router.get("/imports/{run}/card")
    async def progress(visit: visit_of, run: Id) -> Response:
        view = await surface.queries.import_run(visit.scope, ImportRunId(run))
        return await fragment(surface, visit, "parts/import_card.html", view=view)

    @router.get("/imports/{run}/rejected.csv")
    async def rejected(visit: visit_of, run: Id) -> Response:
        view = await surface.queries.import_run(visit.scope, ImportRunId(run))
        heads = [surface.say("web_import_row", visit.lang), surface.say("web_import_problem", visit.lang)]
        name = f"rejected-{run}.csv"
        if (await surface.queries.shell(visit.scope)).workspace.is_demo:
            heads.append(surface.say("web_demo", visit.lang))
            name = f"demo-{name}"
        return download(_rejected_csv(view, heads), name=name, media_type="text/csv; charset=utf-8")

    @router.get("/files/{key}")
    async def file(visit: visit_of, key: str) -> Response:
        stored = await surface.queries.file(visit.scope, key)
        return download(stored.content, name=stored.name, media_type=stored.media_type)

    async def _take(visit: Visit, fields: Fields, kind: str) -> ImportRunId:
        chosen = fields.file("file")
        if chosen is None:
            raise BadRequest("web_error_no_file")
        content = await chosen.read()
        if not content:
            raise BadRequest("web_error_empty_file")
        return await surface.desk.upload(
            visit.scope, name=seen_line(chosen.filename or "file")[:200], content=content, kind=kind
        )

    return router


def _kind(text: str) -> str:
    return text if text in KINDS else KINDS[0]


def _rejected_csv(view: ImportView, heads: Sequence[str]) -> bytes:
    """The rows that were not taken, for a spreadsheet: with a byte order mark, and no cell it would calculate."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(heads)
    for number, reason in view.problems:
        writer.writerow((number, f"'{reason}" if reason.startswith(_FORMULA) else reason))
    return out.getvalue().encode("utf-8-sig")


def download(content: bytes, *, name: str, media_type: str) -> Response:
    """A file the browser keeps, under a name of any script."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    return Response(
        content,
        media_type=media_type,
        headers={"Content-Disposition": disposition, "Cache-Control": "private, no-store"},
    )
