"""Messages as the platform takes them. Pure."""

import base64
import hashlib
from collections.abc import Sequence

from memory.domain.errors import Refused

TEXT_BYTES, MARKDOWN_BYTES = 2048, 4096
IMAGE_BYTES = 2 * 1024 * 1024

Body = dict[str, object]


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


def file(media_id: str) -> Body:
    """A file that was uploaded before: 5 bytes to 20 MB."""
    return {"msgtype": "file", "file": {"media_id": media_id}}


def notice(title: str, about: str, url: str) -> Body:
    """A card that leads to a page; the platform shows about 26 characters of the title and 30 of the line below it."""
    card = {
        "card_type": "text_notice",
        "main_title": {"title": title, "desc": about},
        "card_action": {"type": 1, "url": url},
    }
    return {"msgtype": "template_card", "template_card": card}
