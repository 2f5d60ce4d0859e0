"""What is asked of a lead to set a group webhook up, and how it reads."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from memory.domain.errors import BadRequest

_KEY = re.compile(r"(?:.*[?&]key=)?(?P<key>[0-9A-Za-z-]{16,64})", re.DOTALL)


class WebhookSettings(BaseModel):
    """A webhook's row: the key is its only secret; `mentions` are user ids to call for what waits."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    key: str
    mentions: tuple[str, ...] = ()


def read_address(typed: str) -> str:
    """The key of an address as the group shows it, or of the key alone. Raises BadRequest at the field "address"."""
    found = _KEY.fullmatch(typed.strip())
    if found is None:
        raise BadRequest("webhook_address_unreadable", field="address")
    return found["key"]


def settings_of(options: Mapping[str, str], secrets: Mapping[str, str]) -> WebhookSettings:
    """A row's settings."""
    return WebhookSettings(key=secrets.get("key", ""), mentions=tuple(options.get("mentions", "").split()))
