"""The AI bot as a place to talk: what comes in goes to the desk, what the desk says goes back into the same chat."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Final

import structlog

from connectors.ports.desk import Desk
from connectors.ports.queries import Queries
from connectors.ports.visitors import Entrance, Guest, Judgement, Judgements, TurnedAway, Visitor
from connectors.wecom.bot import keys
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.clicks import Clicked, Clicks
from connectors.wecom.bot.files import Files
from connectors.wecom.bot.frames import (
    Callback,
    CardEvent,
    Cmd,
    EventCallback,
    FeedbackEvent,
    MsgCallback,
)
from connectors.wecom.bot.inbound import Heard, chat_of, heard
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.bot.render import Renderer
from connectors.wecom.bot.voice import Calls, Pace, Voice
from connectors.wecom.saying import Say, told
from memory.domain.chat import Decided, Reply, Tap
from memory.domain.errors import AppError, Unavailable, Unclear

log = structlog.get_logger()

REMEMBERED: Final = 10_000
_VERDICTS: Final = {1: "good", 2: "bad", 3: "withdrawn"}
_REASONS: Final = {1: "off_topic", 2: "incomplete", 3: "wrong", 4: "wrong_analysis"}


@dataclass(slots=True, eq=False)
class BotChannel:
    """One bot. `bot_name` as people type it after @; `mask` takes contacts out of what groups are shown."""

    bot_name: str
    calls: Calls
    desk: Desk
    queries: Queries
    entrance: Entrance
    judgements: Judgements
    answering: Answering
    media: MediaDoor
    say: Say
    mask: Callable[[str], str]
    _seen: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _paces: "OrderedDict[str, Pace]" = field(default_factory=OrderedDict)
    _tasks: "set[asyncio.Task[None]]" = field(default_factory=set)

    def hear(self, callback: Callback) -> None:
        """Take a callback and return at once; the same one twice is one. See `BotSocket.hear`."""
        if self._is_repeated(callback.body.msgid):
            return
        if isinstance(callback, MsgCallback):
            self._start(self._message(callback.req_id, heard(callback.body, bot_name=self.bot_name)))
            return
        event = callback.body.event
        if callback.body.sender is None:
            return
        if event.eventtype == "enter_chat":
            self._start(self._welcome(callback))
        elif event.template_card_event is not None:
            self._start(self._click(callback, event.template_card_event))
        elif event.feedback_event is not None:
            self._start(self._judged(callback, event.feedback_event))

    async def post(self, guest: Guest, chat: str, reply: Reply, *, is_group: bool, route: str) -> None:
        """Say something nobody asked for, at most once; `route` names it. Only where somebody has written to the bot.

        Raises:
            Unavailable: nothing was accepted; the same may be posted again (retryable).
            Refused: the platform rejected the chat or the content (not retryable here; another route may).
            Unclear: it ended without an answer, or in the middle; never blindly again.
        """
        voice = self._voice(chat, is_group=is_group, req_id=None)
        voice.outage_tries = 0
        try:
            await self.answering.reply(self._talk(guest, voice, route), reply)
        except Unavailable as failed:
            if voice.said:
                raise Unclear("wecom_no_ack") from failed
            raise

    async def settle(self) -> None:
        """Return once everything that was heard is answered."""
        while self._tasks:
            await asyncio.wait(set(self._tasks))

    async def stop(self) -> None:
        """Drop what is under way; it is answered when it is asked for again, or by whoever delivers."""
        for task in self._tasks:
            task.cancel()
        await self.settle()

    async def _message(self, req_id: str, said: Heard) -> None:
        visitor = Visitor(said.user, said.chat, said.is_group, said.text)
        voice = self._voice(said.chat, is_group=said.is_group, req_id=req_id)
        guest = await self._let_in(visitor, voice)
        if guest is None:
            return
        talk = self._talk(guest, voice, said.outside_id)
        try:
            await self._answer(talk, said)
        except AppError as failure:
            await self._tell(talk, failure)

    async def _answer(self, talk: Talk, said: Heard) -> None:
        lang = talk.guest.scope.lang
        if said.file is not None and said.is_group:
            await self.answering.text(talk, self.say("wecom_file_in_direct_chat", lang))
        elif said.file is not None:
            files = Files(self.desk, self.queries, self.media, self.answering, self.say)
            await files.preview(talk, said.file)
        elif not said.text:
            unread = said.has_pictures
            await self.answering.text(talk, self.say("wecom_picture_unread" if unread else "wecom_welcome", lang))
        else:
            receipt = await self.desk.receive(talk.guest.scope, said.inbound())
            if isinstance(receipt, Decided):
                await self.answering.decided(talk, receipt.reply)
            else:
                await self.answering.turn(talk, receipt.turn)

    async def _welcome(self, callback: EventCallback) -> None:
        """Within 5 s of the first visit of a day; a stranger is told how to be let in."""
        user = callback.body.sender.userid if callback.body.sender else ""
        entry = await self.entrance.enter(Visitor(user, chat_of(callback.body), is_group=False, text=""))
        if isinstance(entry, TurnedAway):
            text = entry.text
        else:
            text = self._renderer(entry, is_group=False).marked(self.say("wecom_welcome", entry.scope.lang))
        if text:
            await self.calls.call(
                Cmd.RESPOND_WELCOME_MSG, {"msgtype": "text", "text": {"content": text}}, req_id=callback.req_id
            )

    async def _click(self, callback: EventCallback, event: CardEvent) -> None:
        body = callback.body
        user, is_group = body.sender.userid if body.sender else "", body.chattype == "group"
        voice = self._voice(chat_of(body), is_group=is_group, req_id=None)
        guest = await self._let_in(Visitor(user, chat_of(body), is_group, text=""), voice)
        if guest is None:
            return
        talk = self._talk(guest, voice, f"{body.aibotid}:{body.msgid}")
        try:
            await self._carry_out(talk, Clicked(callback.req_id, user, event.task_id), event.event_key)
        except AppError as failure:
            await self._tell(talk, failure)

    async def _carry_out(self, talk: Talk, clicked: Clicked, key: str) -> None:
        clicks = Clicks(self.desk, self.queries, self.answering, self.say, self.answering.time)
        match keys.meant(key, clicked.task_id):
            case Tap() as tap:
                await clicks.decide(talk, clicked, tap)
            case keys.Importing() as wish:
                await clicks.start_import(talk, clicked, wish)
            case keys.Saying(text):
                await clicks.chosen(talk, clicked, text)
                said = Heard(talk.outside_id, clicked.user, talk.voice.chatid, talk.voice.is_group, text)
                await self._answer(talk, said)
            case keys.Nothing():
                await clicks.gone(talk, clicked)

    async def _judged(self, callback: EventCallback, event: FeedbackEvent) -> None:
        user = callback.body.sender.userid if callback.body.sender else ""
        reasons = tuple(_REASONS.get(reason, str(reason)) for reason in event.inaccurate_reason_list)
        verdict = _VERDICTS.get(event.type, str(event.type))
        await self.judgements.keep(Judgement(event.id, user, verdict, reasons, event.content))

    async def _let_in(self, visitor: Visitor, voice: Voice) -> Guest | None:
        """Who it is; None for somebody who was told that they are not let in, or that nobody can say now."""
        try:
            entry = await self.entrance.enter(visitor)
        except AppError as failure:
            log.warning("wecom_bot.no_entrance", key=failure.text_key)
            entry = TurnedAway(told(failure, self.say, "zh"))
        if isinstance(entry, Guest):
            return entry
        if entry.text:
            await voice.say(entry.text)
        return None

    async def _tell(self, talk: Talk, failure: AppError) -> None:
        """What went wrong goes to the person, unless it was the talking that failed."""
        log.warning("wecom_bot.failed", key=failure.text_key, outside_id=talk.outside_id)
        if not failure.text_key.startswith(("wecom_refused", "wecom_no_ack", "wecom_not_connected", "wecom_blocked")):
            await self.answering.text(talk, told(failure, self.say, talk.guest.scope.lang))

    def _talk(self, guest: Guest, voice: Voice, outside_id: str) -> Talk:
        return Talk(guest, voice, self._renderer(guest, is_group=voice.is_group), outside_id)

    def _renderer(self, guest: Guest, *, is_group: bool) -> Renderer:
        lang, zone, mark = guest.scope.lang, guest.team_zone, guest.demo_mark
        return Renderer(lang, self.say, zone, mark, self.mask) if is_group else Renderer(lang, self.say, zone, mark)

    def _voice(self, chat: str, *, is_group: bool, req_id: str | None) -> Voice:
        pace = self._paces.pop(chat, None) or Pace(self.answering.time)
        self._paces[chat] = pace
        while len(self._paces) > REMEMBERED:
            self._paces.popitem(last=False)
        return Voice(self.calls, chat, is_group, pace, self.answering.time, self.answering.rng, req_id)

    def _is_repeated(self, msgid: str) -> bool:
        if not msgid:
            return False
        if msgid in self._seen:
            return True
        self._seen[msgid] = None
        while len(self._seen) > REMEMBERED:
            self._seen.popitem(last=False)
        return False

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: "asyncio.Task[None]") -> None:
        """One failed message takes no other with it; what nobody expected is logged whole."""
        self._tasks.discard(task)
        failure = None if task.cancelled() else task.exception()
        if isinstance(failure, AppError):
            log.warning("wecom_bot.not_said", key=failure.text_key)
        elif failure is not None:
            log.error("wecom_bot.broke", exc_info=failure)
