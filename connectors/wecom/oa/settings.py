"""What is asked of a lead to set an Official Account up, and how it reads."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from pydantic import BaseModel, ConfigDict, SecretStr

from connectors.ports.channels import OpenChannel
from connectors.wecom.crypto import Envelope, key_of
from memory.domain.errors import BadRequest, Refused

FIELDS = ("app_id", "app_secret", "original_id", "token", "aes_key", "mode")
_SHAPES: Final = {
    "app_id": (re.compile(r"wx[0-9A-Za-z]{6,40}"), "oa_app_id_unreadable"),
    "app_secret": (re.compile(r"[0-9A-Za-z]{16,64}"), "oa_secret_unreadable"),
    "original_id": (re.compile(r"gh_[0-9A-Za-z]{4,40}"), "oa_original_id_unreadable"),
    "token": (re.compile(r"[0-9A-Za-z]{3,32}"), "app_token_unreadable"),
}


class Mode(StrEnum):
    """How callbacks are written, as the platform's console says it."""

    SAFE = "safe"
    COMPATIBLE = "compatible"
    PLAIN = "plain"


class AccountSettings(BaseModel):
    """An account's row."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    app_id: str
    original_id: str
    secret: SecretStr
    token: SecretStr
    aes_key: SecretStr
    mode: Mode

    @property
    def envelope(self) -> Envelope:
        """What its callbacks are sealed with. Raises Refused("app_aes_key_unfit")."""
        return Envelope(self.token.get_secret_value(), self.aes_key.get_secret_value(), self.app_id)


def read_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """The values as the console shows them, all of them: they belong together.

    Raises BadRequest at the field that is missing or unlike what the console shows.
    """
    found = {name: typed.get(name, "").strip() for name in FIELDS}
    for name, value in found.items():
        if not value:
            raise BadRequest("app_field_missing", field=name)
    for name, (shape, key) in _SHAPES.items():
        if shape.fullmatch(found[name]) is None:
            raise BadRequest(key, field=name)
    if found["mode"] not in set(Mode):
        raise BadRequest("oa_mode_unknown", field="mode")
    try:
        key_of(found["aes_key"])
    except Refused as unfit:
        raise BadRequest("app_aes_key_unfit", field="aes_key") from unfit
    return found


def settings_of(channel: OpenChannel) -> AccountSettings:
    """A row's settings."""
    secrets = channel.secrets
    return AccountSettings(
        app_id=secrets.get("app_id", ""),
        original_id=secrets.get("original_id", ""),
        secret=SecretStr(secrets.get("app_secret", "")),
        token=SecretStr(secrets.get("token", "")),
        aes_key=SecretStr(secrets.get("aes_key", "")),
        mode=Mode(secrets.get("mode", Mode.SAFE)),
    )
