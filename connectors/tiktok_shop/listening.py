"""What creators wrote in one shop's conversations: found by reading them, and said of what the platform tells itself.

No list says when somebody last wrote. So unread conversations are looked at each time, those whose number has changed
are read; and all of them are gone through again and again, since one that a person has opened is unread no more.
Nothing is marked as read: what the team sees there, and what a creator is shown, is the team's business.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Final

import structlog

from connectors.ports.platforms import Answer
from connectors.ports.shops import AnswerPage
from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import MOST_PAGES, Conversations, Listed, Talk
from connectors.tiktok_shop.messages import NEW_MESSAGE, ShopMessage, of_conversation, of_webhook, to_notification
from connectors.tiktok_shop.messenger import PLATFORM
from memory.domain.errors import Refused

log = structlog.get_logger()

ROUND: Final = timedelta(seconds=15)
ALL_AGAIN: Final = timedelta(hours=1)
OVERLAP: Final = timedelta(minutes=10)
MOST_LISTS: Final = 40  # 2,000 conversations
_OF_ONE: Final = frozenset({"shop_refused", "shop_creator_gone"})


@dataclass(frozen=True, slots=True)
class Position:
    """How far reading has come. `fence`: all that was written before is known; `unread`: the number, by conversation,
    at which each unread one was read; `begun` and `place`: the walk through all of them, empty between two walks.
    """

    fence: datetime
    unread: dict[str, int] = field(default_factory=dict)
    begun: datetime | None = None
    place: str = ""

    @staticmethod
    def read(position: str, since: datetime) -> "Position":
        """What `written` wrote; of nothing, the beginning."""
        if not position:
            return Position(since)
        found = json.loads(position)
        begun = datetime.fromtimestamp(found["begun"], UTC) if found["begun"] is not None else None
        return Position(datetime.fromtimestamp(found["fence"], UTC), found["unread"], begun, found["place"])

    def written(self) -> str:
        """As text."""
        begun = self.begun.timestamp() if self.begun is not None else None
        found = {"fence": self.fence.timestamp(), "unread": self.unread, "begun": begun, "place": self.place}
        return json.dumps(found, separators=(",", ":"))

    def due(self, now: datetime) -> bool:
        """Whether a walk is under way or begins."""
        return bool(self.place) or self.begun is None or now - self.begun >= ALL_AGAIN


@dataclass(frozen=True, slots=True)
class Listening:
    """Every method raises as `ShopClient.ask`. `most`: how long one look goes on beginning something."""

    conversations: Conversations
    most: timedelta = ROUND

    async def look(self, place: ShopPlace, after: str, since: datetime) -> AnswerPage:
        """What is new since a position, some of it again; what a round has no time for comes with the next."""
        ends = self._now() + self.most
        position, unread = await self._unread(place, Position.read(after, since), ends)
        position, others = await self._walk(place, position, ends)
        found = {answer.outside_id: answer for answer in (*unread, *others)}
        return AnswerPage(sorted(found.values(), key=lambda one: one.written_at), position.written())

    async def told(self, place: ShopPlace, raw: str) -> Answer | None:
        """What a webhook says, if a creator said it."""
        found = to_notification(raw.encode())
        message = of_webhook(found.data) if found is not None and found.type == NEW_MESSAGE else None
        if message is None:
            return None
        talk = await self._who(place, message.conversation)
        if talk is None:
            log.warning("shop.conversation_unknown", link=place.link, message=message.id)
            return None
        return _answer(message, talk) if message.sender == talk.creator else None

    async def _unread(self, place: ShopPlace, position: Position, ends: datetime) -> tuple[Position, list[Answer]]:
        known: dict[str, int] = {}
        answers: list[Answer] = []
        for row in await self._all(place, "UNREAD"):
            if position.unread.get(row.id) != row.unread:
                if self._now() >= ends:
                    continue
                answers += await self._read(place, row, position.fence)
            known[row.id] = row.unread
        return replace(position, unread=known), answers

    async def _walk(self, place: ShopPlace, position: Position, ends: datetime) -> tuple[Position, list[Answer]]:
        answers: list[Answer] = []
        if not position.due(self._now()):
            return position, answers
        if not position.place:
            position = replace(position, begun=self._now())
        is_first = True
        while is_first or self._now() < ends:
            is_first = False
            try:
                page = await self.conversations.listed(place, "ALL", position.place)
            except Refused as refused:
                if not position.place or refused.text_key != "shop_refused":
                    raise
                return replace(position, place="", begun=None), answers  # the platform has forgotten the place
            for row in page.conversations:
                answers += await self._read(place, row, position.fence)
            position = replace(position, place=page.position)
            if not page.position and position.begun is not None:
                return replace(position, fence=max(position.fence, position.begun - OVERLAP)), answers
        return position, answers

    async def _read(self, place: ShopPlace, row: Listed, fence: datetime) -> list[Answer]:
        """What its creator wrote since the fence; one conversation that is refused keeps none of the others."""
        try:
            found = [one for one in await self._since(place, row.id, fence) if one.sender == row.creator]
        except Refused as refused:
            if refused.text_key not in _OF_ONE:
                raise
            log.warning("shop.conversation_refused", link=place.link, error=refused.text_key)
            return []
        if not found:
            return []
        talk = await self.conversations.talk(place, row.id) or Talk(row.creator, row.handle)
        return [_answer(message, talk) for message in found if talk.handle]

    async def _since(self, place: ShopPlace, conversation: str, fence: datetime) -> list[ShopMessage]:
        """Both sides' messages since the fence, oldest first: to the end, unless pages show that older ones follow."""
        found: list[ShopMessage] = []
        pages = 0
        async for rows in self.conversations.pages(place, conversation):
            page = [one for one in (of_conversation(each, conversation) for each in rows) if one is not None]
            found += [one for one in page if one.written_at >= fence]
            times, pages = [one.written_at for one in page], pages + 1
            is_past = bool(times) and times[-1] < fence and times == sorted(times, reverse=True)
            if is_past or pages == MOST_PAGES:
                break
        return sorted(found, key=lambda one: (one.written_at, one.index))

    async def _who(self, place: ShopPlace, conversation: str) -> Talk | None:
        """Who is behind a conversation; one that we have not opened ourselves is looked for in the lists."""
        talk = await self.conversations.talk(place, conversation)
        if talk is not None:
            return talk
        for status in ("UNREAD", "ALL"):
            for row in await self._all(place, status):
                if row.id == conversation and row.handle:
                    talk = Talk(row.creator, row.handle)
                    await self.conversations.remember(place, conversation, talk)
                    return talk
        return None

    async def _all(self, place: ShopPlace, status: str) -> Sequence[Listed]:
        """Each conversation once."""
        found: dict[str, Listed] = {}
        position = ""
        for _ in range(MOST_LISTS):
            page = await self.conversations.listed(place, status, position)
            found |= {row.id: row for row in page.conversations}
            position = page.position
            if not position:
                break
        return list(found.values())

    def _now(self) -> datetime:
        return self.conversations.client.now()


def _answer(message: ShopMessage, talk: Talk) -> Answer:
    return Answer(message.id, PLATFORM, talk.handle, message.text, message.written_at)
