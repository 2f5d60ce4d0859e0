"""Frames of the long connection and the bodies that come down it, named as the vendor names them.

What we send is a `TypedDict`; what comes is a model that forgives: unknown fields are ignored, objects may arrive as
JSON in a string (both were seen on deployed bots).
"""

import json
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any, Literal, NotRequired, TypedDict

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

Json = dict[str, Any]  # a body on the wire; read into a model before anybody looks inside


class Cmd(StrEnum):
    """What a frame is for. Answers to a callback carry its req_id, every other request one of ours."""

    SUBSCRIBE = "aibot_subscribe"
    PING = "ping"
    MSG_CALLBACK = "aibot_msg_callback"
    EVENT_CALLBACK = "aibot_event_callback"
    RESPOND_MSG = "aibot_respond_msg"
    RESPOND_WELCOME_MSG = "aibot_respond_welcome_msg"
    RESPOND_UPDATE_MSG = "aibot_respond_update_msg"
    SEND_MSG = "aibot_send_msg"
    UPLOAD_MEDIA_INIT = "aibot_upload_media_init"
    UPLOAD_MEDIA_CHUNK = "aibot_upload_media_chunk"
    UPLOAD_MEDIA_FINISH = "aibot_upload_media_finish"


class Feedback(TypedDict):
    """What a person's judgement of an answer comes back under: at most 256 bytes, in a stream's first frame only."""

    id: str


class Stream(TypedDict):
    """A streaming answer: the whole text each time, at most 20480 bytes."""

    id: str
    finish: bool
    content: str
    feedback: NotRequired[Feedback]


class _Incoming(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


def _unpacked(value: object) -> object:
    """An object that came as JSON in a string."""
    if isinstance(value, str) and value[:1] in "{[" and value:
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


class Sender(_Incoming):
    """Who it is from."""

    userid: str = Field(min_length=1)


class Text(_Incoming):
    """Typed words; in a group with the mention."""

    content: str = ""


class Media(_Incoming):
    """A picture, file or film: an address that lives 5 minutes, and the key its content is encrypted with."""

    url: str = ""
    aeskey: str = Field(default="", repr=False)
    filename: str = ""


class Content(_Incoming):
    """What a message or a quotation holds: the field named by msgtype. `voice` is written down by the platform."""

    msgtype: str
    text: Text | None = None
    voice: Text | None = None
    image: Media | None = None
    file: Media | None = None
    video: Media | None = None
    mixed: "Mixed | None" = None


class Mixed(_Incoming):
    """Text and pictures in one message."""

    msg_item: tuple[Content, ...] = ()


class MsgBody(Content):
    """aibot_msg_callback. `chatid` only in groups."""

    msgid: str = Field(min_length=1)
    aibotid: str = ""
    chatid: str = ""
    chattype: Literal["single", "group"] = "single"
    sender: Sender = Field(alias="from")
    quote: Content | None = None


class CardEvent(_Incoming):
    """A button of a card was pressed."""

    card_type: str = ""
    event_key: str = ""
    task_id: str = ""


class FeedbackEvent(_Incoming):
    """A judgement: 1 good, 2 bad, 3 withdrawn; for reasons 1 off-topic, 2 incomplete, 3 wrong, 4 wrong analysis."""

    id: str = ""
    type: int = 0
    content: str = ""
    inaccurate_reason_list: tuple[int, ...] = ()


class Event(_Incoming):
    """What happened; the field named by eventtype."""

    eventtype: str
    template_card_event: Annotated[CardEvent | None, BeforeValidator(_unpacked)] = None
    feedback_event: Annotated[FeedbackEvent | None, BeforeValidator(_unpacked)] = None


class EventBody(_Incoming):
    """aibot_event_callback. `disconnected_event` is from nobody."""

    msgid: str = ""
    aibotid: str = ""
    chatid: str = ""
    chattype: Literal["single", "group"] = "single"
    sender: Sender | None = Field(default=None, alias="from")
    event: Annotated[Event, BeforeValidator(_unpacked)]


DISCONNECTED = "disconnected_event"


@dataclass(frozen=True, slots=True)
class Ack:
    """The answer to one of our frames: no cmd. `errcode` 0: it was taken."""

    req_id: str
    errcode: int
    errmsg: str = ""
    body: Json = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MsgCallback:
    """Somebody wrote; its req_id is the right to answer for 24 h."""

    req_id: str
    body: MsgBody


@dataclass(frozen=True, slots=True)
class EventCallback:
    """Something happened; a welcome and a card update are due within 5 s."""

    req_id: str
    body: EventBody


Callback = MsgCallback | EventCallback
