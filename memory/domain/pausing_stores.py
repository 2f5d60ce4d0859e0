"""Protocols of what is taken back before it is sent: a batch stopped and resumed, an approval withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from memory.domain.ids import BatchId, BrandId, CampaignId, ConversationId, DraftId, StepId
from memory.domain.outreach import Batch
from memory.domain.zones import HomeZone


@dataclass(frozen=True, slots=True)
class Waiting:
    """A step that needs a new time, where its creator lives, and whether it is a first message."""

    step: StepId
    brand: BrandId
    due_at: datetime
    home: HomeZone
    market: str | None = None
    first: bool = False


class PausingStore(Protocol):
    """Stops that can be lifted, and approvals taken back. Batches are locked first, then drafts, then steps."""

    async def stop(self, batch: BatchId | None, *, now: datetime) -> int:
        """Stop one batch or everything in scope; the number of steps that will not be claimed any more."""
        ...

    async def in_flight(self, batch: BatchId | None) -> int:
        """How many messages of a batch, or of the scope, are being sent and cannot be called back."""
        ...

    async def lift_stop(self, batch: BatchId | None) -> tuple[list[str], list[Waiting]]:
        """Lift the stop of one batch, or of all in scope: codes of the batches, and the steps to plan anew, locked."""
        ...

    async def try_again(self, campaign: CampaignId, *, reason: str = "") -> list[Waiting]:
        """Plan a campaign's failed steps again, where nothing took their place since; locked, due now.

        Left alone: other reasons than `reason` (empty: any), and batches that are stopped.
        """
        ...

    async def plan_again(self, due: Mapping[StepId, datetime]) -> None:
        """Plan locked steps for new times."""
        ...

    async def approved_batches(self, conversation: ConversationId) -> list[Batch]:
        """Batches of a conversation in which an approval may still be taken back, newest first."""
        ...

    async def take_back(self, drafts: Sequence[DraftId]) -> None:
        """Void the live approvals of locked drafts and hold their steps as withdrawn."""
        ...
