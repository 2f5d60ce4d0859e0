"""Access tokens of Official Accounts: the stable kind, which is the same for every caller while it is good."""

from dataclasses import dataclass
from typing import ClassVar

from connectors.ports.channels import OpenChannel
from connectors.wecom.calls import Answer
from connectors.wecom.credentials import Credentials
from connectors.wecom.oa.errors import failure_of
from connectors.wecom.oa.settings import settings_of
from memory.domain.errors import AppError


@dataclass(slots=True, eq=False)
class AccountTokens(Credentials):
    """Of every account."""

    rejected: ClassVar[str] = "oa_token_rejected"

    def names(self, channel: OpenChannel) -> tuple[str, str]:
        """See `Credentials.names`."""
        settings = settings_of(channel)
        return settings.app_id, settings.secret.get_secret_value()

    async def fetch(self, channel: OpenChannel) -> Answer:
        """See `Credentials.fetch`. Never by force: whoever else calls for this account keeps their token."""
        app_id, secret = self.names(channel)
        body: dict[str, object] = {"grant_type": "client_credential", "appid": app_id, "secret": secret}
        return await self.calls.post("stable_token", {}, body=body)

    def failure(self, answer: Answer) -> AppError | None:
        """See `Credentials.failure`. A success says no errcode."""
        return failure_of(answer.errcode, answer.errmsg)
