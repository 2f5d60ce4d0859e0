"""Messages as 微信客服 takes them, and pages of its stream as we take them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.wecom.calls import Body
from connectors.wecom.rations.pieces import Menu, Text
from memory.domain.errors import Unclear


@dataclass(frozen=True, slots=True)
class Page:
    """Part of an account's stream. `lines` as the platform wrote them, oldest first."""

    cursor: str
    has_more: bool
    lines: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Media:
    """A picture or file that is kept with the platform."""

    kind: str
    id: str


def content(piece: Text | Menu | Media) -> Body:
    """A text, a menu whose lines come back as texts, or a file."""
    if isinstance(piece, Media):
        return {"msgtype": piece.kind, piece.kind: {"media_id": piece.id}}
    if isinstance(piece, Text):
        return {"msgtype": "text", "text": {"content": piece.text}}
    lines = [{"type": "click", "click": {"id": one.id, "content": one.label}} for one in piece.choices]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": piece.head, "list": lines}}


def page_of(body: Body) -> Page:
    """A page. Raises Unclear for an answer that is none (nothing has moved, so it may be asked again)."""
    cursor, lines = body.get("next_cursor", ""), body.get("msg_list", [])
    if not isinstance(cursor, str) or not isinstance(lines, list):
        raise Unclear("channel_unclear")
    return Page(cursor, body.get("has_more") == 1, [line for line in lines if isinstance(line, dict)])
