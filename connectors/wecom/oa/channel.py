"""An Official Account as a place to talk: what a follower says is stored before it is acknowledged.

The first words of an answer that is ready in time are the answer to the callback; the rest is sent within the window
that the follower opened. What is delivered again is answered with the same words and is nothing more.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

import structlog

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.ports.door import Admitted, TurnedAway
from connectors.wecom.errands import Order
from connectors.wecom.oa.carrier import PASSIVE_ONLY, AccountCarrier, Slot, in_time
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.inbound import SAY, Followed, Happening, Pressed, Said, place_of
from connectors.wecom.rations import shelf as rules
from connectors.wecom.rations.giving import Recipient
from connectors.wecom.rations.hearing import Going, Heard, Hearing, arrival
from connectors.wecom.rations.shelf import Shelf
from connectors.wecom.timing import Time
from memory.domain.errors import AppError
from memory.domain.ids import ChannelId
from memory.domain.owed import Owed
from memory.domain.workspace import Lang

log = structlog.get_logger()

PASSIVE_SECONDS: Final = 4.0  # of five
PATIENCE_SECONDS: Final = 0.5  # of the fifth, for the answer to what they said before
AFTER_MESSAGE, AFTER_DOING = (5, 48 * 3_600.0), (3, 60.0)
SEEN, MENU = "seen:", "menu"
SEEN_FOR: Final = timedelta(days=1)
MENU_FOR: Final = timedelta(days=30)
REMEMBERED: Final = 10_000
_MENU = ("find", "open", "replies")


@dataclass(slots=True, eq=False)
class AccountChannel:
    """Every account of this process: each call says which."""

    hearing: Hearing
    client: AccountClient
    safe: Safe
    time: Time
    now: Callable[[], datetime]
    heard_at: dict[ChannelId, datetime] = field(default_factory=dict)
    _handling: "dict[str, asyncio.Task[str]]" = field(default_factory=dict)
    order: Order = field(default_factory=Order)
    _slots: dict[str, Slot] = field(default_factory=dict)
    _answered: "OrderedDict[str, str]" = field(default_factory=OrderedDict)

    async def hear(self, channel: OpenChannel, happening: Happening) -> str:
        """Store and carry out; the words to answer the callback with, empty for none.

        The same one again gets the same words, from whatever process.

        Raises:
            Unavailable, Unclear: it must be delivered again.
        """
        self.heard_at[channel.setting.id] = self.now()
        name = happening.outside_id
        if name in self._answered:
            return self._answered[name]
        handling = self._handling.get(name)
        if handling is None:
            handling = asyncio.create_task(self._handle(channel, happening))
            self._handling[name] = handling
            handling.add_done_callback(lambda done: self._is_handled(name, done))
        return await asyncio.shield(handling)

    async def handed_out(self, outside_id: str) -> None:
        """The words went to the platform: what follows them may be sent."""
        slot = self._slots.pop(outside_id, None)
        if slot is not None:
            slot.gone.set()

    def answer(self, channel: OpenChannel, owed: Owed) -> None:
        """Say what is owed and nobody says; return at once."""
        self.hearing.errands.begin(owed.outside_id, self._owed(channel, owed))

    def give(self, channel: OpenChannel, user: str) -> None:
        """Go on with what a process that is gone was giving somebody; return at once."""
        self.hearing.errands.begin(f"give:{channel.setting.id}:{user}", self._given_on(channel, user))

    def see_to_menu(self, channel: OpenChannel) -> None:
        """Set the account's menu up where it is not as it should be; return at once."""
        self.hearing.errands.begin(f"menu:{channel.setting.id}", self._menu(channel))

    async def stop(self) -> None:
        """Drop what is under way."""
        for task in set(self._handling.values()):
            task.cancel()
        await asyncio.gather(*self._handling.values(), return_exceptions=True)
        await self.hearing.errands.stop()

    async def _handle(self, channel: OpenChannel, happening: Happening) -> str:
        seen = await self.safe.read(channel.setting.id, SEEN + happening.outside_id)
        if seen is not None:
            return seen.value
        slot, began = Slot(), self.time.seconds()
        self._slots[happening.outside_id] = slot
        async with self.order.of(f"{channel.setting.id}:{happening.user}"):
            going = await self._carry_out(channel, happening, slot)
            place = self.order.place(f"{channel.setting.id}:{happening.user}", patience=PATIENCE_SECONDS)
        left = PASSIVE_SECONDS - (self.time.seconds() - began)
        text = await in_time(slot, going, asyncio.create_task(self.time.sleep(max(0.0, left))))
        if not text and going and await self._is_passive_only(channel):
            text = self.hearing.say("oa_later", "zh")
        async with place.reached():  # the callback is answered with the words right after
            await self.safe.keep(channel.setting.id, SEEN + happening.outside_id, Fresh(text, SEEN_FOR))
        return text

    async def _carry_out(self, channel: OpenChannel, happening: Happening, slot: Slot) -> Going:
        shelf = await self._opened(channel, happening)
        match happening:
            case Said():
                heard = Heard(happening.outside_id, happening.text, happening.menu_id, happening.unread)
                return await self._heard(channel, happening.user, heard, shelf, slot)
            case Pressed(text=text):
                heard = Heard(happening.outside_id, text)
                return await self._heard(channel, happening.user, heard, shelf, slot)
            case Followed():
                return await self._followed(channel, happening, slot)

    async def _opened(self, channel: OpenChannel, happening: Happening) -> Shelf:
        """The window that this opens; one without messages where the account may only answer callbacks."""
        most, seconds = AFTER_MESSAGE if isinstance(happening, Said) else AFTER_DOING
        if await self._is_passive_only(channel):
            most = 0
        return await self.hearing.giving.change(
            channel.setting.id,
            happening.user,
            lambda shelf: rules.opened(shelf, at=happening.at, most=most, seconds=seconds),
        )

    async def _heard(self, channel: OpenChannel, user: str, heard: Heard, shelf: Shelf, slot: Slot) -> Going:
        text = "" if heard.menu_id else heard.text
        entry = await self.hearing.door.enter(arrival(channel.setting.id, user, text))
        if isinstance(entry, TurnedAway):
            if not entry.text:
                return []
            said = await self.hearing.with_pushes(channel, user, entry.text)
            stranger = await self._recipient(channel, user, None, slot)
            return await self.hearing.notice(stranger, said, of=heard.outside_id)
        talk = self.hearing.talk(await self._recipient(channel, user, entry, slot), entry, heard.outside_id)
        return await self.hearing.take(talk, shelf, heard)

    async def _followed(self, channel: OpenChannel, followed: Followed, slot: Slot) -> Going:
        """Who comes by a code is bound by it; everybody else learns what this is, or how to be let in."""
        line = f"绑定 {followed.bind}" if followed.bind else ""
        entry = await self.hearing.door.enter(arrival(channel.setting.id, followed.user, line))
        if isinstance(entry, Admitted):
            pushes = await self.hearing.pushes(channel, entry)
            text = f"{self.hearing.say('wecom_welcome', entry.scope.lang)}\n{pushes}"
        else:
            text = await self.hearing.with_pushes(channel, followed.user, entry.text)
        to = await self._recipient(channel, followed.user, None, slot)
        return await self.hearing.notice(to, text, of=followed.outside_id)

    async def _menu(self, channel: OpenChannel) -> None:
        lang: Lang = "en" if channel.setting.options.get("lang") == "en" else "zh"
        buttons = [
            {
                "type": "click",
                "name": self.hearing.say(f"oa_menu_{name}", lang),
                "key": SAY + self.hearing.say(f"oa_menu_{name}_says", lang),
            }
            for name in _MENU
        ]
        wanted = sha256(repr(buttons).encode()).hexdigest()
        kept = await self.safe.read(channel.setting.id, MENU)
        if kept is not None and kept.value == wanted:
            return
        try:
            await self.client.create_menu(channel, buttons)
        except AppError as failure:
            log.warning("wecom_oa.no_menu", key=failure.text_key)
            return
        await self.safe.keep(channel.setting.id, MENU, Fresh(wanted, MENU_FOR))

    async def _owed(self, channel: OpenChannel, owed: Owed) -> None:
        guest = await self.hearing.door.known(arrival(channel.setting.id, owed.place.user, ""))
        await self.hearing.owed(await self._recipient(channel, owed.place.user, guest), owed)

    async def _given_on(self, channel: OpenChannel, user: str) -> None:
        guest = await self.hearing.door.known(arrival(channel.setting.id, user, ""))
        await self.hearing.giving.give(await self._recipient(channel, user, guest))

    async def _recipient(
        self, channel: OpenChannel, user: str, guest: Admitted | None, slot: Slot | None = None
    ) -> Recipient:
        passive_only = await self._is_passive_only(channel)
        carrier = AccountCarrier(self.client, channel, self.safe, self.time, slot, passive_only)
        lang: Lang = guest.scope.lang if guest is not None else "zh"
        return Recipient(channel, user, carrier, place_of(channel.setting.id, user), guest, lang, carrier)

    async def _is_passive_only(self, channel: OpenChannel) -> bool:
        """Whether the platform lets it answer callbacks and say nothing more."""
        return await self.safe.read(channel.setting.id, PASSIVE_ONLY) is not None

    def _is_handled(self, name: str, handling: "asyncio.Task[str]") -> None:
        """Remembered when it was stored; what failed is to be delivered again."""
        self._handling.pop(name, None)
        if handling.cancelled() or handling.exception() is not None:
            self._slots.pop(name, None)
            return
        self._answered[name] = handling.result()
        while len(self._answered) > REMEMBERED:
            self._slots.pop(self._answered.popitem(last=False)[0], None)
