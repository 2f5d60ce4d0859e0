"""Texts and cards to creators through a shop's conversations, at most once each.

The platform knows no key of ours, so what stood there is kept before a message goes: afterwards, one that says the same
and is not among it is this one. A text and each card after it have keys of their own.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from connectors.ports.custody import Fresh, Kept
from connectors.ports.platforms import Receipt, SendFate
from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import Conversation, Conversations, Spoken
from connectors.tiktok_shop.messages import Said
from memory.domain.creator import Creator
from memory.domain.errors import Misconfigured, Refused, Unavailable
from memory.domain.ids import BrandId
from memory.domain.outreach import Channel, Flag, SendTicket

PLATFORM: Final = "tiktok"
# A call is signed for five minutes; signed again and again within a claim's two, it is refused after that.
UNDER_WAY: Final = timedelta(minutes=10)
MARKS_LIVE: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Mark:
    """What said the same in a conversation before a message went, by id. `at`: on the client's clock."""

    at: datetime
    before: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TikTokShopMessenger:
    """Satisfies `Messenger`. `place_of`: where a brand's shop is asked, None where none is connected."""

    conversations: Conversations
    place_of: Callable[[BrandId], Awaitable[ShopPlace | None]]

    @property
    def channel(self) -> Channel:
        """See `Messenger.channel`."""
        return Channel.TIKTOK

    def accepts(self, creator: Creator) -> Flag | None:
        """See `Messenger.accepts`; whether the marketplace has them shows when they are written to."""
        if creator.facts.platform == PLATFORM:
            return None
        return Flag("no_channel", {"handle": creator.handle})

    async def send(self, ticket: SendTicket, *, now: datetime) -> Receipt:
        """See `Messenger.send`. A message that went already under the same key is found, not repeated."""
        try:
            place, conversation = await self._there(ticket)
            same = await self._same(place, conversation, ticket)
            mark = await self._mark(place, ticket)
            if mark is not None and (went := _new(same, mark)):
                return Receipt(went[0].id, now)
            await self._set_mark(place, ticket, same)
            outside = await self.conversations.say(place, conversation, Said.of(ticket))
        except Misconfigured as wrong:
            # Nothing was accepted, and it can go once that is mended.
            raise Unavailable(wrong.text_key, **wrong.facts) from wrong
        return Receipt(outside or conversation.id, now)

    async def fate(self, ticket: SendTicket) -> SendFate:
        """See `Messenger.fate`; for ten minutes a message that is not there may still come."""
        try:
            place = await self.place_of(ticket.brand)
            if place is None:
                raise Unavailable("shop_not_connected")
            mark = await self._mark(place, ticket)
            if mark is None:
                return SendFate.NEVER_SEEN  # the mark is set before anything is said
            conversation = await self.conversations.with_creator(place, ticket.handle)
            if _new(await self._same(place, conversation, ticket), mark):
                return SendFate.ACCEPTED
        except (Misconfigured, Refused) as wrong:
            raise Unavailable(wrong.text_key, **wrong.facts) from wrong
        if self.conversations.client.now() - mark.at < UNDER_WAY:
            raise Unavailable("shop_under_way")
        return SendFate.NEVER_SEEN

    async def _there(self, ticket: SendTicket) -> tuple[ShopPlace, Conversation]:
        if ticket.platform != PLATFORM:
            raise Refused("no_channel", handle=ticket.handle)
        place = await self.place_of(ticket.brand)
        if place is None:
            raise Unavailable("shop_not_connected")  # disconnected since its claim; the next one says so
        return place, await self.conversations.with_creator(place, ticket.handle)

    async def _same(self, place: ShopPlace, conversation: Conversation, ticket: SendTicket) -> list[Spoken]:
        spoken, wanted = await self.conversations.said(place, conversation), Said.of(ticket)
        return [one for one in spoken if one.said.same(wanted)]

    async def _mark(self, place: ShopPlace, ticket: SendTicket) -> Mark | None:
        kept = await self.conversations.safe.read(place.link, _name(ticket))
        if kept is None:
            return None
        found = json.loads(kept.value)
        return Mark(datetime.fromisoformat(found["at"]), tuple(found["before"]))

    async def _set_mark(self, place: ShopPlace, ticket: SendTicket, same: list[Spoken]) -> None:
        at = self.conversations.client.now().isoformat()
        value = json.dumps({"at": at, "before": [one.id for one in same]})

        async def replace(_: Kept | None) -> Fresh:
            return Fresh(value, MARKS_LIVE)

        kept = await self.conversations.safe.renewed(place.link, _name(ticket), replace)
        if kept is None or kept.value != value:
            raise Unavailable("shop_not_connected")


def _new(same: list[Spoken], mark: Mark) -> list[Spoken]:
    return [one for one in same if one.id not in mark.before]


def _name(ticket: SendTicket) -> str:
    return f"send:{ticket.idempotency_key}"
