"""Lines of an account's stream as what somebody did. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote

from memory.domain.ids import ChannelId
from memory.domain.places import Place

CONNECTOR: Final = "wecom_kf"
CUSTOMER, SYSTEM = 3, 4
_HUMAN = frozenset({1, 2, 4})
_ENDED: Final = 3
_UNREAD = frozenset(
    {"image", "voice", "video", "location", "link", "business_card", "miniprogram", "merged_msg", "note"}
)
_BIND: Final = "bind="


@dataclass(frozen=True, slots=True)
class Line:
    """Of every line: its own id, whose it is, when (seconds since the epoch)."""

    msgid: str
    user: str
    at: float


@dataclass(frozen=True, slots=True)
class Said(Line):
    """A customer wrote or tapped (`menu_id`), sent a file (`media`: its id), or (`unread`) what we cannot read."""

    text: str = ""
    menu_id: str = ""
    media: str = ""
    unread: bool = False


@dataclass(frozen=True, slots=True)
class Entered(Line):
    """A customer opened the chat. `code`: the right to welcome them within 20 s; `bind`: the code in their link."""

    code: str = ""
    bind: str = ""


@dataclass(frozen=True, slots=True)
class NotDelivered(Line):
    """A message of ours was accepted and did not arrive."""

    name: str = ""
    why: int = 0


@dataclass(frozen=True, slots=True)
class ChangedHands(Line):
    """A human has the customer, or no more."""

    human: bool = False


Happening = Said | Entered | NotDelivered | ChangedHands


def outside_id(channel: ChannelId, msgid: str) -> str:
    """What the desk knows a message by."""
    return f"kf:{channel}:{msgid}"


def place_of(channel: ChannelId, user: str) -> Place:
    """A customer's own chat; there are no groups."""
    return Place(channel=channel, chat=user, is_group=False, user=user)


def happening_of(line: Mapping[str, object]) -> Happening | None:
    """What a line says; None for what is not ours to answer: a servicer's message, an event of no concern."""
    origin, kind = line.get("origin"), str(line.get("msgtype", ""))
    msgid, at = str(line.get("msgid", "")), _number(line.get("send_time"))
    if origin == SYSTEM and kind == "event":
        return _event(_part(line, "event"), msgid, at)
    user = str(line.get("external_userid", ""))
    if origin != CUSTOMER or not user or not msgid:
        return None
    if kind == "text":
        text = _part(line, "text")
        return Said(msgid, user, at, text=str(text.get("content", "")), menu_id=str(text.get("menu_id", "")))
    if kind == "file":
        media = str(_part(line, "file").get("media_id", ""))
        return Said(msgid, user, at, media=media, unread=not media)
    return Said(msgid, user, at, unread=True) if kind in _UNREAD else None


def _event(event: Mapping[str, object], msgid: str, at: float) -> Happening | None:
    user, kind = str(event.get("external_userid", "")), event.get("event_type")
    if not user or not msgid:
        return None
    if kind == "enter_session":
        said = unquote(str(event.get("scene_param", "")))
        bind = said.removeprefix(_BIND) if said.startswith(_BIND) else ""
        return Entered(msgid, user, at, code=str(event.get("welcome_code", "")), bind=bind)
    if kind == "msg_send_fail":
        why = int(_number(event.get("fail_type")))
        return NotDelivered(msgid, user, at, name=str(event.get("fail_msgid", "")), why=why)
    if kind == "session_status_change" and event.get("change_type") in _HUMAN | {_ENDED}:
        return ChangedHands(msgid, user, at, human=event.get("change_type") in _HUMAN)
    return None


def _part(line: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = line.get(name)
    return found if isinstance(found, dict) else {}


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
