"""What is asked of a lead to set a self-built app up, and how it reads."""

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, SecretStr

from connectors.ports.channels import OpenChannel
from connectors.wecom.crypto import Envelope, key_of
from memory.domain.errors import BadRequest, Refused

_CORP, _SECRET = re.compile(r"[0-9A-Za-z_-]{6,64}"), re.compile(r"[0-9A-Za-z_-]{16,128}")
_TOKEN = re.compile(r"[0-9A-Za-z]{3,32}")
_MOST_AGENT = 10**12


class AppSettings(BaseModel):
    """An app's row. `plain`: the team reads in WeChat's plug-in, which shows no Markdown."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    corp_id: str
    agent_id: int
    secret: SecretStr
    token: SecretStr
    aes_key: SecretStr
    plain: bool = False
    mentions: tuple[str, ...] = ()

    @property
    def envelope(self) -> Envelope:
        """What its callbacks are sealed with. Raises Refused("app_aes_key_unfit")."""
        return Envelope(self.token.get_secret_value(), self.aes_key.get_secret_value(), self.corp_id)


def read_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """The app's five values as the console shows them, all of them: they belong together.

    Raises BadRequest at the field that is missing or unlike what the console shows.
    """
    found = {name: typed.get(name, "").strip() for name in ("corp_id", "agent_id", "app_secret", "token", "aes_key")}
    for name, value in found.items():
        if not value:
            raise BadRequest("app_field_missing", field=name)
    if _CORP.fullmatch(found["corp_id"]) is None:
        raise BadRequest("app_corp_id_unreadable", field="corp_id")
    agent = found["agent_id"]
    if not (agent.isascii() and agent.isdecimal() and 0 < int(agent) < _MOST_AGENT):
        raise BadRequest("app_agent_id_unreadable", field="agent_id")
    if _SECRET.fullmatch(found["app_secret"]) is None:
        raise BadRequest("app_secret_unreadable", field="app_secret")
    if _TOKEN.fullmatch(found["token"]) is None:
        raise BadRequest("app_token_unreadable", field="token")
    try:
        key_of(found["aes_key"])
    except Refused as unfit:
        raise BadRequest("app_aes_key_unfit", field="aes_key") from unfit
    return found


def settings_of(channel: OpenChannel) -> AppSettings:
    """A row's settings."""
    secrets, options = channel.secrets, channel.setting.options
    return AppSettings(
        corp_id=secrets.get("corp_id", ""),
        agent_id=int(secrets.get("agent_id", "0")),
        secret=SecretStr(secrets.get("app_secret", "")),
        token=SecretStr(secrets.get("token", "")),
        aes_key=SecretStr(secrets.get("aes_key", "")),
        plain=options.get("plain") == "yes",
        mentions=tuple(options.get("mentions", "").split()),
    )
