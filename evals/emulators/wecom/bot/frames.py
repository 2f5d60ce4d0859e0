"""Frames of the long connection and the bodies that come up it, named as the vendor names them."""

from typing import Literal, NotRequired, TypedDict

from pydantic import Field

from evals.emulators.wecom.cards.parts import Feedback
from evals.emulators.wecom.core.wire import Json, Part

STREAM_BYTES = 20_480
CHUNKS = 100
CHUNK_BYTES = 524_288


class Headers(TypedDict):
    """Of a frame."""

    req_id: str


class Frame(TypedDict):
    """What goes either way."""

    cmd: str
    headers: Headers
    body: NotRequired[Json]


class Ack(TypedDict):
    """The answer to a frame: no cmd."""

    headers: Headers
    errcode: int
    errmsg: str
    body: NotRequired[Json]


class SubscribeBody(Part):
    """aibot_subscribe."""

    bot_id: str
    secret: str
    scene: object = None
    plug_version: object = None


class Stream(Part):
    """A streaming answer: the whole text each time."""

    id: str = Field(min_length=1)
    finish: bool = False
    content: str = ""
    feedback: Feedback | None = None
    msg_item: list[Json] | None = None


class Markdown(Part):
    """Markdown; `feedback` as in a stream."""

    content: str
    feedback: Feedback | None = None


class Text(Part):
    """Plain text."""

    content: str


class MediaId(Part):
    """An uploaded file."""

    media_id: str
    title: str = ""
    description: str = ""


class Content(Part):
    """A message's content: the field named by msgtype."""

    msgtype: str
    stream: Stream | None = None
    markdown: Markdown | None = None
    text: Text | None = None
    template_card: Json | None = None
    file: MediaId | None = None
    image: MediaId | None = None
    voice: MediaId | None = None
    video: MediaId | None = None


class Push(Content):
    """aibot_send_msg. Chat type 1 is a person, 2 a group; 0 guesses, groups first."""

    chatid: str = Field(min_length=1)
    chat_type: Literal[0, 1, 2] = 0


class UpdateBody(Part):
    """aibot_respond_update_msg; without userids everybody's card changes."""

    response_type: Literal["update_template_card"]
    template_card: Json
    userids: list[str] | None = None


class UploadInit(Part):
    """aibot_upload_media_init."""

    type: str
    filename: str = Field(min_length=1)
    total_size: int = Field(ge=1)
    total_chunks: int = Field(ge=1, le=CHUNKS)
    md5: str = Field(pattern=r"^[0-9a-fA-F]{32}$")


class UploadChunk(Part):
    """aibot_upload_media_chunk."""

    upload_id: str
    chunk_index: int = Field(ge=0, le=CHUNKS)
    base64_data: str


class UploadFinish(Part):
    """aibot_upload_media_finish."""

    upload_id: str
