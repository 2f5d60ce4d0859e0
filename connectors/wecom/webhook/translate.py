"""Messages as the platform takes them, and text cut to its byte limits. Pure."""

import base64
import hashlib
import re
from collections.abc import Sequence

from connectors.wecom.cut import size
from memory.domain.errors import Refused

TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
IMAGE_BYTES = 2 * 1024 * 1024
_NUMBER_BYTES = len("(99/99)\n")
_SENTENCE = re.compile(r"(?<=[。！？!?；;])|(?<=\.\s)")

Body = dict[str, object]


def cut(text: str, *, limit: int) -> list[str]:
    """The text in pieces of at most `limit` UTF-8 bytes, cut on a line, else a sentence, else a character.

    Several pieces are numbered (1/3). A character of more than one byte is never split.
    """
    if size(text) <= limit:
        return [text]
    pieces = _packed(text.split("\n"), "\n", limit - _NUMBER_BYTES)
    return [f"({place}/{len(pieces)})\n{piece}" for place, piece in enumerate(pieces, 1)]


def markdown(content: str) -> Body:
    """Markdown of the newer kind: lists, quotes and tables, but no mentions and no colours."""
    return {"msgtype": "markdown_v2", "markdown_v2": {"content": content}}


def text(content: str, *, mentions: Sequence[str] = ()) -> Body:
    """Plain text that calls people: user ids of the platform, or "@all"."""
    return {"msgtype": "text", "text": {"content": content, "mentioned_list": list(mentions)}}


def image(content: bytes) -> Body:
    """A JPG or PNG of at most 2 MB. Raises Refused("wecom_media_too_large") for a larger one."""
    if len(content) > IMAGE_BYTES:
        raise Refused("wecom_media_too_large", megabytes=IMAGE_BYTES // 1_048_576)
    digest = hashlib.md5(content, usedforsecurity=False).hexdigest()
    return {"msgtype": "image", "image": {"base64": base64.b64encode(content).decode(), "md5": digest}}


def _packed(parts: Sequence[str], glue: str, limit: int) -> list[str]:
    """Parts put together as far as they fit; one that fits nowhere is cut more finely."""
    pieces: list[str] = []
    for part in parts:
        joined = f"{pieces[-1]}{glue}{part}" if pieces else part
        if pieces and size(joined) <= limit:
            pieces[-1] = joined
        elif size(part) <= limit:
            pieces.append(part)
        elif glue:
            pieces += _packed(_SENTENCE.split(part), "", limit)
        else:
            pieces += _by_character(part, limit)
    return pieces


def _by_character(part: str, limit: int) -> list[str]:
    pieces = [""]
    for sign in part:
        if size(pieces[-1]) + size(sign) > limit:
            pieces.append("")
        pieces[-1] += sign
    return pieces
