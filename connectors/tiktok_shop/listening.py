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
from memory.domain.errors import Refused, Unavailable

log = structlog.get_logger()

ROUND: Final = timedelta(seconds=15)
ALL_AGAIN: Final = timedelta(hours=1)
OVERLAP: Final = timedelta(minutes=10)
MOST_LISTS: Final = 40  # 2,000 conversations
MOST_DOWN: Final = 3  # conversations in one look that the platform cannot show: then it is down
_OF_ONE: Final = frozenset({"shop_refused", "shop_creator_gone", "shop_internal"})


@dataclass(frozen=True, slots=True)
class Position:
    """How far reading has come. `fence`: all that was written before is known; `unread`: the number, by conversation,
    at which each unread one was read; `begun` and `place`: the walk through all of them, empty between two walks;
    `behind`: since when (seconds since the epoch) those are not known that could not be read.
    """

    fence: datetime
    unread: dict[str, int] = field(default_factory=dict)
    begun: datetime | None = None
    place: str = ""
    behind: dict[str, float] = field(default_factory=dict)

    @staticmethod
    def read(position: str, since: datetime) -> "Position":
        """What `written` wrote; of nothing, the beginning."""
        if not position:
            return Position(since)
        found = json.loads(position)
        begun = datetime.fromtimestamp(found["begun"], UTC) if found["begun"] is not None else None
        fence = datetime.fromtimestamp(found["fence"], UTC)
        return Position(fence, found["unread"], begun, found["place"], found["behind"])

    def written(self) -> str:
        """As text."""
        begun = self.begun.timestamp() if self.begun is not None else None
        found = {
            "fence": self.fence.timestamp(), "unread": self.unread, "begun": begun, "place": self.place,
            "behind": self.behind,
        }  # fmt: skip
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
        position = Position.read(after, since)
        look = _Look(self.conversations, place, self._now() + self.most, position.fence, dict(position.behind))
        position = await self._unread(look, position)
        position = replace(await self._walk(look, position), behind=look.behind)
        found = {answer.outside_id: answer for answer in look.answers}
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

    async def _unread(self, look: "_Look", position: Position) -> Position:
        known: dict[str, int] = {}
        for row in await self._all(look.place, "UNREAD"):
            is_known = position.unread.get(row.id) == row.unread and row.id not in look.behind
            if is_known or (self._now() < look.ends and await look.read(row)):
                known[row.id] = row.unread
        return replace(position, unread=known)

    async def _walk(self, look: "_Look", position: Position) -> Position:
        if not position.due(self._now()):
            return position
        if not position.place:
            position = replace(position, begun=self._now())
        is_first = True
        while is_first or self._now() < look.ends:
            is_first = False
            try:
                page = await self.conversations.listed(look.place, "ALL", position.place)
            except Refused as refused:
                if not position.place or refused.text_key != "shop_refused":
                    raise
                return replace(position, place="", begun=None)  # the platform has forgotten the place
            for row in page.conversations:
                await look.read(row)
            position = replace(position, place=page.position)
            if not page.position and position.begun is not None:
                return replace(position, fence=max(position.fence, position.begun - OVERLAP))
        return position

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


@dataclass(slots=True, eq=False)
class _Look:
    """One look at a shop's conversations. `answers`: what it found, those of each conversation oldest first."""

    conversations: Conversations
    place: ShopPlace
    ends: datetime
    fence: datetime
    behind: dict[str, float]
    answers: list[Answer] = field(default_factory=list)
    _down: int = 0

    async def read(self, row: Listed) -> bool:
        """Read what its creator wrote since it was known; False for one that cannot be read, which is remembered.

        It keeps none of the others from being read, unless so many cannot that the platform is down.
        """
        since = self.behind.get(row.id, self.fence.timestamp())
        try:
            found = await self._since(row.id, datetime.fromtimestamp(since, UTC))
        except (Refused, Unavailable) as failure:
            self._down += isinstance(failure, Unavailable)
            if failure.text_key not in _OF_ONE or self._down >= MOST_DOWN:
                raise
            log.warning("shop.conversation_not_read", link=self.place.link, error=failure.text_key)
            self.behind[row.id] = since
            return False
        self.behind.pop(row.id, None)
        theirs = [one for one in found if one.sender == row.creator]
        if theirs:
            talk = await self.conversations.talk(self.place, row.id) or Talk(row.creator, row.handle)
            self.answers += [_answer(message, talk) for message in theirs if talk.handle]
        return True

    async def _since(self, conversation: str, since: datetime) -> list[ShopMessage]:
        """Both sides' messages since then, oldest first: to the end, unless pages show that older ones follow."""
        found: list[ShopMessage] = []
        pages = 0
        async for rows in self.conversations.pages(self.place, conversation):
            page = [one for one in (of_conversation(each, conversation) for each in rows) if one is not None]
            found += [one for one in page if one.written_at >= since]
            times, pages = [one.written_at for one in page], pages + 1
            is_past = bool(times) and times[-1] < since and times == sorted(times, reverse=True)
            if is_past or pages == MOST_PAGES:
                break
        return sorted(found, key=lambda one: (one.written_at, one.index))


def _answer(message: ShopMessage, talk: Talk) -> Answer:
    return Answer(message.id, PLATFORM, talk.handle, message.text, message.written_at)
