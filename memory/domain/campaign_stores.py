"""The Protocol over the brand's campaigns."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from memory.domain.campaign import Campaign, CampaignView, Failure, Figures, NewCampaign, Scenario
from memory.domain.chat_stores import Fence
from memory.domain.ids import BatchId, BrandId, CampaignId, CreatorId


class CampaignStore(Protocol):
    """Campaigns of the scope. What a turn attaches is unseen until the turn ends, as its batches are."""

    async def all(self, *, limit: int = 100) -> list[Campaign]:
        """At most `limit`, those that are not cancelled first, newest first."""
        ...

    async def by_id(self, campaign: CampaignId) -> Campaign | None:
        """One campaign."""
        ...

    async def keep(self, plan: NewCampaign, *, brand: BrandId) -> Campaign:
        """The brand's campaign of that key, changed to this plan; a new one where none goes on under it."""
        ...

    async def attach(self, campaign: Campaign, rounds: Mapping[BatchId, int], *, starts_on: date | None = None) -> None:
        """Make batches that were just kept rounds (from 1) of it; first messages get its occasions.

        They go on `starts_on` at the earliest, by each creator's calendar; None: at once.
        """
        ...

    async def audience(self, campaign: CampaignId, *, fence: Fence | None = None) -> set[CreatorId]:
        """Whose first message was sent, or may be: not rejected, refused, lapsed or stopped for good."""
        ...

    async def add_creators(self, campaign: Campaign, creators: Sequence[CreatorId]) -> None:
        """Note whom it is to be written for, in this order; who is there already stays where they are."""
        ...

    async def waiting(self, campaign: CampaignId, *, limit: int, lock: bool = False) -> list[CreatorId]:
        """The next creators to write for; `lock`: against another who would write for them at this moment."""
        ...

    async def wrote(self, campaign: CampaignId, creators: Mapping[CreatorId, str | None]) -> None:
        """They were written to, or (with the key of why) left out."""
        ...

    async def tell_written(self, campaign: Campaign) -> None:
        """Tell the brand's chats, once, that all of its drafts are written."""
        ...

    async def views(self, campaigns: Sequence[Campaign]) -> list[CampaignView]:
        """The same campaigns, with where their rounds are. Counted in the database, however many messages."""
        ...

    async def failures(self, campaigns: Sequence[CampaignId]) -> dict[CampaignId, tuple[Failure, ...]]:
        """What was refused, or is unclear, grouped by its reason, most first."""
        ...

    async def figures(self, brand: BrandId) -> dict[Scenario, Figures]:
        """A brand's own usual figures, of the scenarios it changed."""
        ...

    async def save_figures(self, brand: BrandId, scenario: Scenario, figures: Figures | None) -> None:
        """Put the brand's own in place of ours; None: ours again."""
        ...

    async def cancel(self, campaign: CampaignId) -> bool:
        """End it, with what a running turn is writing for it: its batches stay stopped. False: it was over already."""
        ...
