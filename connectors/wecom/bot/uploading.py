"""Hands a file to the platform in pieces; nothing of it is shown before it is sent, so every step may be repeated."""

import base64
import hashlib
from typing import Final

from connectors.wecom.bot.calling import Calls
from connectors.wecom.bot.errors import Verdict, verdict
from connectors.wecom.bot.frames import Cmd, Json
from memory.domain.errors import Refused, Unavailable, Unclear

CHUNK_BYTES: Final = 524_288
MOST_FILE_BYTES: Final = 20_971_520
MOST_PICTURE_BYTES: Final = 2_097_152
LEAST_BYTES: Final = 5
_PICTURE: Final = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_TRIES: Final = 2
_LATER: Final = frozenset({Verdict.BUSY, Verdict.TOO_OFTEN, Verdict.NOT_SUBSCRIBED, Verdict.CONFLICT})


def kind_of(content: bytes) -> str:
    """What the platform calls it: an image by its first bytes and size, else a file."""
    return "image" if content.startswith(_PICTURE) and len(content) <= MOST_PICTURE_BYTES else "file"


async def uploaded(calls: Calls, name: str, content: bytes) -> str:
    """The media id, good for 3 days.

    Raises:
        Refused: too small, too large, or the platform does not take it (not retryable).
        Unavailable: not now; nothing was shown (retryable).
    """
    if not LEAST_BYTES <= len(content) <= MOST_FILE_BYTES:
        raise Refused("wecom_media_too_large", megabytes=MOST_FILE_BYTES // 1_048_576)
    pieces = [content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES)]
    begun = await _asked(
        calls,
        Cmd.UPLOAD_MEDIA_INIT,
        {
            "type": kind_of(content),
            "filename": name,
            "total_size": len(content),
            "total_chunks": len(pieces),
            "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
        },
    )
    upload = begun["upload_id"]
    for index, piece in enumerate(pieces):  # counted from 0, as the vendor's own programs do
        data = base64.b64encode(piece).decode()
        await _asked(calls, Cmd.UPLOAD_MEDIA_CHUNK, {"upload_id": upload, "chunk_index": index, "base64_data": data})
    kept = await _asked(calls, Cmd.UPLOAD_MEDIA_FINISH, {"upload_id": upload})
    return str(kept["media_id"])


async def _asked(calls: Calls, cmd: Cmd, body: Json) -> Json:
    """One step; without an ack it is asked again."""
    failure: Unavailable | Unclear | None = None
    for _ in range(_TRIES):
        try:
            ack = await calls.call(cmd, body)
        except (Unavailable, Unclear) as unanswered:
            failure = unanswered
            continue
        meaning = verdict(ack.errcode)
        if meaning is Verdict.DONE:
            return ack.body
        if meaning not in _LATER:
            raise Refused("wecom_refused", errcode=ack.errcode)
        failure = Unavailable("wecom_refused", errcode=ack.errcode)
    raise Unavailable("wecom_not_uploaded") from failure
