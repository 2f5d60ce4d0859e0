"""Where the platform calls back: the check of the address, and messages; opened, stored, acknowledged with nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response

from connectors.ports.callbacks import CallbackPaths
from connectors.ports.channels import OpenChannel
from connectors.wecom import sealed, xml
from connectors.wecom.app.channel import AppChannel
from connectors.wecom.app.inbound import callback_of
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.settings import settings_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError

log = structlog.get_logger()

ADDRESS = "/wecom/app/"


@dataclass(frozen=True, slots=True)
class AppCallbacks:
    """Answers 404 at an address that is no channel's, 403 whatever does not open, 503 for what must come again."""

    paths: CallbackPaths
    apps: AppChannel
    notes: Notes
    now: Callable[[], datetime]

    def router(self) -> APIRouter:
        """Both methods, for every app."""
        router = APIRouter()
        router.add_api_route(ADDRESS + "{path}", self.check, methods=["GET"], include_in_schema=False)
        router.add_api_route(ADDRESS + "{path}", self.take, methods=["POST"], include_in_schema=False)
        return router

    async def check(self, path: str, request: Request) -> Response:
        """The check when an administrator saves the address: the plain echo and nothing else."""
        try:
            channel = await self.paths.channel(ChannelKind.WECOM_APP, path)
            if channel is None:
                return Response(status_code=404)
            async with self.notes.opening(channel.setting.id):
                echo = self._opened(channel, request, request.query_params.get("echostr", ""))
            await self._note(channel, request)
        except AppError as failure:
            return _refusal(failure)
        return Response(echo, media_type="text/plain")

    async def take(self, path: str, request: Request) -> Response:
        """A message or an event: nothing is answered here, what there is to say is sent afterwards."""
        try:
            channel = await self.paths.channel(ChannelKind.WECOM_APP, path)
            if channel is None:
                return Response(status_code=404)
            body = await sealed.received(request)
            async with self.notes.opening(channel.setting.id):
                inner = self._opened(channel, request, sealed.document(body).text("Encrypt"))
                callback = callback_of(xml.read(inner), settings_of(channel))
            await self._note(channel, request)
            await self.apps.hear(channel, callback, inner)
        except AppError as failure:
            return _refusal(failure)
        return Response(status_code=200)

    def _opened(self, channel: OpenChannel, request: Request, encrypted: str) -> str:
        return sealed.opened(settings_of(channel).envelope, request.query_params, encrypted, now=self.now())

    async def _note(self, channel: OpenChannel, request: Request) -> None:
        """The platform has called; the doctor's own call says nothing about it."""
        if not sealed.is_probe(request.query_params):
            await self.notes.called(channel.setting.id)


def _refusal(failure: AppError) -> Response:
    log.warning("wecom_app.callback_refused", key=failure.text_key)
    return sealed.refusal(failure)
