"""One shop's conversations with creators: who is meant, what was said, saying one more thing.

Source: TikTok Shop Partner Center, Affiliate Seller API "messages" 202412 and "conversation" 202508, read 2026-11-29.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from connectors.ports.custody import Fresh, Safe
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.messages import Said
from connectors.tiktok_shop.operations import CONVERSATION, CONVERSATIONS, MESSAGES, SEARCH, SEND
from connectors.tiktok_shop.translate import LONGEST_HANDLE, clean_text
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import ShopLinkId

PAGE: Final = 20
MOST_PAGES: Final = 50
SMALLEST_SEARCH: Final = "12"
KNOWN_FOR: Final = timedelta(days=30)
TALKS_LIVE: Final = timedelta(days=400)
MOST_LISTED: Final = 50


@dataclass(frozen=True, slots=True)
class Conversation:
    """With one creator; `creator` is who they are as a sender."""

    id: str
    creator: str


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation's other side: who they are as a sender, and the handle we know them by."""

    creator: str
    handle: str


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation as a list shows it. `handle` is the creator's by now; `unread`: messages of theirs."""

    id: str
    creator: str
    handle: str
    unread: int


@dataclass(frozen=True, slots=True)
class ListedPage:
    """Some conversations, and where the list goes on; an empty position is the end."""

    conversations: tuple[Listed, ...]
    position: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """A message of the shop in a conversation."""

    id: str
    said: Said


@dataclass(frozen=True, slots=True)
class Conversations:
    """Every method raises as `ShopClient.ask`."""

    client: ShopClient
    safe: Safe[ShopLinkId]

    async def with_creator(self, place: ShopPlace, handle: str) -> Conversation:
        """The one with who has this handle.

        Raises:
            Refused: "shop_creator_gone", when nobody has it, or who was known by it goes by another now.
        """
        open_id = await self.open_id(place, handle)
        asked: Body = {"creator_open_id": open_id, "only_need_conversation_id": False}
        found = await self.client.ask(place, CONVERSATION, body=asked)
        if _folded(found.get("username")) != _folded(handle):
            raise Refused("shop_creator_gone")
        if not found.get("conversation_id") or not found.get("creator_im_id"):
            raise Unavailable("shop_internal")
        opened = Conversation(str(found["conversation_id"]), str(found["creator_im_id"]))
        if await self.talk(place, opened.id) is None:
            await self.remember(place, opened.id, Talk(opened.creator, handle))
        return opened

    async def said(self, place: ShopPlace, conversation: Conversation) -> list[Spoken]:
        """Every text and card of the shop, in no order that counts."""
        found: list[Spoken] = []
        async for rows in self.pages(place, conversation.id):
            found += [spoken for row in rows if (spoken := _ours(row, conversation)) is not None]
        return found

    async def pages(self, place: ShopPlace, conversation: str) -> AsyncIterator[list[dict[str, Any]]]:
        """A conversation's messages, page by page. Raises Unavailable for one that has no end."""
        token = ""
        for _ in range(MOST_PAGES):
            query = {"page_size": str(PAGE)} | ({"page_token": token} if token else {})
            page = await self.client.ask(place, MESSAGES, query=query, names={"conversation": conversation})
            yield _rows(page)
            token = _next(page)
            if not token:
                return
        raise Unavailable("shop_internal")

    async def listed(self, place: ShopPlace, status: str, position: str = "") -> ListedPage:
        """A page of the shop's conversations; `status`: ALL or UNREAD."""
        query = {"conversation_status": status, "only_need_conversation_id": "false", "page_size": str(MOST_LISTED)}
        page = await self.client.ask(place, CONVERSATIONS, query=query | ({"page_token": position} if position else {}))
        found = page.get("conversations")
        rows = [_listed(row) for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        return ListedPage(tuple(row for row in rows if row is not None), _next(page))

    async def talk(self, place: ShopPlace, conversation: str) -> Talk | None:
        """Who is behind a conversation we have met before, by the handle they had then."""
        kept = await self.safe.read(place.link, f"talk:{conversation}")
        return Talk(**json.loads(kept.value)) if kept is not None else None

    async def remember(self, place: ShopPlace, conversation: str, talk: Talk) -> None:
        """Know them by this handle, whatever they call themselves later."""
        value = json.dumps(asdict(talk), ensure_ascii=False)
        await self.safe.keep(place.link, f"talk:{conversation}", Fresh(value, TALKS_LIVE))

    async def say(self, place: ShopPlace, conversation: Conversation, said: Said) -> str:
        """Send a text or a card; its id, empty where the platform says none. Raises Unclear too."""
        body: Body = {**said.body()}
        answer = await self.client.ask(place, SEND, body=body, names={"conversation": conversation.id})
        return str(answer.get("message_id") or "")

    async def open_id(self, place: ShopPlace, handle: str) -> str:
        """Handles change hands; the platform's own id does not, and is remembered. Raises Refused("shop_creator_gone").

        One request for a creator who is not remembered.
        """
        kept = await self.safe.read(place.link, f"creator:{_folded(handle)}")
        return kept.value if kept is not None else await self.found(place, handle)

    async def found(self, place: ShopPlace, handle: str) -> str:
        """As `open_id`, by looking now: who is remembered may have left."""
        name = f"creator:{_folded(handle)}"
        page = await self.client.ask(place, SEARCH, query={"page_size": SMALLEST_SEARCH}, body={"keyword": handle})
        rows = page.get("creators")
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and _folded(row.get("username")) == _folded(handle):
                open_id = str(row["creator_open_id"])
                await self.safe.keep(place.link, name, Fresh(open_id, KNOWN_FOR))
                return open_id
        raise Refused("shop_creator_gone")


def _folded(handle: object) -> str:
    return str(handle or "").strip().removeprefix("@").lower()


def _rows(page: Body) -> list[dict[str, Any]]:
    """Messages with their places in the conversation."""
    found = page.get("messages")
    rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    bodies = [(row.get("conversation_index"), row.get("message_body")) for row in rows]
    return [{**body, "index": index} for index, body in bodies if isinstance(body, dict)]


def _next(page: Body) -> str:
    return "" if page.get("has_more") is False else str(page.get("next_page_token") or "")


def _listed(row: dict[str, Any]) -> Listed | None:
    unread = str(row.get("unread_count") or 0)
    if not row.get("id") or not row.get("creator_im_id"):
        return None
    count = int(unread) if unread.isascii() and unread.isdecimal() else 0
    handle = clean_text(_folded(row.get("username")), limit=LONGEST_HANDLE)
    return Listed(str(row["id"]), str(row["creator_im_id"]), handle, count)


def _ours(row: dict[str, Any], conversation: Conversation) -> Spoken | None:
    if str(row.get("sender_id")) == conversation.creator:
        return None
    said = Said.read(row.get("type"), row.get("content"))
    return Spoken(str(row.get("id")), said) if said is not None else None
