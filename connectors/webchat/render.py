"""From views to HTML: the Jinja environment, the frame around every page, and pieces for htmx."""

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

from fastapi import Request, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from connectors.ports.queries import Shell
from connectors.webchat import formats
from connectors.webchat.door import Visit, is_htmx, lang_of, status_of, theme_of
from connectors.webchat.foreign import safe_link, seen, seen_line
from connectors.webchat.markdown import to_html
from connectors.webchat.surface import Surface
from memory.domain.errors import AppError
from memory.domain.workspace import Lang, Role

HERE = Path(__file__).parent
STATIC = HERE / "static"
DEFAULT_ZONE = "Asia/Shanghai"
MOVING = frozenset({"approved", "planned", "held", "sending", "unknown"})


@cache
def asset(name: str) -> str:
    """The address of a static file; its digest in it lets browsers keep it for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def environment() -> Environment:
    """Templates that escape everything and fail on an unknown name."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["asset"] = asset
    made.filters.update(markdown=to_html, seen=seen, seen_line=seen_line, safe_link=safe_link)
    made.filters.update(percent=formats.percent, percent_span=formats.percent_span, plain_amount=formats.plain_amount)
    return made


def zone_of(shell: Shell) -> str:
    """The team's time zone: the brand's, or the first one's for a member of all brands."""
    brand = shell.brand or next(iter(shell.brands), None)
    return brand.team_zone if brand else DEFAULT_ZONE


async def plain(
    surface: Surface, request: Request, template: str, *, status: int = 200, lang: Lang | None = None, **values: object
) -> Response:
    """A page without the frame: sign-in, set-up, errors, what strangers see. `lang`: else the browser's choice."""
    lang = lang or lang_of(request)
    html = surface.templates.get_template(template).render(
        **_words(surface, lang),
        lang=lang,
        theme=theme_of(request),
        path=request.url.path,
        is_demo=await surface.demo_mark.is_shown(),
        **values,
    )
    return HTMLResponse(html, status_code=status)


async def page(surface: Surface, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """A whole page in its frame."""
    shell = await surface.queries.shell(visit.scope)
    batches = await surface.queries.batches(visit.scope)
    running = any(not view.batch.stopped and MOVING & {k for k, n in view.counts.items() if n} for view in batches)
    html = piece(surface, visit, template, shell=shell, running=running, **values)
    return HTMLResponse(html, status_code=status)


async def fragment(surface: Surface, visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """A piece of a page for htmx."""
    shell = await surface.queries.shell(visit.scope)
    return HTMLResponse(piece(surface, visit, template, shell=shell, **values), status_code=status)


def piece(surface: Surface, visit: Visit, template: str, *, shell: Shell, **values: object) -> Markup:
    """Render a template for a member whose frame is known."""
    context = member_context(surface, visit, shell)
    return Markup(surface.templates.get_template(template).render(**context, **values))  # noqa: S704  # autoescaped


def member_context(surface: Surface, visit: Visit, shell: Shell) -> dict[str, object]:
    """What every template of a signed-in member may use."""
    lang, zone = visit.lang, zone_of(shell)
    return {
        **_words(surface, lang),
        "lang": lang,
        "theme": theme_of(visit.request),
        "path": visit.request.url.path,
        "shell": shell,
        "scope": visit.scope,
        "zone": zone,
        "is_demo": shell.workspace.is_demo,
        "can_write": visit.may(Role.OPERATOR),
        "can_decide": visit.may(Role.APPROVER),
        "can_lead": visit.may(Role.LEAD),
        "manages": visit.may(Role.LEAD)
        and shell.member.role is Role.LEAD,  # members and deputies: not while standing in
        "has_shops": surface.shops is not None,
        "news_seconds": surface.settings.news_seconds,
        "when": clock_of(lang, zone, shell.now),
        "when_there": partial(_there, lang=lang, now=shell.now),
        "short_when": lambda at: formats.short_moment(at, zone, lang, now=shell.now),
        "last_day": lambda end: f"{(end - timedelta(seconds=1)).astimezone(ZoneInfo(zone)):%Y-%m-%d}",
        "today": formats.day(shell.now, zone, lang),
        "clock": f"{shell.now.astimezone(ZoneInfo(zone)):%H:%M}",
    }


async def error_answer(surface: Surface, request: Request, error: AppError) -> Response:
    """A deliberate failure, said where it happened: a piece for htmx, else a page."""
    status = status_of(error)
    text = surface.told(error, lang_of(request))
    template = "parts/error.html" if is_htmx(request) else "error.html"
    answer = await plain(surface, request, template, status=status, code=status, text=text)
    if status == 503:
        answer.headers["Retry-After"] = "5"
    return answer


def _words(surface: Surface, lang: Lang) -> dict[str, object]:
    return {
        "t": lambda key, **facts: surface.say(f"web_{key}", lang, **facts),
        "label": partial(_label, surface, lang),
        "compact": partial(formats.compact, lang=lang),
        "compact_span": partial(formats.compact_span, lang=lang),
        "money": partial(formats.money, lang=lang),
    }


def _label(surface: Surface, lang: Lang, group: str, value: str) -> str:
    return surface.label(group, value, lang)


def clock_of(lang: Lang, zone: str, now: datetime) -> Callable[[datetime], str]:
    """Moments as a page of a zone says them."""
    return lambda at: formats.moment(at, zone, lang, now=now)


def _there(at: datetime, zone: str, *, lang: Lang, now: datetime) -> str:
    return formats.moment(at, zone, lang, now=now)
