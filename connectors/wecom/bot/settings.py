"""What is asked of a lead to set an AI bot up, and how it reads."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, SecretStr

from connectors.ports.channels import OpenChannel
from memory.domain.errors import BadRequest

_ID, _SECRET = re.compile(r"[0-9A-Za-z_-]{4,128}"), re.compile(r"[0-9A-Za-z_=+/-]{6,256}")


class BotSettings(BaseModel):
    """A bot's row. `name` as people type it after @: the channel is called as the bot is."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    bot_id: str
    secret: SecretStr
    name: str = ""


def read_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """The secrets of a bot as WeCom shows them; both, since they belong together. Raises BadRequest at the field."""
    bot_id, secret = typed.get("bot_id", "").strip(), typed.get("bot_secret", "").strip()
    if not bot_id:
        raise BadRequest("bot_id_missing", field="bot_id")
    if _ID.fullmatch(bot_id) is None:
        raise BadRequest("bot_id_unreadable", field="bot_id")
    if not secret:
        raise BadRequest("bot_secret_missing", field="bot_secret")
    if _SECRET.fullmatch(secret) is None:
        raise BadRequest("bot_secret_unreadable", field="bot_secret")
    return {"bot_id": bot_id, "secret": secret}


def settings_of(channel: OpenChannel) -> BotSettings:
    """A row's settings."""
    secrets = channel.secrets
    return BotSettings(
        bot_id=secrets.get("bot_id", ""), secret=SecretStr(secrets.get("secret", "")), name=channel.setting.name
    )
