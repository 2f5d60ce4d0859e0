"""The AI bot as a place to talk: what comes in goes to the desk, what the desk says goes back into the same chat."""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from typing import Final

import structlog

from connectors.ports.answers import Judgement, Judgements
from connectors.ports.channels import Picture
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted, Door, TurnedAway
from connectors.ports.queries import Queries
from connectors.wecom import keys, telling
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.calling import Calls
from connectors.wecom.bot.clicks import Clicked, Clicks
from connectors.wecom.bot.files import Files
from connectors.wecom.bot.frames import (
    Callback,
    CardEvent,
    Cmd,
    EventCallback,
    FeedbackEvent,
    Media,
    MsgCallback,
)
from connectors.wecom.bot.inbound import CONNECTOR, Heard, chat_of, heard
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.bot.voice import Voice
from connectors.wecom.cut import numbered
from connectors.wecom.errands import Errands, Order
from connectors.wecom.importing import Importing
from connectors.wecom.pace import Pace
from connectors.wecom.render import CONTENT_BYTES, Renderer, unmasked
from connectors.wecom.saying import Say, told
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.chat import Accepted, Decided, Receipt, Reply, Tap
from memory.domain.errors import AppError, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.owed import Owed
from memory.domain.places import Place

log = structlog.get_logger()

REMEMBERED: Final = 10_000
_UNSPEAKABLE: Final = ("wecom_refused", "wecom_no_ack", "wecom_not_connected", "wecom_blocked", "wecom_in_parts")
_VERDICTS: Final = {1: "good", 2: "bad", 3: "withdrawn"}
_REASONS: Final = {1: "off_topic", 2: "incomplete", 3: "wrong", 4: "wrong_analysis"}


