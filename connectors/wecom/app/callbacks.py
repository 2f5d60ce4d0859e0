"""Where the platform calls back: the check of the address, and messages; opened, stored, acknowledged with nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog
from fastapi import APIRouter, Request, Response

from connectors.ports.callbacks import CallbackPaths
from connectors.ports.channels import OpenChannel
from connectors.wecom import xml
from connectors.wecom.app.channel import AppChannel, must_come_again
from connectors.wecom.app.inbound import Callback, callback_of
from connectors.wecom.app.notes import Notes
from connectors.wecom.app.settings import settings_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError, BadRequest, Refused

log = structlog.get_logger()

ADDRESS = "/wecom/app/"
OFF_SECONDS = 300  # how far the platform's clock and ours may differ
MOST_BYTES = 200_000
PROBE = "doctor-"  # how a nonce of our own begins: it proves nothing about the platform
_FORBIDDEN, _LATER = 403, 503


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
            echo = await self._opened(channel, request, request.query_params.get("echostr", ""))
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
            inner = await self._opened(channel, request, _encrypted(await request.body()))
            callback = await self._read(channel, inner)
            await self._note(channel, request)
            await self.apps.hear(channel, callback)
        except AppError as failure:
            return _refusal(failure)
        return Response(status_code=200)

    async def _opened(self, channel: OpenChannel, request: Request, encrypted: str) -> str:
        """What is inside; why it cannot be opened is noted for the doctor."""
        query = request.query_params
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        try:
            envelope = settings_of(channel).envelope
            text = envelope.open(query.get("msg_signature", ""), timestamp, nonce, encrypted)
            self._require_recent(timestamp)
        except Refused as refused:
            await self.notes.not_opened(channel.setting.id, refused)
            raise
        return text

    async def _read(self, channel: OpenChannel, inner: str) -> Callback:
        """What somebody did; one that is another app's is noted as what could not be opened."""
        try:
            return callback_of(xml.read(inner), settings_of(channel))
        except Refused as refused:
            await self.notes.not_opened(channel.setting.id, refused)
            raise

    async def _note(self, channel: OpenChannel, request: Request) -> None:
        """The platform has called; the doctor's own call says nothing about it."""
        if not request.query_params.get("nonce", "").startswith(PROBE):
            await self.notes.called(channel.setting.id)

    def _require_recent(self, timestamp: str) -> None:
        sent = int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12 else 0
        if abs(self.now().timestamp() - sent) > OFF_SECONDS:
            raise Refused("app_clock")


def _encrypted(body: bytes) -> str:
    if len(body) > MOST_BYTES:
        raise BadRequest("wecom_xml_unreadable")
    try:
        return xml.read(body.decode()).text("Encrypt")
    except UnicodeDecodeError as wrong:
        raise BadRequest("wecom_xml_unreadable") from wrong


def _refusal(failure: AppError) -> Response:
    """Without a word: whoever calls must not learn why."""
    log.warning("wecom_app.callback_refused", key=failure.text_key)
    return Response(status_code=_LATER if must_come_again(failure) else _FORBIDDEN)
