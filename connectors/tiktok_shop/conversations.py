"""One shop's conversations with creators: who is meant, what was said, saying one more thing.

Source: platforms reference §1.7 and §1.8.8, read 2026-11-29.
"""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from connectors.ports.custody import Fresh, Safe
from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopClient, ShopPlace
from connectors.tiktok_shop.operations import CONVERSATION, MESSAGES, SEARCH, SEND
from memory.domain.errors import Refused, Unavailable
from memory.domain.ids import ShopLinkId

PAGE: Final = 20
MOST_PAGES: Final = 50
SMALLEST_SEARCH: Final = "12"
KNOWN_FOR: Final = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Conversation:
    """With one creator; `creator` is who they are as a sender."""

    id: str
    creator: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message of the shop: its text as it compares, without regard to white space."""

    id: str
    text: str


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
        return Conversation(str(found["conversation_id"]), str(found["creator_im_id"]))

    async def said(self, place: ShopPlace, conversation: Conversation) -> list[Said]:
        """Every text of the shop, in no order that counts."""
        found: list[Said] = []
        token = ""
        for _ in range(MOST_PAGES):
            query = {"page_size": str(PAGE)} | ({"page_token": token} if token else {})
            page = await self.client.ask(place, MESSAGES, query=query, names={"conversation": conversation.id})
            found += [said for row in _rows(page) if (said := _ours(row, conversation)) is not None]
            token = str(page.get("next_page_token") or "")
            if not token or page.get("has_more") is False:
                return found
        raise Unavailable("shop_internal")

    async def say(self, place: ShopPlace, conversation: Conversation, text: str) -> str:
        """Send a text; its id, empty where the platform says none. Raises Unclear too."""
        body: Body = {"msg_type": "TEXT", "content": json.dumps({"content": text}, ensure_ascii=False)}
        answer = await self.client.ask(place, SEND, body=body, names={"conversation": conversation.id})
        return str(answer.get("message_id") or "")

    async def open_id(self, place: ShopPlace, handle: str) -> str:
        """Handles change hands; the platform's own id does not, and is remembered. Raises Refused("shop_creator_gone").

        One request for a creator who is not remembered.
        """
        name = f"creator:{_folded(handle)}"
        kept = await self.safe.read(place.link, name)
        if kept is not None:
            return kept.value
        page = await self.client.ask(place, SEARCH, query={"page_size": SMALLEST_SEARCH}, body={"keyword": handle})
        rows = page.get("creators")
        for row in rows if isinstance(rows, list) else []:
            if isinstance(row, dict) and _folded(row.get("username")) == _folded(handle):
                open_id = str(row["creator_open_id"])
                await self.safe.keep(place.link, name, Fresh(open_id, KNOWN_FOR))
                return open_id
        raise Refused("shop_creator_gone")


def compared(text: str) -> str:
    """A text without regard to white space: platforms trim."""
    return " ".join(text.split())


def _folded(handle: object) -> str:
    return str(handle or "").strip().removeprefix("@").lower()


def _rows(page: Body) -> list[dict[str, Any]]:
    found = page.get("messages")
    rows = [row.get("message_body") for row in found if isinstance(row, dict)] if isinstance(found, list) else []
    return [row for row in rows if isinstance(row, dict)]


def _ours(row: dict[str, Any], conversation: Conversation) -> Said | None:
    if row.get("type") != "TEXT" or str(row.get("sender_id")) == conversation.creator:
        return None
    try:
        content = json.loads(str(row.get("content")))
    except ValueError:
        return None
    text = content.get("content") if isinstance(content, dict) else None
    return Said(str(row.get("id")), compared(text)) if isinstance(text, str) else None