@dataclass(slots=True, eq=False)
class BotChannel:
    """One bot. `bot_name` as people type it after @; `mask` takes contacts out of what groups are shown."""

    id: ChannelId
    bot_name: str
    calls: Calls
    desk: Desk
    queries: Queries
    door: Door
    judgements: Judgements
    answering: Answering
    media: MediaDoor
    say: Say
    mask: Callable[[str], str]
    errands: Errands = field(default_factory=lambda: Errands(CONNECTOR))
    order: Order = field(default_factory=Order)
    _seen: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _paces: "OrderedDict[str, Pace]" = field(default_factory=OrderedDict)

    def hear(self, callback: Callback) -> None:
        """Take a callback and return at once; the same one twice is one. See `BotSocket.hear`."""
        if self._is_repeated(callback.body.msgid):
            return
        if isinstance(callback, MsgCallback):
            said = heard(callback.body, bot_name=self.bot_name)
            self.errands.begin(said.outside_id, self._message(callback.req_id, said))
            return
        event = callback.body.event
        if callback.body.sender is None:
            return
        if event.eventtype == "enter_chat":
            self.errands.start(self._welcome(callback))
        elif event.template_card_event is not None:
            self.errands.begin(_outside_id(callback), self._click(callback, event.template_card_event))
        elif event.feedback_event is not None:
            self.errands.start(self._judged(callback, event.feedback_event))

    def answer(self, owed: Owed) -> None:
        """Say what is owed and nobody says; return at once."""
        self.errands.begin(owed.outside_id, self._owed(owed))

    async def push(self, chat: str, text: str, *, is_group: bool) -> None:
        """Say something nobody asked for, at most once. Only where somebody has written to the bot.

        Raises:
            Unavailable: nothing was accepted; the same may be said again (retryable).
            Refused: the platform rejected the chat or the content (not retryable here; another route may).
            Unclear: it ended without an answer, or in the middle; never blindly again.
        """
        voice = self._unasked(chat, is_group=is_group)
        try:
            for piece in numbered(text, CONTENT_BYTES):
                await voice.say(piece)
        except (Unavailable, Refused) as failed:
            if voice.said:
                raise Unclear("wecom_in_parts") from failed
            raise

    async def show(self, chat: str, picture: Picture, *, is_group: bool) -> None:
        """Show a picture nobody asked for, at most once. Raises as `push`; before it was handed over, nothing shows."""
        await self._unasked(chat, is_group=is_group).attach(picture.name, picture.content)

    async def settle(self) -> None:
        """Return once everything that was heard is answered."""
        await self.errands.settle()

    async def stop(self) -> None:
        """Drop what is under way; it is answered when it is asked for again, or by whoever delivers."""
        await self.errands.stop()

    async def _message(self, req_id: str, said: Heard) -> None:
        voice = self._voice(said.chat, is_group=said.is_group, req_id=req_id)
        place = said.place(self.id)
        async with self.order.of(said.user):
            guest = await self._let_in(place, said.text, voice)
            if guest is None:
                return
            talk = self._talk(guest, place, voice, said.outside_id)
            receipt = await self._received(talk, said)
            in_its_place = nullcontext() if isinstance(receipt, Accepted) else self.order.place(said.user).reached()
        async with in_its_place:
            await self._answer(talk, said, receipt)

    async def _owed(self, owed: Owed) -> None:
        """The right to answer died with a process, so it goes as a push; to whoever may still be told there."""
        entry = await self.door.enter(_arrival(owed.place, ""))
        if isinstance(entry, TurnedAway) or entry.scope.member != owed.member:
            await self.answering.answers.drop(owed)
            return
        voice = self._voice(owed.place.chat, is_group=owed.place.is_group, req_id=None)
        talk = self._talk(entry, owed.place, voice, owed.outside_id)
        if owed.reply is not None:
            await self.answering.decided(talk, owed.reply)
        elif owed.turn is not None:
            await self.answering.turn(talk, owed.turn)

    async def _received(self, talk: Talk, said: Heard) -> Receipt | AppError | None:
        """What became of words, or why nothing did; None where there are none."""
        if said.file is not None or not said.text:
            return None
        try:
            return await self.desk.receive(talk.guest.scope, said.inbound(self.id))
        except AppError as failure:
            return failure

    async def _answer(self, talk: Talk, said: Heard, receipt: Receipt | AppError | None) -> None:
        """All of it is owed before it is said: what is delivered again, to whatever process, is told no second time."""
        lang = talk.guest.scope.lang
        if said.file is not None and said.is_group:
            await self._tell_once(talk, self.say("wecom_file_in_direct_chat", lang))
        elif said.file is not None:
            await self._preview(talk, said.file)
        elif receipt is None:
            key = "wecom_picture_unread" if said.has_pictures else "wecom_welcome"
            await self._tell_once(talk, self.say(key, lang))
        elif isinstance(receipt, AppError):
            await self._tell_why(talk, receipt)
        elif isinstance(receipt, Decided):
            await self.answering.decided(talk, receipt.reply)
        else:
            await self.answering.turn(talk, receipt.turn)

    async def _preview(self, talk: Talk, file: Media) -> None:
        try:
            await self.files.preview(talk, file)
        except AppError as failure:
            await self._tell_why(talk, failure)

    async def _read_as(self, talk: Talk, wish: keys.Reading) -> None:
        try:
            await self.files.read_as(talk, wish)
        except AppError as failure:
            await self._tell_why(talk, failure)

    @property
    def files(self) -> Files:
        """What becomes of tables that are sent."""
        return Files(self.importing, self.media, self.answering)

    @property
    def importing(self) -> Importing:
        """What tables go through."""
        return Importing(self.desk, self.queries, self.say)

    async def _welcome(self, callback: EventCallback) -> None:
        """Within 5 s of the first visit of a day; a stranger is told how to be let in."""
        entry = await self.door.enter(_arrival(self._place(callback), ""))
        if isinstance(entry, TurnedAway):
            text = entry.text
        else:
            text = self._renderer(entry, is_group=False).marked(self.say("wecom_welcome", entry.scope.lang))
        if text:
            await self.calls.call(
                Cmd.RESPOND_WELCOME_MSG, {"msgtype": "text", "text": {"content": text}}, req_id=callback.req_id
            )

    async def _click(self, callback: EventCallback, event: CardEvent) -> None:
        place = self._place(callback)
        voice = self._voice(place.chat, is_group=place.is_group, req_id=None)
        guest = await self._let_in(place, "", voice)
        if guest is None:
            return
        talk = self._talk(guest, place, voice, _outside_id(callback))
        await self._carry_out(talk, Clicked(callback.req_id, place.user, event.task_id), event.event_key)

    async def _carry_out(self, talk: Talk, clicked: Clicked, key: str) -> None:
        clicks = Clicks(self.desk, self.importing, self.answering, self.say, self.answering.time)
        match keys.meant(key, clicked.task_id):
            case Tap() as tap:
                await self._tell_done(talk, clicks.decide(talk, clicked, tap))
            case keys.Importing() as wish:
                await self._tell_done(talk, clicks.start_import(talk, clicked, wish))
            case keys.Reading(_, kind) as wish:
                await clicks.chosen(talk, clicked, self.say(f"web_import_{kind}", talk.guest.scope.lang))
                await self._read_as(talk, wish)
            case keys.Saying(text):
                await clicks.chosen(talk, clicked, text)
                said = Heard(talk.outside_id, clicked.user, talk.voice.chatid, talk.voice.is_group, text)
                await self._answer(talk, said, await self._received(talk, said))
            case keys.Nothing():
                await clicks.gone(talk, clicked)

    async def _tell_done(self, talk: Talk, doing: Awaitable[Reply]) -> None:
        try:
            reply = await doing
        except AppError as failure:
            await self._tell_why(talk, failure)
            return
        await self.answering.decided(talk, reply)

    async def _judged(self, callback: EventCallback, event: FeedbackEvent) -> None:
        entry = await self.door.enter(_arrival(self._place(callback), ""))
        if isinstance(entry, TurnedAway):
            return
        reasons = tuple(_REASONS.get(reason, str(reason)) for reason in event.inaccurate_reason_list)
        verdict = _VERDICTS.get(event.type, str(event.type))
        await self.judgements.keep(entry.scope, Judgement(event.id, verdict, reasons, event.content))

    async def _let_in(self, place: Place, text: str, voice: Voice) -> Admitted | None:
        """Who it is; None for somebody who was told that they are not let in, or that nobody can say now."""
        try:
            entry = await self.door.enter(_arrival(place, text))
        except AppError as failure:
            log.warning("wecom_bot.no_entrance", key=failure.text_key)
            entry = TurnedAway(told(failure, self.say, "zh"))
        if isinstance(entry, Admitted):
            return entry
        if entry.text:
            await voice.say(entry.text)
        return None

    async def _tell_once(self, talk: Talk, text: str) -> None:
        await self.answering.decided(talk, await self.answering.promised(talk, Reply(text=text)))

    async def _tell_why(self, talk: Talk, failure: AppError) -> None:
        """What went wrong goes to the person, once, unless it was the talking that failed."""
        log.warning("wecom_bot.failed", key=failure.text_key, outside_id=talk.outside_id)
        if failure.text_key.startswith(_UNSPEAKABLE):
            return
        reply = Reply(text=told(failure, self.say, talk.guest.scope.lang))
        if await self._is_promised(talk, reply, failure):
            await self.answering.decided(talk, reply)
        else:
            await self.answering.text(talk, reply.text)

    async def _is_promised(self, talk: Talk, reply: Reply, failure: AppError) -> bool:
        """Not where rows cannot be reached, and not where it may be done after all: then its own answer is owed."""
        if isinstance(failure, Unclear):
            return False
        with suppress(Unavailable, Unclear):
            await self.answering.promised(talk, reply)
            return True
        return False

    def _place(self, callback: EventCallback) -> Place:
        body = callback.body
        user = body.sender.userid if body.sender else ""
        return Place(channel=self.id, chat=chat_of(body), is_group=body.chattype == "group", user=user)

    def _talk(self, guest: Admitted, place: Place, voice: Voice, outside_id: str) -> Talk:
        return telling.Talk(guest, place, voice, self._renderer(guest, is_group=voice.is_group), outside_id)

    def _renderer(self, guest: Admitted, *, is_group: bool) -> Renderer:
        lang, zone, mark = guest.scope.lang, guest.team_zone, guest.mark
        mask = self.mask if is_group else unmasked
        return Renderer(lang, self.say, zone, mark, mask, files_follow=True, quotable=True)

    def _voice(self, chat: str, *, is_group: bool, req_id: str | None) -> Voice:
        pace = self._paces.pop(chat, None) or Pace(self.answering.time)
        self._paces[chat] = pace
        while len(self._paces) > REMEMBERED:
            self._paces.popitem(last=False)
        return Voice(self.calls, chat, is_group, pace, self.answering.time, self.answering.rng, req_id)

    def _unasked(self, chat: str, *, is_group: bool) -> Voice:
        """A voice that waits for nobody: what is not taken now is pushed again later."""
        voice = self._voice(chat, is_group=is_group, req_id=None)
        voice.outage_tries, voice.patient = 0, False
        return voice

    def _is_repeated(self, msgid: str) -> bool:
        if not msgid:
            return False
        if msgid in self._seen:
            return True
        self._seen[msgid] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False


def _arrival(place: Place, text: str) -> Arrival:
    return Arrival(place.channel, place.user, place.chat, ChatKind.GROUP if place.is_group else ChatKind.DIRECT, text)


def _outside_id(callback: EventCallback) -> str:
    return f"{callback.body.aibotid}:{callback.body.msgid}"
