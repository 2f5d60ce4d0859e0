"""微信客服 as a place to talk: what a customer says is stored before the stream moves on, and answered later."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.ports.desk import Desk
from connectors.ports.door import Admitted, Door, TurnedAway
from connectors.wecom import keys
from connectors.wecom.errands import Errands
from connectors.wecom.kf.carrier import KfCarrier
from connectors.wecom.kf.client import KfClient, Session
from connectors.wecom.kf.inbound import (
    ChangedHands,
    Entered,
    Happening,
    NotDelivered,
    Said,
    happening_of,
    outside_id,
    place_of,
)
from connectors.wecom.rations import shelf as rules
from connectors.wecom.rations.giving import Giving, Recipient
from connectors.wecom.rations.pieces import Text, room, tapped
from connectors.wecom.rations.voice import RationedTelling, RationedVoice
from connectors.wecom.render import Renderer
from connectors.wecom.saying import Say, told
from connectors.wecom.telling import Talk
from memory.domain.bindings import Arrival, ChatKind
from memory.domain.chat import Decided, Reply, Tap
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed, Unavailable, Unclear
from memory.domain.ids import BrandId, ChannelId
from memory.domain.owed import Owed

log = structlog.get_logger()

WINDOW_MESSAGES, WINDOW_SECONDS = 5, 48 * 3_600.0
SEEN_FOR: Final = timedelta(days=5)
FAILED_FOR: Final = timedelta(days=30)
SEEN, FAILED = "seen:", "failed"
MORE: Final = frozenset({"更多", "more"})

Kft = Talk[RationedVoice]
PushPlaces = Callable[[OpenChannel, BrandId | None], Awaitable[Sequence[str]]]


@dataclass(slots=True, eq=False)
class KfChannel:
    """Every account of this process: each call says which. `push_places`: where a brand's team is told things."""

    desk: Desk
    door: Door
    telling: RationedTelling
    client: KfClient
    giving: Giving
    safe: Safe
    say: Say
    push_places: PushPlaces
    now: Callable[[], datetime]
    heard_at: dict[ChannelId, datetime] = field(default_factory=dict)
    errands: Errands = field(default_factory=lambda: Errands("wecom_kf"))

    async def handle(self, channel: OpenChannel, line: Mapping[str, object], since: float) -> None:
        """Carry one line of the stream out, once; what it takes to answer goes on afterwards.

        Raises:
            Unavailable, Unclear: it must come again.
        """
        happening = happening_of(line)
        if happening is None or happening.at < since or await self._is_seen(channel, happening):
            return
        self.heard_at[channel.setting.id] = self.now()
        try:
            await self._carry_out(channel, happening)
        except (Unavailable, Unclear):
            raise
        except AppError as failure:
            log.warning("wecom_kf.not_handled", key=failure.text_key)
        await self.safe.keep(channel.setting.id, SEEN + happening.msgid, Fresh("", SEEN_FOR))

    def answer(self, channel: OpenChannel, owed: Owed) -> None:
        """Say what is owed and nobody says; return at once."""
        self.errands.begin(owed.outside_id, self._owed(channel, owed))

    def give(self, channel: OpenChannel, user: str) -> None:
        """Go on with what a process that is gone was giving somebody; return at once."""
        self.errands.begin(f"{channel.setting.id}:{user}", self._given_on(channel, user))

    async def _is_seen(self, channel: OpenChannel, happening: Happening) -> bool:
        return await self.safe.read(channel.setting.id, SEEN + happening.msgid) is not None

    async def _carry_out(self, channel: OpenChannel, happening: Happening) -> None:
        match happening:
            case Said():
                await self._said(channel, happening)
            case Entered():
                await self._entered(channel, happening)
            case ChangedHands(human=human):
                await self._taken(channel, happening.user, is_taken=human)
            case NotDelivered():
                await self._not_delivered(channel, happening)

    async def _said(self, channel: OpenChannel, said: Said) -> None:
        user, at = said.user, said.at
        shelf = await self.giving.change(
            channel.setting.id,
            user,
            lambda shelf: rules.opened(shelf, at=at, most=WINDOW_MESSAGES, seconds=WINDOW_SECONDS),
        )
        if shelf.taken and await self._has_human(channel, user):
            return
        entry = await self.door.enter(_arrival(channel.setting.id, user, "" if said.menu_id else said.text))
        if isinstance(entry, TurnedAway):
            await self._turn_away(channel, said, entry)
            return
        talk = self._talk(channel, entry, user, said.msgid)
        if shelf.waiting and said.text.strip().lower() in MORE:
            await self.giving.change(channel.setting.id, user, rules.asked_for_more)
            self.give(channel, user)
            return
        if shelf.waiting:
            self.give(channel, user)
        if said.menu_id:
            await self._tapped(channel, talk, said)
        elif said.unread or not said.text.strip():
            self._tell(talk, self.say("wecom_picture_unread", entry.scope.lang))
        else:
            await self._asked(channel, talk, said)

    async def _asked(self, channel: OpenChannel, talk: Kft, said: Said) -> None:
        try:
            receipt = await self.desk.receive(talk.guest.scope, said.inbound(channel.setting.id))
        except (BadRequest, NotAllowed, Conflict) as failure:
            self._tell(talk, told(failure, self.say, talk.guest.scope.lang))
            return
        if isinstance(receipt, Decided):
            self.errands.begin(talk.outside_id, self.telling.decided(talk, receipt.reply))
        else:
            self.errands.begin(talk.outside_id, self.telling.turn(talk, receipt.turn))

    async def _tapped(self, channel: OpenChannel, talk: Kft, said: Said) -> None:
        """A line of a menu: an old one, or one that was tapped before, is harmless."""
        match keys.meant(*tapped(said.menu_id)):
            case Tap() as tap:
                await self._decide(channel, talk, tap, said)
            case keys.Saying(text):
                await self._asked(channel, talk, Said(said.msgid, said.user, said.at, text=text))
            case _:
                self._tell(talk, self.say("wecom_card_gone", talk.guest.scope.lang))

    async def _decide(self, channel: OpenChannel, talk: Kft, tap: Tap, said: Said) -> None:
        placed = tap.model_copy(update={"place": talk.place, "outside_id": talk.outside_id})
        try:
            await self._require_seen(channel, tap)
            reply = await self.desk.decide(talk.guest.scope, placed)
        except (NotAllowed, BadRequest, Conflict) as failure:
            batch = tapped(said.menu_id)[1].partition("-")[0]
            self.errands.start(self._not_decided(talk, failure, batch))
            return
        self.errands.begin(talk.outside_id, self.telling.decided(talk, reply))

    async def _require_seen(self, channel: OpenChannel, tap: Tap) -> None:
        """Nothing is decided of which a text is known not to have arrived. Raises Conflict."""
        if await self.giving.is_unseen(channel.setting.id, tap.presentation):
            raise Conflict("ration_not_seen")

    async def _not_decided(self, talk: Kft, failure: AppError, batch: str) -> None:
        """Why not; where a draft has changed or was not seen, with all of it once more."""
        why = told(failure, self.say, talk.guest.scope.lang)
        cards = (await self.desk.present(talk.guest.scope, batch),) if isinstance(failure, Conflict) else ()
        await self.telling.reply(talk, Reply(text=why, cards=cards))

    async def _entered(self, channel: OpenChannel, entered: Entered) -> None:
        """Whoever comes by a link with a code is bound by it; the platform's welcome is used where it allows one."""
        line = f"绑定 {entered.bind}" if entered.bind else ""
        entry = await self.door.enter(_arrival(channel.setting.id, entered.user, line))
        if isinstance(entry, TurnedAway):
            text = entry.text
            after = await self._where_pushes_come(channel, entered.user) if entered.bind else ""
            text = f"{text}\n{after}" if after else text
        else:
            text = f"{self.say('wecom_welcome', entry.scope.lang)}\n{await self._pushes(channel, entry)}"
        if entered.code:
            self.errands.start(self._welcome(channel, entered, text))
        elif entered.bind:
            self._notice(channel, entered.user, text, of=entered.msgid)

    async def _welcome(self, channel: OpenChannel, entered: Entered, text: str) -> None:
        """Within twenty seconds or not at all; what a code has done is told when they write."""
        name = f"w-{entered.msgid}"[:32]
        try:
            await self.client.send_on_event(channel, entered.code, Text(text=text), name=name)
        except AppError:
            if entered.bind:
                self._notice(channel, entered.user, text, of=entered.msgid)
            raise

    async def _turn_away(self, channel: OpenChannel, said: Said, entry: TurnedAway) -> None:
        """Somebody who is not let in gets no data; who has just been let in learns where pushes come."""
        if not entry.text:
            return
        after = await self._where_pushes_come(channel, said.user)
        self._notice(channel, said.user, f"{entry.text}\n{after}" if after else entry.text, of=said.msgid)

    async def _where_pushes_come(self, channel: OpenChannel, user: str) -> str:
        """For somebody who is bound; empty for a stranger."""
        guest = await self.door.known(_arrival(channel.setting.id, user, ""))
        return await self._pushes(channel, guest) if guest is not None else ""

    async def _pushes(self, channel: OpenChannel, guest: Admitted) -> str:
        names = await self.push_places(channel, guest.scope.brand)
        if not names:
            return self.say("ration_no_pushes", guest.scope.lang)
        return self.say("ration_pushes", guest.scope.lang, names="、".join(names))

    async def _taken(self, channel: OpenChannel, user: str, *, is_taken: bool) -> None:
        await self.giving.change(channel.setting.id, user, lambda shelf: shelf.model_copy(update={"taken": is_taken}))

    async def _has_human(self, channel: OpenChannel, user: str) -> bool:
        """Whether a human still has the customer; asked anew with each of their messages."""
        session = await self.client.session(channel, user)
        if session in (Session.HUMAN, Session.POOL):
            log.info("wecom_kf.silent", channel=channel.setting.id)
            return True
        await self._taken(channel, user, is_taken=False)
        return False

    async def _not_delivered(self, channel: OpenChannel, event: NotDelivered) -> None:
        log.warning("wecom_kf.not_delivered", channel=channel.setting.id, why=event.why)
        await self.safe.keep(channel.setting.id, FAILED, Fresh(str(event.why), FAILED_FOR))
        note = self.say("ration_again", "zh")
        await self.giving.failed(channel.setting.id, event.user, event.name, note)

    async def _owed(self, channel: OpenChannel, owed: Owed) -> None:
        """To whoever may still be told there."""
        entry = await self.door.known(_arrival(channel.setting.id, owed.place.user, ""))
        if entry is None or entry.scope.member != owed.member:
            await self.telling.answers.drop(owed)
            return
        msgid = owed.outside_id.rpartition(":")[2]
        talk = self._talk(channel, entry, owed.place.user, msgid)
        if owed.reply is not None:
            await self.telling.decided(talk, owed.reply)
        elif owed.turn is not None:
            await self.telling.turn(talk, owed.turn)

    async def _given_on(self, channel: OpenChannel, user: str) -> None:
        guest = await self.door.known(_arrival(channel.setting.id, user, ""))
        await self.giving.give(self._recipient(channel, user, guest))

    def _tell(self, talk: Kft, text: str) -> None:
        self.errands.begin(talk.outside_id, self.telling.text(talk, text))

    def _notice(self, channel: OpenChannel, user: str, text: str, *, of: str) -> None:
        """Something for whoever it is, bound or not: it holds no data."""
        to = self._recipient(channel, user, None)
        self.errands.begin(f"notice:{of}", self.giving.put(to, (Text(text=text),), of=f"notice:{of}"))

    def _talk(self, channel: OpenChannel, guest: Admitted, user: str, msgid: str) -> Kft:
        of = outside_id(channel.setting.id, msgid)
        renderer = Renderer(guest.scope.lang, self.say, guest.team_zone, content_bytes=room(guest.demo_mark))
        voice = RationedVoice(self.giving, self._recipient(channel, user, guest), of, guest.demo_mark)
        return Talk(guest, place_of(channel.setting.id, user), voice, renderer, of)

    def _recipient(self, channel: OpenChannel, user: str, guest: Admitted | None) -> Recipient:
        lang = guest.scope.lang if guest is not None else "zh"
        place = place_of(channel.setting.id, user)
        return Recipient(channel, user, KfCarrier(self.client, channel), place, guest, lang)


def _arrival(channel: ChannelId, user: str, text: str) -> Arrival:
    return Arrival(channel, user, user, ChatKind.DIRECT, text)
