"""The emulator as it runs: the platform on one loopback port, its people and their page on another."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from itertools import count

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from evals.emulators.serving import serving
from evals.emulators.wecom.app.callbacks import AppCallbacks
from evals.emulators.wecom.app.passive import Passive
from evals.emulators.wecom.app.sending import AppSending
from evals.emulators.wecom.bot.hub import BotHub
from evals.emulators.wecom.bot.socket import BotSocket
from evals.emulators.wecom.bot.uploads import Uploads
from evals.emulators.wecom.calling import Calling
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.gateway import Asked, ForAccount, ForAnyone, ForApp, Gateway, media_endpoints
from evals.emulators.wecom.kf.service import Kf, kf_of
from evals.emulators.wecom.oa.service import OfficialAccount, account_of
from evals.emulators.wecom.phone.phone import Phone
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.webhook import GroupWebhooks


@dataclass(slots=True)
class Emulator:
    """Everything of one platform. `base_url` and `ws_url` are where a product finds it."""

    platform: Platform
    hub: BotHub
    uploads: Uploads
    webhooks: GroupWebhooks
    sending: AppSending
    callbacks: AppCallbacks
    phone: Phone
    kf: Kf
    oa: OfficialAccount
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def base_url(self) -> str:
        """Of the HTTP interface; /cgi-bin/ comes after it."""
        return self.platform.base_url

    @property
    def ws_url(self) -> str:
        """Of the long connection."""
        return self.base_url.replace("http://", "ws://", 1) + "/"

    def application(self) -> Starlette:
        """The platform's side."""
        gateway = Gateway(
            self.platform,
            self._with_token(),
            self._without_token(),
            ForAccount(self.oa.tokens, self.oa.with_token(), self.oa.for_token()),
        )
        return Starlette(
            routes=[
                Route("/cgi-bin/{endpoint:path}", gateway.__call__, methods=["GET", "POST"]),
                Route("/media/{name}", gateway.download),
                Route("/", self._front),
                WebSocketRoute("/", self._line),
            ]
        )

    async def _front(self, _: Request) -> Response:
        """Nothing to see; like every answer of the platform it tells the time."""
        return Response(status_code=404, headers={"date": formatdate(self.platform.clock.now, usegmt=True)})

    async def _line(self, websocket: WebSocket) -> None:
        await BotSocket(self.hub, self.uploads, websocket, next(self._numbers)).run()

    def _with_token(self) -> dict[str, ForApp]:
        sending = self.sending
        return {
            "message/send": lambda app, asked: sending.send(app, asked.body),
            "message/update_template_card": lambda app, asked: sending.update(app, asked.body),
            "message/recall": lambda app, asked: sending.recall(app, asked.body),
            "getcallbackip": lambda _, __: {"ip_list": ["127.0.0.*"]},
            **media_endpoints(self.platform),
            **self.kf.endpoints(),
        }

    def _without_token(self) -> dict[str, ForAnyone]:
        def gettoken(asked: Asked) -> Json:
            token, seconds = self.platform.tokens.issue(
                asked.query.get("corpid", ""), asked.query.get("corpsecret", "")
            )
            return {"access_token": token, "expires_in": seconds}

        def upload(asked: Asked) -> Json | Response:
            filename, content = asked.need()
            return self.webhooks.upload(asked.query.get("key", ""), asked.query.get("type", ""), filename, content)

        return {
            "gettoken": gettoken,
            "webhook/send": lambda asked: self.webhooks.send(asked.query.get("key", ""), asked.body),
            "webhook/upload_media": upload,
        }


def build(platform: Platform) -> Emulator:
    """Put an emulator together around a platform."""
    hub = BotHub(platform)
    sending = AppSending(platform)
    calling = Calling(platform)
    callbacks = AppCallbacks(platform, calling, Passive(platform))
    phone = Phone(platform, hub, callbacks, sending)
    kf, oa = kf_of(platform, callbacks), account_of(platform, calling)
    return Emulator(platform, hub, Uploads(platform), GroupWebhooks(platform), sending, callbacks, phone, kf, oa)


@asynccontextmanager
async def running(platform: Platform | None = None, *, port: int = 0) -> AsyncIterator[Emulator]:
    """A running emulator, without the page."""
    emulator = build(platform or Platform())
    async with serving(emulator.application(), port=port) as address:
        emulator.platform.base_url = address
        try:
            yield emulator
        finally:
            await emulator.callbacks.calling.close()
