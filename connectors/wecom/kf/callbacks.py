"""Where the platform says that an account of 微信客服 has something: kept, acknowledged, then pulled."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response

from connectors.ports.callbacks import CallbackPaths
from connectors.ports.channels import OpenChannel
from connectors.wecom import sealed, xml
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.settings import settings_of
from connectors.wecom.kf.pulling import Pulling
from connectors.wecom.kf.settings import account_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError

log = structlog.get_logger()

ADDRESS = "/wecom/kf/"


@dataclass(frozen=True, slots=True)
class KfCallbacks:
    """Answers 404 at an address that is no channel's, 403 whatever does not open, 503 for what must come again."""

    paths: CallbackPaths
    pulling: Pulling
    notes: Notes
    now: Callable[[], datetime]

    def router(self) -> APIRouter:
        """Both methods, for every account."""
        router = APIRouter()
        router.add_api_route(ADDRESS + "{path}", self.check, methods=["GET"], include_in_schema=False)
        router.add_api_route(ADDRESS + "{path}", self.take, methods=["POST"], include_in_schema=False)
        return router

    async def check(self, path: str, request: Request) -> Response:
        """The check when an administrator saves the address: the plain echo and nothing else."""
        try:
            channel = await self.paths.channel(ChannelKind.WECOM_KF, path)
            if channel is None:
                return Response(status_code=404)
            async with self.notes.opening(channel.setting.id):
                echo = self._opened(channel, request, request.query_params.get("echostr", ""))
            if not sealed.is_probe(request.query_params):
                await self.notes.called(channel.setting.id)
        except AppError as failure:
            return _refusal(failure)
        return Response(echo, media_type="text/plain")

    async def take(self, path: str, request: Request) -> Response:
        """Of the app's callbacks only those about this account are ours."""
        try:
            channel = await self.paths.channel(ChannelKind.WECOM_KF, path)
            if channel is None:
                return Response(status_code=404)
            body = await sealed.received(request)
            async with self.notes.opening(channel.setting.id):
                inner = xml.read(self._opened(channel, request, sealed.document(body).text("Encrypt")))
            await self.notes.called(channel.setting.id)
            if inner.text("Event") == "kf_msg_or_event" and inner.text("OpenKfId") == account_of(channel):
                await self.pulling.called(channel, inner.text("Token"))
        except AppError as failure:
            return _refusal(failure)
        return Response(status_code=200)

    def _opened(self, channel: OpenChannel, request: Request, encrypted: str) -> str:
        return sealed.opened(settings_of(channel).envelope, request.query_params, encrypted, now=self.now())


def _refusal(failure: AppError) -> Response:
    log.warning("wecom_kf.callback_refused", key=failure.text_key)
    return sealed.refusal(failure)
