"""Callbacks of an Official Account as what somebody did. Pure."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from connectors.wecom.xml import Document
from memory.domain.ids import ChannelId
from memory.domain.places import Place

CONNECTOR: Final = "wechat_account"
SAY: Final = "say:"
_BIND: Final = "bind-"
_UNREAD = frozenset({"image", "voice", "video", "shortvideo", "location", "link"})


@dataclass(frozen=True, slots=True)
class Did:
    """Of everything: its own id however often it comes, whose it is, when (seconds since the epoch)."""

    outside_id: str
    user: str
    at: float


@dataclass(frozen=True, slots=True)
class Said(Did):
    """A follower wrote or tapped a choice (`menu_id`), or (`unread`) sent something we cannot read."""

    text: str = ""
    menu_id: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Pressed(Did):
    """A follower pressed a button of the account's menu that stands for a text."""

    text: str = ""


@dataclass(frozen=True, slots=True)
class Followed(Did):
    """Somebody began to follow, or scanned a code again; `bind`: the code in it."""

    bind: str = ""


Happening = Said | Pressed | Followed


def place_of(channel: ChannelId, user: str) -> Place:
    """A follower's own chat; there are no groups."""
    return Place(channel=channel, chat=user, is_group=False, user=user)


def happening_of(document: Document, channel: ChannelId) -> Happening | None:
    """What a callback says; None for what is nothing to answer."""
    user, kind, at = document.text("FromUserName"), document.text("MsgType"), _seconds(document.text("CreateTime"))
    if not user:
        return None
    if kind == "event":
        return _event(document, channel, user, at)
    outside_id = f"oa:{channel}:{document.text('MsgId')}"
    if kind == "text":
        return Said(outside_id, user, at, text=document.text("Content"), menu_id=document.text("bizmsgmenuid"))
    return Said(outside_id, user, at, unread=True) if kind in _UNREAD else None


def _event(document: Document, channel: ChannelId, user: str, at: float) -> Happening | None:
    """Events carry no id: what tells two apart is what they say."""
    name, key = document.text("Event"), document.text("EventKey")
    said = "\n".join((user, name, key, document.text("CreateTime")))
    outside_id = f"oa:{channel}:e-{sha256(said.encode()).hexdigest()[:32]}"
    if name == "CLICK" and key.startswith(SAY):
        return Pressed(outside_id, user, at, text=key.removeprefix(SAY))
    if name in ("subscribe", "SCAN"):
        scene = key.removeprefix("qrscene_")
        return Followed(outside_id, user, at, bind=scene.removeprefix(_BIND) if scene.startswith(_BIND) else "")
    return None


def _seconds(text: str) -> float:
    return float(text) if text.isascii() and text.isdecimal() and len(text) < 12 else 0.0
