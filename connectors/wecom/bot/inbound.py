"""What somebody wrote to the bot, as we take it: mention off, quotation recognised, pictures and files named. Pure."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.wecom.bot.frames import Content, EventBody, Media, MsgBody
from connectors.wecom.drafts import referred
from connectors.wecom.quotes import listed
from memory.domain.chat import Inbound
from memory.domain.ids import ChannelId, PresentationId, ShortlistId
from memory.domain.places import Place
from memory.domain.quoting import quoting

CONNECTOR = "wecom_bot"
_SPACES = " \t\u2005\u3000\xa0\n"


@dataclass(frozen=True, slots=True)
class Heard:
    """One message. `chat`: the group's id, or the person's own; `has_pictures`: something that we cannot read."""

    outside_id: str
    user: str
    chat: str
    is_group: bool
    text: str
    quoted: PresentationId | None = None
    quoted_list: ShortlistId | None = None
    file: Media | None = None
    has_pictures: bool = False

    def place(self, channel: ChannelId) -> Place:
        """Where it was said, and by whom."""
        return Place(channel=channel, chat=self.chat, is_group=self.is_group, user=self.user)

    def inbound(self, channel: ChannelId) -> Inbound:
        """For the desk: one thread for each member of each chat."""
        return Inbound(
            connector=CONNECTOR,
            outside_id=self.outside_id,
            text=self.text if self.quoted_list is None else quoting(self.quoted_list, self.text),
            chat=self.chat,
            quoted=self.quoted,
            place=self.place(channel),
        )


def heard(body: MsgBody, *, bot_name: str) -> Heard:
    """A message callback."""
    parts = list(_flat(body))
    typed = "\n".join(part.text.content for part in parts if part.text)
    spoken = "\n".join(part.voice.content for part in parts if part.voice)
    is_group = body.chattype == "group"
    said = called(typed, bot_name) if is_group else without_mention(typed, bot_name)
    words = "\n".join(text for text in (said, spoken) if text)
    quoted = "\n".join(part.text.content for part in _flat(body.quote) if part.text) if body.quote else ""
    return Heard(
        outside_id=f"{body.aibotid}:{body.msgid}",
        user=body.sender.userid,
        chat=body.chatid if is_group else body.sender.userid,
        is_group=is_group,
        text=words.strip(),
        quoted=referred(quoted),
        quoted_list=listed(quoted),
        file=next((part.file for part in parts if part.file), None),
        has_pictures=any(part.image or part.video for part in parts),
    )


def chat_of(body: EventBody) -> str:
    """Where an event happened: the group's id, or the person's own."""
    if body.chattype == "group":
        return body.chatid
    return body.sender.userid if body.sender else ""


def without_mention(text: str, bot_name: str) -> str:
    """The text without the one @name that called the bot, at its beginning or else its end; not any other @."""
    bare = text.strip(_SPACES)
    mention = f"@{bot_name}"
    if not bot_name:
        return bare
    if bare.startswith(mention):
        return bare[len(mention) :].lstrip(_SPACES)
    return bare.removesuffix(mention).rstrip(_SPACES)


def called(text: str, bot_name: str) -> str:
    """What was said in a group, where the bot hears nothing but what calls it.

    Where the settings know it by another name, the first @ that begins the text is its mention all the same.
    """
    bare = text.strip(_SPACES)
    words = without_mention(bare, bot_name)
    if words != bare or not bare.startswith("@"):
        return words
    parts = re.split(rf"[{_SPACES}]+", bare, maxsplit=1)
    return parts[1] if len(parts) > 1 else ""


def _flat(content: Content) -> Iterator[Content]:
    """The message itself, or the parts of a mixed one."""
    if content.mixed is None:
        yield content
        return
    for part in content.mixed.msg_item:
        yield from _flat(part)
