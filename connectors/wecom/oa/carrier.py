"""Hands messages to followers: the first text as the answer to their callback if in time, the rest by 客服消息."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from connectors.ports.channels import OpenChannel
from connectors.ports.custody import Fresh, Safe
from connectors.wecom.fetched import Fetched
from connectors.wecom.oa.client import AccountClient
from connectors.wecom.oa.translate import Picture
from connectors.wecom.rations.giving import Spent
from connectors.wecom.rations.pieces import Menu, Text
from connectors.wecom.timing import Time, within
from memory.domain.errors import Refused, Unclear

PASSIVE_ONLY: Final = "passive_only"
LOOKED_AGAIN: Final = timedelta(hours=12)
GOING_SECONDS, ARRIVING_SECONDS = 2.0, 0.5


@dataclass(slots=True, eq=False)
class Slot:
    """The one text that may be the answer to a callback while that is open; `gone`: the answer was handed out."""

    text: str = ""
    is_open: bool = True
    has_arrived: bool = False
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)

    def fill(self, text: str) -> bool:
        """Whether it was taken."""
        if not self.is_open or self.text:
            return False
        self.text = text
        self.ready.set()
        return True

    def close(self) -> str:
        """No more; what there is."""
        self.is_open = False
        return self.text


@dataclass(frozen=True, slots=True)
class AccountCarrier:
    """One account's. Satisfies `Carrier` and `Attacher`. `slot`: of the callback that is being answered."""

    client: AccountClient
    channel: OpenChannel
    safe: Safe
    time: Time
    slot: Slot | None = None
    is_passive_only: bool = False
    knows_repeats: bool = False
    pictures_only: bool = True

    def is_free(self, piece: Text | Menu, *, needed: bool) -> bool:
        """See `Carrier.is_free`. Whether an answer to a callback arrives nobody tells, so nothing may count on one."""
        if isinstance(piece, Menu) and not self.is_passive_only:
            return False
        is_vacant = self.slot is not None and self.slot.is_open and not self.slot.text
        return is_vacant and (self.is_passive_only or not needed)

    async def hand(self, user: str, piece: Text | Menu, *, name: str, needed: bool) -> bool:
        """See `Carrier.hand`."""
        del name
        if self.slot is not None and self.is_free(piece, needed=needed) and self.slot.fill(_as_text(piece)):
            if needed:
                raise Unclear("channel_unclear")
            return False
        await self._sent(user, piece)
        return True

    async def attach(self, user: str, file: Fetched, *, name: str) -> None:
        """See `Attacher.attach`: a picture. Keeping it with the platform shows nothing, so that is tried twice."""
        del name
        try:
            media = await self.client.upload(self.channel, name=file.name, content=file.content)
        except Unclear:
            media = await self.client.upload(self.channel, name=file.name, content=file.content)
        await self._sent(user, media)

    async def _sent(self, user: str, piece: Text | Menu | Picture) -> None:
        """By 客服消息, after what answers the callback."""
        if self.slot is not None and self.slot.text:
            await self._let_it_arrive(self.slot)
        try:
            await self.client.send(self.channel, user, piece)
        except Refused as refused:
            if refused.text_key != "oa_not_granted":
                raise
            await self.safe.keep(self.channel.setting.id, PASSIVE_ONLY, Fresh("", LOOKED_AGAIN))
            raise Spent("oa_not_granted", **refused.facts) from refused

    async def _let_it_arrive(self, slot: Slot) -> None:
        """What is sent must not overtake the answer to the callback, which has a way of its own to go."""
        if slot.has_arrived:
            return
        await within(self.time, GOING_SECONDS, slot.gone.wait())
        await self.time.sleep(ARRIVING_SECONDS)
        slot.has_arrived = True


def _as_text(piece: Text | Menu) -> str:
    """A menu that cannot be sent, as its choices to be typed."""
    if isinstance(piece, Text):
        return piece.text
    return "\n".join((piece.head, *(f"· {choice.label}" for choice in piece.choices)))


async def in_time(slot: Slot, going: "list[asyncio.Task[None]]", alarm: "asyncio.Task[None]") -> str:
    """What the slot holds once it is filled, or nothing more can fill it, or the alarm rings."""
    filled = asyncio.create_task(slot.ready.wait())
    done = asyncio.create_task(_all(going))
    try:
        await asyncio.wait({filled, done, alarm}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in (filled, done, alarm):
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(filled, done, alarm, return_exceptions=True)
    return slot.close()


async def _all(going: "list[asyncio.Task[None]]") -> None:
    if going:
        await asyncio.wait(going)
