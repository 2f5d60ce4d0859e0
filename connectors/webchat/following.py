"""`/r/CODE`: the public address of tracking links. It leads on and tells nothing, of a tenant least of all."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from fastapi import APIRouter, Request, Response
from starlette.responses import PlainTextResponse, RedirectResponse

from connectors.ports.links import Followed
from connectors.webchat.door import LANG_COOKIE, lang_of
from connectors.webchat.surface import Say
from memory.domain.clicks import Visitor
from memory.domain.errors import Unavailable
from memory.domain.links import ALPHABET, CODE_LENGTH
from memory.domain.workspace import Lang

PATH: Final = "/r/{code}"
MOST_A_MINUTE: Final = 120
_CODE: Final = re.compile(f"[{ALPHABET}]{{{CODE_LENGTH}}}")
# What calls itself a machine: crawlers, previews of messengers, libraries, monitors. Cubot makes phones.
_MACHINE: Final = re.compile(
    r"(?<!cu)bot\b|bots\b|bot[/_-]|crawl|spider|slurp|preview|scan|monitor|fetch|facebookexternalhit|whatsapp|bytespider"
    r"|headless|lighthouse|curl|wget|python|httpx|aiohttp|go-http|okhttp|java/|libwww|node-fetch|axios|postman",
    re.IGNORECASE,
)
_AHEAD: Final = ("purpose", "sec-purpose", "x-purpose", "x-moz")
KEPT_BY_NOBODY: Final = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}


@dataclass(slots=True)
class Pace:
    """How often each address asked in the present minute; the next minute knows nothing of it."""

    now: Callable[[], datetime]
    most: int = MOST_A_MINUTE
    _minute: datetime | None = None
    _asked: Counter[str] = field(default_factory=Counter)

    def is_kept(self, address: str) -> bool:
        """Whether an address may ask once more."""
        minute = self.now().replace(second=0, microsecond=0)
        if minute != self._minute:
            self._minute, self._asked = minute, Counter()
        self._asked[address] += 1
        return self._asked[address] <= self.most


def follow_router(followed: Followed, say: Say, *, now: Callable[[], datetime]) -> APIRouter:
    """The address of tracking links; no login, no page, no cookie."""
    router = APIRouter(include_in_schema=False)
    pace = Pace(now)

    @router.api_route(PATH, methods=["GET", "HEAD"])
    async def follow(request: Request, code: str) -> Response:
        """302 to the shop; 404 for every code that leads nowhere, whatever the reason."""
        lang = visitors_lang(request)
        address = request.client.host if request.client else ""
        if not pace.is_kept(address):
            return _told(say("link_too_often", lang), status=429)
        if _CODE.fullmatch(code) is None:
            return _told(say("link_leads_nowhere", lang), status=404)
        agent = request.headers.get("user-agent", "")
        visitor = None if is_machine(request) else Visitor(address, agent)
        try:
            target = await followed.follow(code, visitor)
        except Unavailable:
            return _told(say("link_try_again", lang), status=503)
        if target is None:
            return _told(say("link_leads_nowhere", lang), status=404)
        return RedirectResponse(target, status_code=302, headers=KEPT_BY_NOBODY)

    return router


def is_machine(request: Request) -> bool:
    """Whether nobody looks at the answer: a crawler, a preview, a browser that fetches ahead, a mere HEAD."""
    ahead = any(
        word in request.headers.get(name, "").lower()
        for name in _AHEAD
        for word in ("prefetch", "preview", "prerender")
    )
    agent = request.headers.get("user-agent", "")
    return request.method == "HEAD" or ahead or not agent.strip() or _MACHINE.search(agent) is not None


def visitors_lang(request: Request) -> Lang:
    """The language chosen here before, else what the browser asks for first; Chinese where nobody says."""
    first = request.headers.get("accept-language", "").strip().lower()
    if LANG_COOKIE in request.cookies or not first:
        return lang_of(request)
    return "zh" if first.startswith("zh") else "en"


def _told(text: str, *, status: int) -> Response:
    return PlainTextResponse(text, status_code=status, headers=KEPT_BY_NOBODY)
