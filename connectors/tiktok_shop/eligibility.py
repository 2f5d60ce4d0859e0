"""Whether a shop may write to creators first, as the platform judges each: asked in hundreds.

Source: TikTok Shop Partner Center, Affiliate Seller API "creator_outreach" 202610, read 2026-11-29.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from connectors.tiktok_shop.calls import Body
from connectors.tiktok_shop.client import ShopPlace
from connectors.tiktok_shop.conversations import Conversations
from connectors.tiktok_shop.operations import ELIGIBILITY
from connectors.tiktok_shop.translate import to_eligibility
from memory.domain.errors import Refused
from memory.domain.shops import Eligibility

MOST_AT_ONCE: Final = 100


@dataclass(frozen=True, slots=True)
class Eligibilities:
    """Raises as `ShopClient.ask`."""

    conversations: Conversations

    async def of(self, place: ShopPlace, handles: Sequence[str]) -> Mapping[str, Eligibility]:
        """By handle; whom the platform does not know, or says nothing of, is missing."""
        ids: dict[str, str] = {}
        for handle in dict.fromkeys(handles):
            try:
                ids.setdefault(await self.conversations.open_id(place, handle), handle)
            except Refused as gone:
                if gone.text_key != "shop_creator_gone":
                    raise
        found: dict[str, Eligibility] = {}
        asked = list(ids)
        for start in range(0, len(asked), MOST_AT_ONCE):
            infos = [{"creator_open_id": one} for one in asked[start : start + MOST_AT_ONCE]]
            body: Body = {"creator_infos": infos}
            answer = await self.conversations.client.ask(place, ELIGIBILITY, body=body)
            rows = answer.get("creator_eligibility_results")
            for row in rows if isinstance(rows, list) else []:
                read = to_eligibility(row) if isinstance(row, dict) else None
                if read is not None and row.get("creator_open_id") in ids:
                    found[ids[row["creator_open_id"]]] = read
        return found
