"""微信客服 as a place to talk: what a customer says is stored before the stream moves on, and answered later."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.ports.door import Admitted, TurnedAway
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
from connectors.wecom.rations.giving import Recipient
from connectors.wecom.rations.hearing import Heard, Hearing, arrival
from connectors.wecom.rations.pieces import Text
from memory.domain.errors import AppError, Unavailable, Unclear
from memory.domain.ids import ChannelId
from memory.domain.owed import Owed

log = structlog.get_logger()

WINDOW_MESSAGES, WINDOW_SECONDS = 5, 48 * 3_600.0
SEEN_FOR: Final = timedelta(days=5)
FAILED_FOR: Final = timedelta(days=30)
SEEN, FAILED = "seen:", "failed"


@dataclass(slots=True, eq=False)
class KfChannel:
    """Every account of this process: each call says which."""

    hearing: Hearing
    client: KfClient
    safe: Safe
    now: Callable[[], datetime]
    heard_at: dict[ChannelId, datetime] = field(default_factory=dict)

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
        self.hearing.errands.begin(owed.outside_id, self._owed(channel, owed))

    def give(self, channel: OpenChannel, user: str) -> None:
        """Go on with what a process that is gone was giving somebody; return at once."""
        self.hearing.errands.begin(f"give:{channel.setting.id}:{user}", self._given_on(channel, user))

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
        shelf = await self.hearing.giving.change(
            channel.setting.id,
            user,
            lambda shelf: rules.opened(shelf, at=at, most=WINDOW_MESSAGES, seconds=WINDOW_SECONDS),
        )
        if shelf.taken and await self._has_human(channel, user):
            return
        entry = await self.hearing.door.enter(arrival(channel.setting.id, user, "" if said.menu_id else said.text))
        if isinstance(entry, TurnedAway):
            if entry.text:
                text = await self.hearing.with_pushes(channel, user, entry.text)
                await self.hearing.notice(self._recipient(channel, user, None), text, of=said.msgid)
            return
        of = outside_id(channel.setting.id, said.msgid)
        talk = self.hearing.talk(self._recipient(channel, user, entry), entry, of)
        fetch = partial(self.client.fetch, channel, said.media) if said.media else None
        await self.hearing.take(talk, shelf, Heard(of, said.text, said.menu_id, said.unread, fetch))

    async def _entered(self, channel: OpenChannel, entered: Entered) -> None:
        """Whoever comes by a link with a code is bound by it; the platform's welcome is used where it allows one."""
        line = f"绑定 {entered.bind}" if entered.bind else ""
        entry = await self.hearing.door.enter(arrival(channel.setting.id, entered.user, line))
        if isinstance(entry, Admitted):
            pushes = await self.hearing.pushes(channel, entry)
            text = f"{self.hearing.say('wecom_welcome', entry.scope.lang)}\n{pushes}"
        else:
            text = await self.hearing.with_pushes(channel, entered.user, entry.text)
        if entered.code:
            self.hearing.errands.start(self._welcome(channel, entered, text))
        elif entered.bind:
            await self.hearing.notice(self._recipient(channel, entered.user, None), text, of=entered.msgid)

    async def _welcome(self, channel: OpenChannel, entered: Entered, text: str) -> None:
        """Within twenty seconds or not at all; what a code has done is told when they write."""
        name = f"w-{entered.msgid}"[:32]
        try:
            await self.client.send_on_event(channel, entered.code, Text(text=text), name=name)
        except AppError:
            if entered.bind:
                await self.hearing.notice(self._recipient(channel, entered.user, None), text, of=entered.msgid)
            raise

    async def _taken(self, channel: OpenChannel, user: str, *, is_taken: bool) -> None:
        await self.hearing.giving.change(
            channel.setting.id, user, lambda shelf: shelf.model_copy(update={"taken": is_taken})
        )

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
        guest = await self.hearing.door.known(arrival(channel.setting.id, event.user, ""))
        await self.hearing.giving.failed(self._recipient(channel, event.user, guest), event.name)

    async def _owed(self, channel: OpenChannel, owed: Owed) -> None:
        guest = await self.hearing.door.known(arrival(channel.setting.id, owed.place.user, ""))
        await self.hearing.owed(self._recipient(channel, owed.place.user, guest), owed)

    async def _given_on(self, channel: OpenChannel, user: str) -> None:
        guest = await self.hearing.door.known(arrival(channel.setting.id, user, ""))
        await self.hearing.giving.give(self._recipient(channel, user, guest))

    def _recipient(self, channel: OpenChannel, user: str, guest: Admitted | None) -> Recipient:
        lang = guest.scope.lang if guest is not None else "zh"
        place = place_of(channel.setting.id, user)
        carrier = KfCarrier(self.client, channel)
        return Recipient(channel, user, carrier, place, guest, lang, carrier)
