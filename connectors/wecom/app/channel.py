"""Self-built apps as a place to talk: what somebody says is stored before it is acknowledged, and answered later."""

import asyncio
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass, field
from random import Random
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Safe
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted, Door, TurnedAway
from connectors.ports.pacing import Paces
from connectors.wecom import keys, xml
from connectors.wecom.app import translate
from connectors.wecom.app.clicks import Clicks
from connectors.wecom.app.client import AppClient
from connectors.wecom.app.inbound import CONNECTOR, Callback, Happened, Heard, Pressed, callback_of, place_of
from connectors.wecom.app.settings import settings_of
from connectors.wecom.app.taking import Taking
from connectors.wecom.app.telling import AppTelling
from connectors.wecom.app.voice import ANSWERS_A_MINUTE, AppVoice
from connectors.wecom.errands import Errands, Order, Place
from connectors.wecom.pace import SharedPace
from connectors.wecom.render import Renderer
from connectors.wecom.saying import Say, told
from connectors.wecom.telling import Talk
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.chat import Accepted, Decided, Receipt, Reply, Tap
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed, Refused, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.owed import Owed

log = structlog.get_logger()

REMEMBERED: Final = 10_000
# What went wrong in talking itself cannot be told by talking.
_UNSPEAKABLE: Final = ("app_", "channel_", "wecom_blocked", "wecom_in_parts")


