"""Opens callbacks that came sealed: query, body, age. Whoever called must not learn why one is refused."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from fastapi import Request, Response

from connectors.wecom import xml
from connectors.wecom.crypto import Envelope
from memory.domain.errors import AppError, BadRequest, Refused, Unavailable, Unclear

OFF_SECONDS: Final = 300  # how far the platform's clock and ours may differ
MOST_BYTES: Final = 200_000
PROBE: Final = "doctor-"  # how a nonce of our own begins: it proves nothing about the platform
_FORBIDDEN, _LATER = 403, 503


def opened(envelope: Envelope, query: Mapping[str, str], encrypted: str, *, now: datetime) -> str:
    """What is inside. Raises Refused as `Envelope.open`, and "app_clock" for one of another time."""
    timestamp = query.get("timestamp", "")
    text = envelope.open(query.get("msg_signature", ""), timestamp, query.get("nonce", ""), encrypted)
    require_recent(timestamp, now)
    return text


def require_recent(timestamp: str, now: datetime) -> None:
    """Let what was sent within five minutes pass. Raises Refused("app_clock")."""
    sent = int(timestamp) if timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12 else 0
    if abs(now.timestamp() - sent) > OFF_SECONDS:
        raise Refused("app_clock")


async def received(request: Request) -> bytes:
    """The body; of one that is too long no more than shows that, however long it is."""
    body = bytearray()
    async for piece in request.stream():
        if len(body) <= MOST_BYTES:
            body += piece[: MOST_BYTES + 1]
    return bytes(body)


def document(body: bytes) -> xml.Document:
    """The body. Raises BadRequest("wecom_xml_unreadable") for one that is none, or too long."""
    if len(body) > MOST_BYTES:
        raise BadRequest("wecom_xml_unreadable")
    try:
        return xml.read(body.decode())
    except UnicodeDecodeError as wrong:
        raise BadRequest("wecom_xml_unreadable") from wrong


def is_probe(query: Mapping[str, str]) -> bool:
    """Whether the doctor called, and not the platform."""
    return query.get("nonce", "").startswith(PROBE)


def refusal(failure: AppError) -> Response:
    """Without a word: 503 for what must come again, 403 for the rest."""
    return Response(status_code=_LATER if isinstance(failure, Unavailable | Unclear) else _FORBIDDEN)
