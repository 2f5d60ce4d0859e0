"""The hands of the people: they type, quote, press, upload, open chats and judge answers, on what they really see."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evals.emulators.limits import DAY, Rate
from evals.emulators.wecom.app import events
from evals.emulators.wecom.app.callbacks import AppCallbacks
from evals.emulators.wecom.app.sending import AppSending
from evals.emulators.wecom.bot.hub import BotHub, Kind
from evals.emulators.wecom.core.chats import Message, State, private
from evals.emulators.wecom.core.corp import App, Bot
from evals.emulators.wecom.core.media import looks_like
from evals.emulators.wecom.core.wire import Json
from evals.emulators.wecom.phone.cards import NotShown, chosen, pressed
from evals.emulators.wecom.platform import Platform

FILE_KINDS: Final = ("image", "video")
_ONCE_A_DAY: Final = Rate(1, DAY)


@dataclass(frozen=True, slots=True)
class Phone:
    """Everybody's phone."""

    platform: Platform
    hub: BotHub
    callbacks: AppCallbacks
    sending: AppSending

    def says_in_group(
        self, userid: str, text: str, *, chatid: str, mention: str | None = None, quote: str = ""
    ) -> Message:
        """Type in a group. Only what mentions a bot (by its id) reaches it, the mention included.

        Raises:
            NotShown: the person is not in that group.
        """
        group = self.platform.corp.groups[chatid]
        if userid not in group.members:
            raise NotShown(chatid)
        bot = self.platform.corp.bots[mention] if mention in group.bots and mention else None
        whole = f"@{bot.name} {text}" if bot else text
        message = self.platform.chats.post(chatid, userid, "text", content=whole, quote=quote)
        if bot:
            self._to_bot(bot, message, {"msgtype": "text", "text": {"content": whole}})
        return message

    def says_to_bot(self, userid: str, text: str, *, bot_id: str, quote: str = "") -> Message:
        """Type in the 1:1 chat with a bot."""
        message = self.platform.chats.post(private(bot_id, userid), userid, "text", content=text, quote=quote)
        self._to_bot(self.platform.corp.bots[bot_id], message, {"msgtype": "text", "text": {"content": text}})
        return message

    def sends_file_to_bot(self, userid: str, filename: str, content: bytes, *, bot_id: str) -> Message:
        """Upload in the 1:1 chat: a picture or film by its first bytes, else a file. Its address lives 5 minutes."""
        kind = _kind(content)
        message = self.platform.chats.post(private(bot_id, userid), userid, kind, filename=filename, data=content)
        name, aes_key = self.platform.media.offer(content)
        media = {"url": f"{self.platform.base_url}/media/{name}", "aeskey": aes_key}
        self._to_bot(self.platform.corp.bots[bot_id], message, {"msgtype": kind, kind: media})
        return message

    def sends_pictures_to_bot(
        self, userid: str, text: str, pictures: Sequence[bytes], *, bot_id: str, chatid: str | None = None
    ) -> Message:
        """Text and pictures in one message, 1:1 or in a group with the mention."""
        bot = self.platform.corp.bots[bot_id]
        whole = f"@{bot.name} {text}" if chatid else text
        message = self.platform.chats.post(chatid or private(bot_id, userid), userid, "mixed", content=whole)
        items: list[Json] = [{"msgtype": "text", "text": {"content": whole}}]
        for picture in pictures:
            name, aes_key = self.platform.media.offer(picture)
            url = f"{self.platform.base_url}/media/{name}"
            items.append({"msgtype": "image", "image": {"url": url, "aeskey": aes_key}})
        self._to_bot(bot, message, {"msgtype": "mixed", "mixed": {"msg_item": items}})
        return message

    def speaks_to_bot(self, userid: str, heard: str, *, bot_id: str) -> Message:
        """A voice message, which the platform has already written down."""
        message = self.platform.chats.post(private(bot_id, userid), userid, "voice", content=heard)
        self._to_bot(self.platform.corp.bots[bot_id], message, {"msgtype": "voice", "voice": {"content": heard}})
        return message

    def enters_chat(self, userid: str, *, bot_id: str) -> bool:
        """Open the 1:1 chat with a bot; False when that was not the first time today."""
        day = int(self.platform.clock.now // DAY)
        entered = self.platform.limits.take(("enter", bot_id, userid, str(day)), _ONCE_A_DAY)
        if entered:
            self.hub.event(Kind.ENTER_CHAT, {}, bot_id=bot_id, chat=private(bot_id, userid), userid=userid)
        return entered

    def judges(
        self, userid: str, message_id: str, *, kind: int, content: str = "", reasons: Sequence[int] = ()
    ) -> None:
        """Judge an answer: 1 good, 2 bad, 3 withdrawn.

        Raises:
            NotShown: the message cannot be judged: its sender gave it no feedback id.
        """
        message = self.platform.chats.find(message_id)
        if not message.feedback_id:
            raise NotShown("feedback")
        event = {"id": message.feedback_id, "type": kind, "content": content, "inaccurate_reason_list": list(reasons)}
        self.hub.event(Kind.FEEDBACK, event, bot_id=message.sender, chat=message.chat, userid=userid)

    def presses(
        self, userid: str, message_id: str, key: str, selected: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Press a button of a card, its submit button, or a line of its corner menu, as this person has it.

        Raises:
            NotShown: the person does not have that message, or its card has no such button or choice (any more).
        """
        message = self.platform.chats.find(message_id)
        if userid not in self.platform.chats.members(message.chat) or message.state is State.RECALLED:
            raise NotShown(message_id)
        card = message.card_of(userid)
        if card is None or userid in message.greyed:
            raise NotShown(key)
        message.failed.discard(userid)
        from_menu = pressed(card, key)
        choice = None if from_menu else chosen(card, selected or {})
        if message.sender in self.platform.corp.bots:
            self._to_bot_card(message, userid, card, key, choice)
        else:
            app = self.platform.corp.apps[int(message.sender)]
            fields = events.card_event(key, card, self.sending.clicked(message), choice)
            name = "template_card_menu_event" if from_menu else "template_card_event"
            inner = events.event(self.platform, app, userid, name, fields)
            self.callbacks.deliver(app, userid, inner, clicked=message)

    def says_to_app(self, userid: str, text: str, *, agentid: int) -> Message:
        """Type in the app's 1:1 chat.

        Raises:
            NotShown: the app is not visible to this person.
        """
        app = self._app(userid, agentid)
        message = self.platform.chats.post(private(str(agentid), userid), userid, "text", content=text)
        inner = events.message(self.platform, app, userid, "text", {"Content": text})
        self.callbacks.deliver(app, userid, inner)
        return message

    def sends_picture_to_app(self, userid: str, filename: str, content: bytes, *, agentid: int) -> Message:
        """Send a picture in the app's 1:1 chat; files are not delivered to apps.

        Raises:
            NotShown: the app is not visible to this person.
        """
        app = self._app(userid, agentid)
        owner = self.platform.corp.corpid
        media = self.platform.media.upload("image", filename, content, owner=owner, most={"image": len(content)})
        chat = private(str(agentid), userid)
        message = self.platform.chats.post(chat, userid, "image", filename=filename, data=content)
        fields = {"PicUrl": f"{self.platform.base_url}/pic/{media.media_id}", "MediaId": media.media_id}
        self.callbacks.deliver(app, userid, events.message(self.platform, app, userid, "image", fields))
        return message

    def does_in_app(self, userid: str, name: str, *, agentid: int, key: str = "") -> None:
        """Any other event of an app: enter_agent, subscribe, unsubscribe, click of a menu.

        Raises:
            NotShown: the app is not visible to this person.
        """
        app = self._app(userid, agentid)
        self.callbacks.deliver(app, userid, events.event(self.platform, app, userid, name, {"EventKey": key}))

    def _app(self, userid: str, agentid: int) -> App:
        app = self.platform.corp.apps[agentid]
        if userid not in app.visible:
            raise NotShown(app.name)
        return app

    def _to_bot_card(
        self, message: Message, userid: str, card: Json, key: str, choice: dict[str, list[str]] | None
    ) -> None:
        event: Json = {"card_type": card["card_type"], "event_key": key, "task_id": card.get("task_id", "")}
        if choice is not None:
            items = [{"question_key": name, "option_ids": {"option_id": ids}} for name, ids in choice.items()]
            event["selected_items"] = {"selected_item": items}
        self.hub.event(Kind.CARD, event, bot_id=message.sender, chat=message.chat, userid=userid, card=message)

    def _to_bot(self, bot: Bot, message: Message, content: Json) -> None:
        body: Json = (
            {"msgid": self.platform.name("msg")} | self.hub.place(bot.bot_id, message.chat, message.sender) | content
        )
        if message.quote:
            quoted = self.platform.chats.find(message.quote)
            body["quote"] = {"msgtype": "text", "text": {"content": quoted.content or _title(quoted)}}
        if not self.hub.may_ask(bot.bot_id, message.sender):
            message.delivered = False
            self.platform.records.warn(f"{message.sender}: three questions are open, the fourth is not delivered")
            return
        self.hub.heard(bot.bot_id, message.chat)
        message.delivered = self.hub.ask(
            Kind.MESSAGE, body, bot_id=bot.bot_id, chat=message.chat, userid=message.sender
        )


def _title(message: Message) -> str:
    title: str = ((message.card or {}).get("main_title") or {}).get("title", "")
    return title or message.filename


def _kind(content: bytes) -> str:
    return next((kind for kind in FILE_KINDS if looks_like(kind, content)), "file")
