"""`/report/TOKEN`: a brand's figures for whoever holds a lead's link. No login, no session, nothing that leads on."""

from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from connectors.ports.reports import PATH
from connectors.webchat.following import KEPT_BY_NOBODY, Pace, is_machine, visitors_lang
from connectors.webchat.render import clock_of, plain
from connectors.webchat.surface import Surface
from memory.domain.errors import Misconfigured, Unavailable
from memory.domain.figures_views import PARTS
from memory.domain.report_links import Closed, SharedReport

log = structlog.get_logger(__name__)

MOST_A_MINUTE: Final = 30  # of one address: a page reads a dozen sums
_QUIET: Final = {**KEPT_BY_NOBODY, "Referrer-Policy": "no-referrer"}
# A link that never was and one that is over say the same; machines may tell them apart.
_STATUS: Final = {Closed.UNKNOWN: 404, Closed.OVER: 410}


def report_routes(surface: Surface, route_class: type[APIRoute]) -> APIRouter:
    """Read-only reports. What stands behind the path is ignored."""
    router = APIRouter(route_class=route_class)
    pace = Pace(surface.now, MOST_A_MINUTE)

    @router.api_route(PATH + "{token}", methods=["GET", "HEAD"])
    async def report(request: Request, token: str) -> Response:
        lang = visitors_lang(request)
        if not pace.is_kept(request.client.host if request.client else ""):
            return await told(request, "report_too_often", 429)
        if surface.reports is None:
            return await told(request, "report_closed", 404)
        try:
            found = await surface.reports.open(token, lang, counted=not is_machine(request))
        except (Unavailable, Misconfigured) as failure:
            log.warning("report.not_shown", key=failure.text_key)
            return await told(request, "report_try_again", 503)
        if isinstance(found, Closed):
            return await told(request, "report_closed", _STATUS[found])
        return await shown(request, found)

    async def shown(request: Request, found: SharedReport) -> Response:
        lang = visitors_lang(request)
        when = clock_of(lang, found.zone, found.now)
        answer = await plain(
            surface, request, "report.html", lang=lang, report=found, view=found.view, names=PARTS, when=when
        )
        answer.headers.update(_QUIET)
        return answer

    async def told(request: Request, key: str, status: int) -> Response:
        answer = await plain(
            surface, request, "report_closed.html", status=status, lang=visitors_lang(request), key=key
        )
        answer.headers.update(_QUIET)
        return answer

    return router
