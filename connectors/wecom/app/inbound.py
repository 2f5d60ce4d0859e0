"""What somebody did in the app, as we take it: words, something we cannot read, a pressed button, an event. Pure."""

from dataclasses import dataclass
from hashlib import sha256

from connectors.wecom.app.settings import AppSettings
from connectors.wecom.drafts import referred
from connectors.wecom.xml import Document
from memory.domain.chat import Inbound
from memory.domain.errors import Refused
from memory.domain.ids import ChannelId
from memory.domain.places import Place

CONNECTOR = "wecom_app"
_UNREAD = frozenset({"image", "voice", "video", "location", "link", "file"})


@dataclass(frozen=True, slots=True)
class Heard:
    """One message: words, or (`unread`) something else. `outside_id` is the same however often it arrives."""

    outside_id: str
    user: str
    text: str = ""
    unread: bool = False

    def inbound(self, channel: ChannelId) -> Inbound:
        """For the desk: one thread for each member."""
        return Inbound(
            connector=CONNECTOR,
            outside_id=self.outside_id,
            text=self.text,
            chat=self.user,
            quoted=referred(self.text),
            place=place_of(channel, self.user),
        )


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button of a card. `response_code`: the right to change that card, once within 72 hours."""

    outside_id: str
    user: str
    key: str
    task_id: str
    response_code: str


@dataclass(frozen=True, slots=True)
class Happened:
    """Any other event, by the platform's name."""

    outside_id: str
    user: str
    name: str


Callback = Heard | Pressed | Happened


def place_of(channel: ChannelId, user: str) -> Place:
    """A member's own chat with the app; an app hears no groups."""
    return Place(channel=channel, chat=user, is_group=False, user=user)


def callback_of(document: Document, settings: AppSettings) -> Callback:
    """A callback's inner message.

    Raises Refused("app_wrong_agent") for one of another app of the corp (not retryable).
    """
    agent = document.text("AgentID")
    if agent and agent != str(settings.agent_id):
        raise Refused("app_wrong_agent")
    user, kind = document.text("FromUserName"), document.text("MsgType")
    if kind == "event":
        return _event(document, settings, user)
    outside_id = f"{settings.corp_id}:{settings.agent_id}:{document.text('MsgId')}"
    if kind == "text":
        return Heard(outside_id, user, document.text("Content"))
    if kind in _UNREAD:
        return Heard(outside_id, user, unread=True)
    return Happened(outside_id, user, f"message:{kind}")


def _event(document: Document, settings: AppSettings, user: str) -> Callback:
    """Events carry no id: what tells two apart is what they say. Two clicks in one second differ in their codes."""
    name = document.text("Event")
    said = [document.text(part) for part in ("CreateTime", "EventKey", "TaskId", "ResponseCode")]
    digest = sha256("\n".join((user, name, *said)).encode()).hexdigest()[:32]
    outside_id = f"{settings.corp_id}:{settings.agent_id}:e-{digest}"
    if name == "template_card_event":
        return Pressed(
            outside_id, user, document.text("EventKey"), document.text("TaskId"), document.text("ResponseCode")
        )
    return Happened(outside_id, user, name)
