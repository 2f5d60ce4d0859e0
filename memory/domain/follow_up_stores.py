"""Protocol of follow-ups: what they come after, what they depend on, and how they end."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from memory.domain.chat_stores import Fence
from memory.domain.follow_ups import Before, Progress
from memory.domain.ids import BrandId, CreatorId, DraftId
from memory.domain.outreach import Draft


class FollowUpStore(Protocol):
    """Follow-ups of one scope."""

    async def progress(self, drafts: Collection[DraftId]) -> dict[DraftId, Progress]:
        """What those of the drafts that are follow-ups depend on."""
        ...

    async def before(self, drafts: Collection[DraftId]) -> dict[DraftId, Before]:
        """What those of the drafts that are follow-ups of no plan come after; who has nothing before is left out."""
        ...

    async def behind(self, drafts: Collection[DraftId]) -> dict[DraftId, tuple[Draft, ...]]:
        """The messages planned behind each of the drafts, the next one first; those of a running turn too."""
        ...

    async def last_messages(
        self, creators: Sequence[CreatorId], *, brand: BrandId, fence: Fence | None = None
    ) -> dict[CreatorId, Draft]:
        """The message each creator has last got or is to get next from a brand, follow-ups that wait left out.

        What went, is approved, or was written by the fence's turn counts before what waits for a decision.
        """
        ...

    async def follow_ups(self, *, creators: Sequence[CreatorId] | None = None, since: datetime) -> list[Draft]:
        """Published follow-ups that wait, soonest first, then those sent or ended since a moment, newest batch first.

        `creators` None: of everybody.
        """
        ...

    async def cancel_follow_ups(self, drafts: Sequence[DraftId]) -> list[DraftId]:
        """End those that wait, decided or not; locks them first. Which were ended."""
        ...

    async def restore_follow_ups(self, drafts: Sequence[DraftId]) -> list[DraftId]:
        """Let cancelled ones be decided again; those that were approved already ended for good (then none is)."""
        ...
