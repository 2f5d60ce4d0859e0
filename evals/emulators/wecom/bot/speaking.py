"""What a bot may say: answers, streams, welcomes, card updates, pushes; refused as the platform refuses."""

from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Final

from evals.emulators.limits import DAY
from evals.emulators.wecom.bot.frames import STREAM_BYTES, Content, Push, Stream, UpdateBody
from evals.emulators.wecom.bot.hub import Asked, BotHub, Kind
from evals.emulators.wecom.cards.reading import as_json, read_card
from evals.emulators.wecom.cards.rules import Carrier
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.corp import Bot
from evals.emulators.wecom.core.errors import ApiError, Errcode
from evals.emulators.wecom.core.wire import Json, size

PROMPT_SECONDS: Final = 5.0
MEDIA: Final = ("file", "image", "voice", "video")
ANSWERS: Final = frozenset({"stream", "template_card", "markdown", *MEDIA})
PUSHES: Final = ANSWERS - {"stream"}
WELCOMES: Final = frozenset({"text", "template_card"})


def respond(hub: BotHub, bot: Bot, req_id: str, connection: int, body: Json) -> None:
    """aibot_respond_msg: to a message, within 24 h.

    Raises:
        ApiError: the frame is refused and changes nothing.
    """
    asked = _right_to_answer(hub, bot, req_id, connection, kind=Kind.MESSAGE, seconds=DAY)
    content = hub.platform.reader.read(Content, body, where="aibot_respond_msg")
    if content.msgtype == "stream" and content.stream is not None:
        _stream(hub, asked, content.stream)
        return
    _say(hub, bot, asked.chat, content, allowed=ANSWERS)
    asked.answered = asked.answered or asked.stream is None


def welcome(hub: BotHub, bot: Bot, req_id: str, connection: int, body: Json) -> None:
    """aibot_respond_welcome_msg: once, within 5 s of enter_chat.

    Raises:
        ApiError: it comes too late, twice, or says what it may not.
    """
    asked = _right_to_answer(hub, bot, req_id, connection, kind=Kind.ENTER_CHAT, seconds=PROMPT_SECONDS, once=True)
    content = hub.platform.reader.read(Content, body, where="aibot_respond_welcome_msg")
    _say(hub, bot, asked.chat, content, allowed=WELCOMES)
    asked.answered = True


def update(hub: BotHub, bot: Bot, req_id: str, connection: int, body: Json) -> None:
    """aibot_respond_update_msg: once, within 5 s of the click, the same task_id.

    Raises:
        ApiError: it comes too late, twice, or holds another or a wrong card.
    """
    asked = _right_to_answer(hub, bot, req_id, connection, kind=Kind.CARD, seconds=PROMPT_SECONDS, once=True)
    wanted = hub.platform.reader.read(UpdateBody, body, where="aibot_respond_update_msg")
    card = read_card(hub.platform.reader, wanted.template_card, Carrier.BOT)
    clicked = asked.card
    if clicked is None or clicked.card is None or card.task_id != clicked.card.get("task_id"):
        raise ApiError(Errcode.BAD_TASK_ID)
    hub.platform.chats.replace_card(clicked, as_json(card), wanted.userids)
    asked.answered = True


def push(hub: BotHub, bot: Bot, body: Json) -> None:
    """aibot_send_msg: only where somebody has written to the bot.

    Raises:
        ApiError: the message is refused.
    """
    wanted = hub.platform.reader.read(Push, body, where="aibot_send_msg")
    chat = _conversation(hub, bot, wanted)
    if not hub.may_push(bot.bot_id, chat):
        raise ApiError(Errcode.CHAT_UNKNOWN)
    _say(hub, bot, chat, wanted, allowed=PUSHES)


def _conversation(hub: BotHub, bot: Bot, wanted: Push) -> str:
    group = hub.platform.corp.groups.get(wanted.chatid)
    if group and wanted.chat_type in (0, 2) and bot.bot_id in group.bots:
        return group.chatid
    if wanted.chat_type in (0, 1) and wanted.chatid in hub.platform.corp.users:
        return private(bot.bot_id, wanted.chatid)
    raise ApiError(Errcode.CHAT_UNKNOWN)


def _right_to_answer(
    hub: BotHub, bot: Bot, req_id: str, connection: int, *, kind: Kind, seconds: float, once: bool = False
) -> Asked:
    asked = hub.asked.get(req_id)
    if asked is None or asked.bot_id != bot.bot_id or asked.kind is not kind:
        raise ApiError(Errcode.BAD_REQ_ID)
    if asked.connection != connection and not hub.platform.rules.req_ids_survive_reconnect:
        raise ApiError(Errcode.BAD_REQ_ID, "of another connection")
    if hub.platform.clock.now > asked.at + seconds:
        raise ApiError(Errcode.BAD_REQ_ID, f"older than {seconds:g} s")
    if once and asked.answered:
        raise ApiError(Errcode.BAD_REQ_ID, "answered")
    return asked


