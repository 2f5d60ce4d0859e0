"""Where an Official Account is called back: the check of the address, and messages in three modes."""

import hashlib
import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import structlog
from fastapi import APIRouter, Request, Response
from starlette.background import BackgroundTask

from connectors.ports.callbacks import CallbackPaths
from connectors.wecom import sealed, xml
from connectors.wecom.app.notes import Notes
from connectors.wecom.oa import translate
from connectors.wecom.oa.channel import AccountChannel
from connectors.wecom.oa.errors import as_account
from connectors.wecom.oa.inbound import happening_of
from connectors.wecom.oa.settings import AccountSettings, Mode, settings_of
from memory.domain.channels import ChannelKind
from memory.domain.errors import AppError, Refused

log = structlog.get_logger()

ADDRESS: Final = "/wecom/oa/"


@dataclass(frozen=True, slots=True)
class AccountCallbacks:
    """Answers 404 at an address that is no channel's, 403 whatever does not open, 503 for what must come again."""

    paths: CallbackPaths
    accounts: AccountChannel
    notes: Notes
    now: Callable[[], datetime]

    def router(self) -> APIRouter:
        """Both methods, for every account."""
        router = APIRouter()
        router.add_api_route(ADDRESS + "{path}", self.check, methods=["GET"], include_in_schema=False)
        router.add_api_route(ADDRESS + "{path}", self.take, methods=["POST"], include_in_schema=False)
        return router

    async def check(self, path: str, request: Request) -> Response:
        """The check when the address is saved: the echo as it came."""
        query = request.query_params
        try:
            channel = await self.paths.channel(ChannelKind.WECHAT_ACCOUNT, path)
            if channel is None:
                return Response(status_code=404)
            settings = settings_of(channel)
            async with self.notes.opening(channel.setting.id):
                self._require_signed(settings, query)
            if not sealed.is_probe(query):
                await self.notes.called(channel.setting.id)
        except AppError as failure:
            return _refusal(failure)
        return Response(query.get("echostr", ""), media_type="text/plain")

    async def take(self, path: str, request: Request) -> Response:
        """A message or an event; answered with words where there are some in time."""
        try:
            channel = await self.paths.channel(ChannelKind.WECHAT_ACCOUNT, path)
            if channel is None:
                return Response(status_code=404)
            settings, body = settings_of(channel), await sealed.received(request)
            async with self.notes.opening(channel.setting.id):
                inner = xml.read(self._opened(settings, request.query_params, sealed.document(body)))
            await self.notes.called(channel.setting.id)
            happening = happening_of(inner, channel.setting.id)
            text = await self.accounts.hear(channel, happening) if happening is not None else ""
        except AppError as failure:
            return _refusal(failure)
        if happening is None:
            return Response(status_code=200)
        reply = self._reply(settings, text, to=happening.user) if text else ""
        gone = BackgroundTask(self.accounts.handed_out, happening.outside_id)
        return Response(reply, media_type="application/xml", background=gone)

    def _opened(self, settings: AccountSettings, query: Mapping[str, str], outer: xml.Document) -> str:
        """The message: of a body with both kinds only the sealed one counts.

        Raises Refused: "oa_wrong_mode", what `as_account` makes of an envelope's, "app_clock".
        """
        encrypted = outer.text("Encrypt")
        if bool(encrypted) == (settings.mode is Mode.PLAIN):
            raise Refused("oa_wrong_mode")
        if encrypted:
            try:
                return sealed.opened(settings.envelope, query, encrypted, now=self.now())
            except Refused as refused:
                raise as_account(refused) from refused
        self._require_signed(settings, query)
        return outer.whole

    def _require_signed(self, settings: AccountSettings, query: Mapping[str, str]) -> None:
        timestamp, nonce = query.get("timestamp", ""), query.get("nonce", "")
        wanted = signed(settings.token.get_secret_value(), timestamp, nonce)
        if not hmac.compare_digest(wanted.encode(), query.get("signature", "").encode()):
            raise Refused("oa_wrong_signature")
        sealed.require_recent(timestamp, self.now())

    def _reply(self, settings: AccountSettings, text: str, *, to: str) -> str:
        at = int(self.now().timestamp())
        inner = translate.passive(text, to=to, sender=settings.original_id, at=at)
        if settings.mode is Mode.PLAIN:
            return inner
        nonce = os.urandom(8).hex()
        return translate.sealed(inner, settings.envelope, timestamp=str(at), nonce=nonce, random16=os.urandom(16))


def signed(token: str, timestamp: str, nonce: str) -> str:
    """The signature over three parts."""
    return hashlib.sha1("".join(sorted([token, timestamp, nonce])).encode(), usedforsecurity=False).hexdigest()


def _refusal(failure: AppError) -> Response:
    log.warning("wecom_oa.callback_refused", key=failure.text_key)
    return sealed.refusal(failure)
