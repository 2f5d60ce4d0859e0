"""Signing: what an app says of a call so that the platform knows it, and what the platform says of a webhook. Pure.

Source: TikTok Shop Partner Center, "Sign your API request" and "Webhooks", read 2026-11-29.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlencode

from connectors.tiktok_shop.settings import ShopApp

_UNSIGNED: Final = ("sign", "access_token")


def sign(secret: str, path: str, query: Mapping[str, str], body: bytes = b"") -> str:
    """The signature of a call: the path and body as sent, the values of the query as they are before encoding."""
    pairs = "".join(name + query[name] for name in sorted(query) if name not in _UNSIGNED)
    said = (secret + path + pairs).encode() + body + secret.encode()
    return hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def signed_url(app: ShopApp, path: str, query: Mapping[str, str], body: bytes, *, at: datetime) -> str:
    """The whole address of a call, good for five minutes from `at`; a repetition needs another one."""
    whole = {"app_key": app.app_key, "timestamp": str(int(at.timestamp())), **query}
    whole["sign"] = sign(app.app_secret.get_secret_value(), path, whole, body)
    return f"{app.api_base}{path}?{urlencode(whole)}"


def is_signed(app: ShopApp, raw: bytes, said: str) -> bool:
    """Whether a webhook's `Authorization` fits its body as it came."""
    secret = app.app_secret.get_secret_value().encode()
    wanted = hmac.new(secret, app.app_key.encode() + raw, hashlib.sha256).hexdigest()
    return hmac.compare_digest(wanted.encode(), said.strip().lower().encode())


def filled(template: str, version: str, names: Mapping[str, str]) -> str:
    """A path with its version and names, encoded as it is sent and so as it is signed."""
    return template.format(version=version, **{name: quote(value, safe="") for name, value in names.items()})
