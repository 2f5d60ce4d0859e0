"""Access tokens of self-built apps."""

from dataclasses import dataclass
from typing import ClassVar

from connectors.ports.channels import OpenChannel
from connectors.wecom.app.errors import failure_of
from connectors.wecom.app.settings import settings_of
from connectors.wecom.calls import Answer
from connectors.wecom.credentials import Credentials
from memory.domain.errors import AppError


@dataclass(slots=True, eq=False)
class Tokens(Credentials):
    """Of every app, and of what an app may call."""

    rejected: ClassVar[str] = "app_token_rejected"

    def names(self, channel: OpenChannel) -> tuple[str, str]:
        """See `Credentials.names`."""
        settings = settings_of(channel)
        return settings.corp_id, settings.secret.get_secret_value()

    async def fetch(self, channel: OpenChannel) -> Answer:
        """See `Credentials.fetch`."""
        corp_id, secret = self.names(channel)
        return await self.calls.get("gettoken", {"corpid": corp_id, "corpsecret": secret})

    def failure(self, answer: Answer) -> AppError | None:
        """See `Credentials.failure`."""
        return failure_of(answer.errcode, answer.errmsg)