@dataclass(slots=True, eq=False)
class AppChannel:
    """Every app of this process: each call says which."""

    desk: Desk
    door: Door
    telling: AppTelling
    client: AppClient
    safe: Safe
    say: Say
    rng: Random
    taking: Taking
    paces: Paces
    errands: Errands = field(default_factory=lambda: Errands(CONNECTOR))
    order: Order = field(default_factory=Order)
    _stored: "OrderedDict[str, None]" = field(default_factory=OrderedDict)
    _storing: "dict[str, asyncio.Task[None]]" = field(default_factory=dict)

    async def hear(self, channel: OpenChannel, callback: Callback, inner: str) -> None:
        """Store a callback as it came (`inner`) and handle it soon; returning means it may be acknowledged.

        A pressed button is carried out first: what is acknowledged looks pressed to whoever did it. The same one again
        waits for the first and is nothing more.

        Raises:
            Unavailable, Unclear: it must be delivered again.
            NotFound: the channel is off (not retryable).
        """
        name = _name(channel, callback.outside_id)
        if name in self._stored:
            return
        storing = self._storing.get(name)
        if storing is None:
            storing = asyncio.create_task(
                self._carried_out(channel, callback, name)
                if isinstance(callback, Pressed)
                else self._store(channel, callback, name, inner)
            )
            self._storing[name] = storing
            storing.add_done_callback(lambda _: self._storing.pop(name))
        await asyncio.shield(storing)

    async def take_up(self, channel: OpenChannel) -> None:
        """Handle what was stored and nobody has handled. Raises Unavailable (retryable)."""
        settings = settings_of(channel)
        for left in await self.taking.inbox.left(channel.setting.id):
            if left.name not in self._stored and left.name not in self.taking:
                try:
                    self._take(channel, callback_of(xml.read(left.text), settings), left.name)
                except Refused:
                    self.taking.inbox.handled(left.name)  # the row has become another app's since

    def answer(self, channel: OpenChannel, owed: Owed) -> None:
        """Say what is owed and nobody says; return at once."""
        self._begin(channel, owed.outside_id, self._owed(channel, owed))

    async def settle(self) -> None:
        """Return once everything that was heard is answered."""
        while self._storing or self.taking or not self.errands.is_idle:
            if self._storing:
                await asyncio.wait(set(self._storing.values()))
            await self.errands.settle()
            await self.taking.settle()

    async def stop(self) -> None:
        """Drop what is under way; whoever holds the channel next says what is owed."""
        for task in self._storing.values():
            task.cancel()
        await self.taking.stop()
        await self.errands.stop()
        await self.settle()

    async def _carried_out(self, channel: OpenChannel, pressed: Pressed, name: str) -> None:
        await self._handle(channel, pressed)
        self._remember(name)

    async def _store(self, channel: OpenChannel, callback: Callback, name: str, inner: str) -> None:
        await self.taking.inbox.keep(channel, name, inner)
        self._take(channel, callback, name)

    def _take(self, channel: OpenChannel, callback: Callback, name: str) -> None:
        self._remember(name)
        if isinstance(callback, Heard) and not self.taking.cannot_wait(callback.text):
            self.taking.in_turn(name, callback.user, lambda: self._handle_whole(channel, callback, name))
        else:
            self.taking.at_once(name, lambda: self._handle_whole(channel, callback, name))

    def _remember(self, name: str) -> None:
        self._stored[name] = None
        while len(self._stored) > REMEMBERED:
            self._stored.popitem(last=False)

    async def _handle_whole(self, channel: OpenChannel, callback: Callback, name: str) -> None:
        """To its answer. What could not be done for now stays in the inbox and is taken up again."""
        try:
            await self._handle(channel, callback)
        except (Unavailable, Unclear) as failure:
            log.warning("wecom_app.not_handled_yet", key=failure.text_key)
            self._stored.pop(name, None)
            return
        except AppError as failure:
            log.warning("wecom_app.not_handled", key=failure.text_key)
        self.taking.inbox.handled(name)
        await self.errands.ended(name)

    async def _handle(self, channel: OpenChannel, callback: Callback) -> None:
        match callback:
            case Heard():
                await self._message(channel, callback)
            case Pressed():
                await self._press(channel, callback)
            case Happened(name="subscribe"):
                await self._welcome(channel, callback)
            case Happened(name=name):
                if await self.client.notes.happened(channel.setting.id, name):
                    log.warning("wecom_app.sleep", channel=channel.setting.id, what=name)
                else:
                    log.debug("wecom_app.not_ours", what=name)

    async def _message(self, channel: OpenChannel, said: Heard) -> None:
        who = f"{channel.setting.id}:{said.user}"
        async with self.order.of(who):
            talk = await self._let_in(channel, said.user, said.outside_id, said.text)
            if talk is None:
                return
            receipt = await self._received(channel, talk, said)
            if isinstance(receipt, Accepted):
                self._begin(channel, said.outside_id, self.telling.turn(talk, receipt.turn))
            elif (reply := await self._reply_to(talk, said, receipt)) is not None:
                self._in_its_place(channel, talk, reply, self.order.place(who))

    async def _reply_to(self, talk: Talk[AppVoice], said: Heard, receipt: Decided | AppError | None) -> Reply | None:
        """What is said at once, owed from now on; None for what cannot be said."""
        lang = talk.guest.scope.lang
        if isinstance(receipt, Decided):
            return receipt.reply
        if receipt is None:
            key = "wecom_picture_unread" if said.unread else "wecom_welcome"
            return await self.telling.promised(talk, Reply(text=self.say(key, lang)))
        if receipt.text_key.startswith(_UNSPEAKABLE):
            return None
        return await self.telling.promised(talk, Reply(text=told(receipt, self.say, lang)))

    def _in_its_place(self, channel: OpenChannel, talk: Talk[AppVoice], reply: Reply, place: Place) -> None:
        """Say it after what was to be said before, unless it is being said here."""

        async def saying() -> None:
            async with place.reached():
                await self.telling.decided(talk, reply)

        if self._begin(channel, talk.outside_id, saying()) is None:
            place.leave()

    async def _received(self, channel: OpenChannel, talk: Talk[AppVoice], said: Heard) -> Receipt | AppError | None:
        """What became of words, or why nothing did; None where there are none."""
        if said.unread or not said.text:
            return None
        try:
            return await self.desk.receive(talk.guest.scope, said.inbound(channel.setting.id))
        except (BadRequest, NotAllowed, Conflict) as failure:
            return failure

    async def _press(self, channel: OpenChannel, pressed: Pressed) -> None:
        talk = await self._let_in(channel, pressed.user, pressed.outside_id, "")
        if talk is None:
            return
        clicks = Clicks(self.telling, self.say)
        match keys.meant(pressed.key, pressed.task_id):
            case Tap() as tap:
                await self._decide(channel, talk, pressed, tap, clicks)
            case keys.Saying(text):
                self.errands.start(clicks.chosen(talk, pressed, text))
                await self._message(channel, Heard(pressed.outside_id, pressed.user, text))
            case _:
                self.errands.start(clicks.gone(talk, pressed))

    async def _decide(
        self, channel: OpenChannel, talk: Talk[AppVoice], pressed: Pressed, tap: Tap, clicks: Clicks
    ) -> None:
        placed = tap.model_copy(update={"place": talk.place, "outside_id": talk.outside_id})
        failure: AppError | None = None
        try:
            reply = await self.desk.decide(talk.guest.scope, placed)
        except (NotAllowed, BadRequest, Conflict) as refused:
            batch = pressed.task_id.partition("-")[0]
            failure, reply = refused, await self.telling.refused(talk, refused, batch=batch)
        self._begin(channel, pressed.outside_id, clicks.decided(talk, pressed, tap, reply, failure))

    async def _welcome(self, channel: OpenChannel, happened: Happened) -> None:
        """Once, when a member begins to see the app; a stranger is told how to be let in."""
        talk = await self._let_in(channel, happened.user, happened.outside_id, "")
        if talk is not None:
            await self._tell_once(channel, talk, self.say("wecom_welcome", talk.guest.scope.lang))

    async def _owed(self, channel: OpenChannel, owed: Owed) -> None:
        """To whoever may still be told there."""
        entry = await self.door.enter(_arrival(channel.setting.id, owed.place.user, ""))
        if isinstance(entry, TurnedAway) or entry.scope.member != owed.member:
            await self.telling.answers.drop(owed)
            return
        talk = self._talk(channel, entry, owed.place.user, owed.outside_id)
        if owed.reply is not None:
            await self.telling.decided(talk, owed.reply)
        elif owed.turn is not None:
            await self.telling.turn(talk, owed.turn)

    async def _let_in(self, channel: OpenChannel, user: str, outside_id: str, text: str) -> Talk[AppVoice] | None:
        """Who it is; None for somebody who was told they are not let in. Raises as `Door.enter`; Unavailable."""
        entry = await self.door.enter(_arrival(channel.setting.id, user, text))
        if isinstance(entry, Admitted):
            return self._talk(channel, entry, user, outside_id)
        if entry.text:
            await self._turn_away(channel, user, entry.text)
        return None

    async def _turn_away(self, channel: OpenChannel, user: str, text: str) -> None:
        """Tell whom nothing can be owed, before what they did counts as handled.

        Raises:
            Unavailable: nothing was accepted; it is handled again (retryable).
        """
        try:
            await self._voice(channel, user).say(text)
        except (Refused, Unclear) as failure:  # not again: they cannot be told, or may have been
            log.warning("wecom_app.not_turned_away", key=failure.text_key)

    async def _tell_once(self, channel: OpenChannel, talk: Talk[AppVoice], text: str) -> None:
        """Owed before it is said: what is delivered again, to whatever process, is told no second time."""
        reply = await self.telling.promised(talk, Reply(text=text))
        self._begin(channel, talk.outside_id, self.telling.decided(talk, reply))

    def _talk(self, channel: OpenChannel, guest: Admitted, user: str, outside_id: str) -> Talk[AppVoice]:
        renderer = Renderer(
            guest.scope.lang, self.say, guest.team_zone, guest.mark,
            content_bytes=translate.CONTENT_BYTES, files_follow=True,
        )  # fmt: skip
        return Talk(guest, place_of(channel.setting.id, user), self._voice(channel, user), renderer, outside_id)

    def _voice(self, channel: OpenChannel, user: str) -> AppVoice:
        pace = SharedPace(self.telling.time, self.paces, channel, user, ANSWERS_A_MINUTE)
        return AppVoice(self.client, channel, user, self.safe, pace, self.telling.time, self.rng)

    def _begin(
        self, channel: OpenChannel, outside_id: str, work: Coroutine[None, None, None]
    ) -> "asyncio.Task[None] | None":
        """Answer something, unless it is being answered here."""
        return self.errands.begin(_name(channel, outside_id), work)


def _name(channel: OpenChannel, outside_id: str) -> str:
    return f"{channel.setting.id}:{outside_id}"


def _arrival(channel: ChannelId, user: str, text: str) -> Arrival:
    return Arrival(channel, user, user, ChatKind.DIRECT, text)
