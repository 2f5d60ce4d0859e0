"""The web chat as one router: everything a browser may ask, over the ports it is handed."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from fastapi import APIRouter

from connectors.ports.accounts import Accounts
from connectors.ports.desk import Desk
from connectors.ports.lines import Looks
from connectors.ports.queries import Queries
from connectors.ports.reports import SharedReports
from connectors.ports.shops import ShopDoor
from connectors.webchat.assets import VENDOR, missing
from connectors.webchat.door import guarded_route
from connectors.webchat.pages.campaigns import campaign_routes
from connectors.webchat.pages.channels import channel_routes
from connectors.webchat.pages.chat import chat_routes
from connectors.webchat.pages.creators import creator_routes
from connectors.webchat.pages.decisions import decision_routes
from connectors.webchat.pages.entry import entry_routes
from connectors.webchat.pages.figures import figures_routes
from connectors.webchat.pages.imports import import_routes
from connectors.webchat.pages.office import office_routes
from connectors.webchat.pages.replies import reply_routes
from connectors.webchat.pages.reports import report_routes
from connectors.webchat.pages.samples import sample_routes
from connectors.webchat.pages.send_list import send_list_routes
from connectors.webchat.pages.shops import shop_routes
from connectors.webchat.pages.templates import template_routes
from connectors.webchat.render import environment, error_answer
from connectors.webchat.settings import WebSettings
from connectors.webchat.surface import DemoMark, Say, Surface
from memory.domain.errors import Misconfigured


def open_surface(
    *,
    desk: Desk,
    queries: Queries,
    accounts: Accounts,
    channels: Looks,
    say: Say,
    now: Callable[[], datetime],
    settings: WebSettings,
    vendor: Path = VENDOR,
    shops: ShopDoor | None = None,
    reports: SharedReports | None = None,
) -> Surface:
    """Put the web chat together.

    Raises:
        Misconfigured: the front-end libraries were not copied yet; `make install` does it (not retryable).
    """
    absent = missing(vendor)
    if absent:
        raise Misconfigured("web_error_assets", files=", ".join(absent))
    return Surface(
        desk=desk,
        queries=queries,
        accounts=accounts,
        channels=channels,
        say=say,
        now=now,
        settings=settings,
        templates=environment(),
        demo_mark=DemoMark(accounts),
        shops=shops,
        reports=reports,
    )


def webchat_router(surface: Surface) -> APIRouter:
    """Every page of the web chat."""
    route_class = guarded_route(surface, lambda request, error: error_answer(surface, request, error))
    router = APIRouter(include_in_schema=False)
    every = (
        entry_routes, chat_routes, decision_routes, send_list_routes, creator_routes, office_routes, channel_routes,
        import_routes, reply_routes, sample_routes, campaign_routes, figures_routes, shop_routes, template_routes,
        report_routes,
    )  # fmt: skip
    for routes in every:
        router.include_router(routes(surface, route_class))
    return router
