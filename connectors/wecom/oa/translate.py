"""What an Official Account says: a passive reply in the account's mode, or a message of its own. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from connectors.wecom.calls import Body
from connectors.wecom.crypto import Envelope
from connectors.wecom.rations.pieces import Menu, Text

_FORBIDDEN: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def passive(text: str, *, to: str, sender: str, at: int) -> str:
    """A text as the answer to a callback."""
    return (
        f"<xml><ToUserName>{_said(to)}</ToUserName><FromUserName>{_said(sender)}</FromUserName>"
        f"<CreateTime>{at}</CreateTime><MsgType>{_said('text')}</MsgType><Content>{_said(text)}</Content></xml>"
    )


def sealed(inner: str, envelope: Envelope, *, timestamp: str, nonce: str, random16: bytes) -> str:
    """The same in an envelope."""
    encrypted = envelope.seal(inner, random16=random16)
    signature = envelope.sign(timestamp, nonce, encrypted)
    return (
        f"<xml><Encrypt>{_said(encrypted)}</Encrypt><MsgSignature>{_said(signature)}</MsgSignature>"
        f"<TimeStamp>{timestamp}</TimeStamp><Nonce>{_said(nonce)}</Nonce></xml>"
    )


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture that is kept with the platform."""

    id: str


def message(user: str, piece: Text | Menu | Picture) -> Body:
    """A message of the account's own: a text, choices that come back as texts, or a picture."""
    if isinstance(piece, Picture):
        return {"touser": user, "msgtype": "image", "image": {"media_id": piece.id}}
    if isinstance(piece, Text):
        return {"touser": user, "msgtype": "text", "text": {"content": piece.text}}
    lines = [{"id": one.id, "content": one.label} for one in piece.choices]
    menu: Body = {"head_content": piece.head, "list": lines, "tail_content": ""}
    return {"touser": user, "msgtype": "msgmenu", "msgmenu": menu}


def _said(text: str) -> str:
    """Text that nothing in it can end."""
    return f"<![CDATA[{_FORBIDDEN.sub('', text).replace(']]>', ']]]]><![CDATA[>')}]]>"
