"""What is asked of a lead to set 微信客服 up: the app that may call it, and which account."""

import re
from collections.abc import Mapping

from connectors.ports.channels import OpenChannel
from connectors.wecom.app import settings as app
from memory.domain.errors import BadRequest

FIELDS = ("corp_id", "app_secret", "token", "aes_key", "open_kfid")
_ACCOUNT = re.compile(r"wk[0-9A-Za-z_-]{6,62}")


def read_typed(typed: Mapping[str, str]) -> dict[str, str]:
    """The five values as the console shows them, all of them: they belong together.

    Raises BadRequest at the field that is missing or unlike what the console shows.
    """
    account = typed.get("open_kfid", "").strip()
    if not account:
        raise BadRequest("app_field_missing", field="open_kfid")
    if _ACCOUNT.fullmatch(account) is None:
        raise BadRequest("kf_account_unreadable", field="open_kfid")
    # The app's own values but its AgentId, which 微信客服 never asks for.
    found = app.read_typed({**typed, "agent_id": "1"})
    del found["agent_id"]
    return {**found, "open_kfid": account}


def account_of(channel: OpenChannel) -> str:
    """The open_kfid of a row."""
    return channel.secrets.get("open_kfid", "")
