"""Its hands for other processes: clock, log, faults, what creators write. On a port of its own, with a bearer token."""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Final

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from evals.emulators.tiktok_shop.faults import Fault
from evals.emulators.tiktok_shop.platform import Platform

Take = Callable[[Request], Awaitable[Response]]
BAD: Final = 400


@dataclass(frozen=True, slots=True)
class Control:
    """What may be done from outside."""

    platform: Platform
    token: str

    def application(self) -> Starlette:
        """Under /__ctl/."""
        return Starlette(
            routes=[
                Route("/__ctl/clock", self._known(self.clock), methods=["GET", "POST"]),
                Route("/__ctl/log", self._known(self.log), methods=["GET"]),
                Route("/__ctl/faults", self._known(self.faults), methods=["POST", "DELETE"]),
                Route("/__ctl/answers", self._known(self.answers), methods=["POST"]),
            ]
        )

    async def clock(self, request: Request) -> Response:
        """The time; POST {"now": seconds since the epoch} moves it forward."""
        clock = self.platform.clock
        if request.method == "POST":
            now = (await request.json()).get("now")
            if not isinstance(now, int | float) or now < clock.now:
                return Response("now", status_code=BAD)
            await clock.advance(now - clock.now)
        return JSONResponse({"now": clock.now})

    async def log(self, _: Request) -> Response:
        """Every call, redacted, in order."""
        return JSONResponse([asdict(call) for call in self.platform.records.calls])

    async def faults(self, request: Request) -> Response:
        """POST plans one, DELETE forgets all."""
        if request.method == "DELETE":
            self.platform.faults.clear()
            return Response(status_code=204)
        try:
            self.platform.faults.add(Fault.model_validate_json(await request.body()))
        except ValidationError as wrong:
            return Response(str(wrong.error_count()), status_code=BAD)
        return Response(status_code=204)

    async def answers(self, request: Request) -> Response:
        """POST {"username", "text"}: the creator writes now, into each conversation they have."""
        said = await request.json()
        contacts = self.platform.contacts
        talks = [one for one in contacts.talks() if one.creator.username == said.get("username")]
        if not talks or not isinstance(said.get("text"), str):
            return Response("username, text", status_code=BAD)
        for talk in talks:
            contacts.answer(talk, said["text"])
        return Response(status_code=204)

    def _known(self, take: Take) -> Take:
        async def taken(request: Request) -> Response:
            said = request.headers.get("authorization", "").removeprefix("Bearer ")
            if not hmac.compare_digest(said.encode(), self.token.encode()):
                return Response(status_code=401)
            return await take(request)

        return taken


def console(platform: Platform) -> dict[str, object]:
    """What the partner's console shows: the app and who may let it in."""
    app = platform.partner.app
    return {
        "api_base": platform.base_url,
        "auth_base": platform.base_url,
        "authorize_url": f"{platform.base_url}/open/authorize?service_id={app.service_id}",
        "app_key": app.key,
        "app_secret": app.secret,
        "service_id": app.service_id,
        "redirect_url": app.redirect_url,
        "webhook_url": app.webhook_url,
        "sellers": [{"name": seller.name, "shops": [shop.name for shop in seller.shops]}
                    for seller in platform.partner.sellers],
    }  # fmt: skip
