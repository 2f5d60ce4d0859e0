"""Protocol over what came of the messages sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.funnel import Group, Grouping
from memory.domain.ids import BrandId, CampaignId, CreatorId, ProductId


@dataclass(frozen=True, slots=True)
class Sent:
    """Which messages are counted: sent from `since` until before `until`; None: any brand, campaign and so on."""

    since: datetime
    until: datetime
    brand: BrandId | None = None
    campaign: CampaignId | None = None
    product: ProductId | None = None
    creator: CreatorId | None = None


class FunnelStore(Protocol):
    """Counts over the ledger of what was sent."""

    async def counts(self, sent: Sent, *, by: Grouping | None) -> list[Group]:
        """Creators by group, each counted once in a group; without `by` one group of all, of nobody if none was.

        An answer belongs to the message it answers, a post to every message before it. Groups in the order of what
        they have in common (hours, rounds), templates and languages the most used first.
        """
        ...