def _stream(hub: BotHub, asked: Asked, stream: Stream) -> None:
    if stream.msg_item is not None:
        raise ApiError(Errcode.BAD_PARAMETER, "stream.msg_item: not on this connection")
    if size(stream.content) > STREAM_BYTES:
        raise ApiError(Errcode.CONTENT_TOO_LONG, f"stream.content over {STREAM_BYTES} bytes")
    if stream.finish and not stream.content:
        raise ApiError(Errcode.EMPTY_CONTENT)
    message = _streaming(hub, asked, stream)
    if len(stream.content) < len(message.content):
        hub.platform.records.warn(f"stream {stream.id}: shorter than before; each frame holds the whole text")
    message.content = stream.content
    if stream.finish:
        message.state = State.FINISHED
        asked.answered = True
    hub.platform.records.ring()


def _streaming(hub: BotHub, asked: Asked, stream: Stream) -> Message:
    """The message of this stream: a new one for its first frame."""
    hub.expire(asked)
    if asked.stream is None:
        hub.count(asked.bot_id, asked.chat)
        asked.stream_id, asked.stream_began = stream.id, hub.platform.clock.now
        asked.stream = hub.platform.chats.post(
            asked.chat,
            asked.bot_id,
            "stream",
            state=State.STREAMING,
            feedback_id=stream.feedback.id if stream.feedback else "",
        )
        return asked.stream
    if stream.id != asked.stream_id:
        raise ApiError(Errcode.BAD_PARAMETER, "stream.id: another stream answers this req_id")
    if asked.stream.state is State.EXPIRED:
        raise ApiError(Errcode.STREAM_EXPIRED)
    if asked.stream.state is State.FINISHED:
        raise ApiError(Errcode.BAD_PARAMETER, "stream: finished")
    if stream.feedback:
        raise ApiError(Errcode.BAD_PARAMETER, "stream.feedback: only in the first frame")
    if hub.platform.rules.stream_updates_count:
        hub.count(asked.bot_id, asked.chat)
    return asked.stream


def _say(hub: BotHub, bot: Bot, chat: str, content: Content, *, allowed: AbstractSet[str]) -> Message:
    if content.msgtype not in allowed or getattr(content, content.msgtype, None) is None:
        raise ApiError(Errcode.BAD_MSGTYPE)
    write = _MEDIA if content.msgtype in MEDIA else _WRITE[content.msgtype]
    parts = write(hub, bot, content)
    hub.count(bot.bot_id, chat)
    if task_id := parts.get("card", {}).get("task_id"):
        hub.task_ids.add((bot.bot_id, task_id))
    return hub.platform.chats.post(chat, bot.bot_id, content.msgtype, **parts)


def _write_markdown(_: BotHub, __: Bot, content: Content) -> Json:
    markdown = content.markdown
    if markdown is None or not markdown.content.strip():
        raise ApiError(Errcode.EMPTY_CONTENT)
    if size(markdown.content) > STREAM_BYTES:
        raise ApiError(Errcode.CONTENT_TOO_LONG, f"markdown.content over {STREAM_BYTES} bytes")
    return {"content": markdown.content, "feedback_id": markdown.feedback.id if markdown.feedback else ""}


def _write_text(_: BotHub, __: Bot, content: Content) -> Json:
    if content.text is None or not content.text.content.strip():
        raise ApiError(Errcode.EMPTY_CONTENT)
    if size(content.text.content) > STREAM_BYTES:
        raise ApiError(Errcode.CONTENT_TOO_LONG, f"text.content over {STREAM_BYTES} bytes")
    return {"content": content.text.content}


def _write_card(hub: BotHub, bot: Bot, content: Content) -> Json:
    card = read_card(hub.platform.reader, content.template_card, Carrier.BOT)
    if (bot.bot_id, card.task_id) in hub.task_ids:
        raise ApiError(Errcode.BAD_TASK_ID, "used before")
    return {"card": as_json(card), "feedback_id": card.feedback.id if card.feedback else ""}


def _write_media(hub: BotHub, bot: Bot, content: Content) -> Json:
    part = getattr(content, content.msgtype)
    media = hub.platform.media.use(part.media_id, owner=bot.bot_id)
    if media.type != content.msgtype:
        raise ApiError(Errcode.BAD_MEDIA_TYPE)
    return {"filename": media.filename, "data": media.content}


_Write = Callable[[BotHub, Bot, Content], Json]
_MEDIA: _Write = _write_media
_WRITE: Final[dict[str, _Write]] = {"markdown": _write_markdown, "text": _write_text, "template_card": _write_card}
