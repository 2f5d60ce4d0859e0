"""Who signed a call: the platform's own reckoning, written from its description and from no client."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl

from evals.emulators.tiktok_shop.errors import ApiError, Code

OLDEST_SECONDS: Final = 300
AHEAD_SECONDS: Final = 30
UNSIGNED: Final = frozenset({"sign", "access_token"})
MULTIPART: Final = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call as it came: the path and the query as sent, the body byte for byte."""

    path: str
    query: bytes
    body: bytes
    content_type: str


def sign(secret: str, path: str, query: Mapping[str, str], body: bytes = b"") -> str:
    """The signature of a call whose values are decoded: 64 lower-case hex digits."""
    pairs = "".join(f"{name}{query[name]}" for name in sorted(query) if name not in UNSIGNED)
    wrapped = secret.encode() + path.encode() + pairs.encode() + body + secret.encode()
    return hmac.new(secret.encode(), wrapped, hashlib.sha256).hexdigest()


def decoded(query: bytes) -> dict[str, str]:
    """The values of a query as they were before they were encoded; of a name given twice the last."""
    return dict(parse_qsl(query.decode("ascii", "replace"), keep_blank_values=True))


def admitted(arrived: Arrived, *, app_key: str, secret: str, now: float) -> dict[str, str]:
    """The query of a call that is signed and in time.

    Raises:
        ApiError: 36009004 for what is missing, foreign or out of time, 106001 for a signature that does not fit.
    """
    query = decoded(arrived.query)
    if not query.get("sign"):
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: sign is missing")
    if not query.get("timestamp", "").isdecimal():
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: timestamp is missing or no number")
    if query.get("app_key") != app_key:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: app_key is invalid")
    age = now - int(query["timestamp"])
    if age > OLDEST_SECONDS or age < -AHEAD_SECONDS:
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: timestamp is outside the accepted window")
    body = b"" if arrived.content_type.lower().startswith(MULTIPART) else arrived.body
    if not hmac.compare_digest(sign(secret, arrived.path, query, body), query["sign"]):
        raise ApiError(Code.BAD_SIGN)
    return query
