"""Messages as an app sends them. Pure."""

from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

from connectors.wecom.calls import Body
from connectors.wecom.cards import TemplateCard
from connectors.wecom.plain import FENCE, without_marks

CONTENT_BYTES: Final = 2_048
# The longest the platform knows a repeat by what it says (`duplicate_check_interval`).
# Source: https://developer.work.weixin.qq.com/document/path/90236, read 2026-11-20.
REPEATS_KNOWN_FOR: Final = timedelta(hours=4)
_PICTURE = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")


def message(agent_id: int, users: Collection[str], words: str, *, plain: bool) -> Body:
    """Markdown, or plain text: for readers in WeChat, and for texts that must be seen to the letter.

    An app's Markdown has no blocks of code and would swallow their fences.
    """
    if plain or FENCE.search(words):
        return _to(agent_id, users, "text", {"content": without_marks(words)})
    return _to(agent_id, users, "markdown", {"content": words})


def card(agent_id: int, users: Collection[str], shown: TemplateCard) -> Body:
    """A card with buttons."""
    return _to(agent_id, users, "template_card", dict(shown))


def attachment(agent_id: int, users: Collection[str], content: bytes, media: str) -> Body:
    """A picture or file that is kept with the platform."""
    return _to(agent_id, users, media_kind(content), {"media_id": media})


def changed_card(agent_id: int, users: Sequence[str], code: str, shown: TemplateCard) -> Body:
    """What a card that was sent becomes for these people."""
    return {"agentid": agent_id, "userids": list(users), "response_code": code, "template_card": dict(shown)}


def once(body: Body) -> Body:
    """The same, to be delivered once however often it is handed over within four hours."""
    return {**body, "enable_duplicate_check": 1, "duplicate_check_interval": int(REPEATS_KNOWN_FOR.total_seconds())}


def media_kind(content: bytes) -> str:
    """What the platform calls it: an image by its first bytes, else a file."""
    return "image" if content.startswith(_PICTURE) else "file"


def _to(agent_id: int, users: Collection[str], msgtype: str, content: Body) -> Body:
    return {"touser": "|".join(users), "agentid": agent_id, "msgtype": msgtype, msgtype: content}
