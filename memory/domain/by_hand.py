"""Sending by hand: what a step of the channel is to the people who carry it out, and the Protocol of its rows.

Nobody is called: a member takes the text, which claims the step for them, and says afterwards what came of it.
"""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from memory.domain.chat_stores import Fence
from memory.domain.contacts import ContactWeek
from memory.domain.dispatch import BrandDay, Candidate
from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId, SendId, StepId
from memory.domain.outreach import TRIED_AGAIN, Flag, SendState, StepState
from memory.domain.stores import Unit
from memory.domain.workspace import Scope

SOURCE = "by_hand"  # creators' answers that a member pasted
MOST_LISTED = 300  # items on one view of the list: as many as anybody works through before looking again
HAND_LEASE = timedelta(hours=24)  # an item in somebody's hands for longer is unknown, and the member is asked


class HandMark(StrEnum):
    """What a member says came of an item."""

    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    AGAIN = "again"
    UNDONE = "undone"


class HandPlace(StrEnum):
    """Where an item stands on the list for the member who looks at it."""

    UNSURE = "unsure"
    MINE = "mine"
    READY = "ready"
    THEIRS = "theirs"
    NIGHT = "night"
    LATER = "later"
    HELD = "held"
    FAILED = "failed"
    DONE = "done"


# What a person's word alone may change, in this channel only: nobody else can know.
HAND_MOVES: dict[StepState, frozenset[StepState]] = {
    StepState.SENT: frozenset({StepState.UNKNOWN}),
} | TRIED_AGAIN


@dataclass(frozen=True, slots=True)
class HandStep:
    """One step with what a person needs to carry it out. `attempt` counts claims; `holder` has the newest one."""

    step: StepId
    draft: DraftId
    brand: BrandId
    creator: CreatorId
    batch_code: str
    number: int
    handle: str
    platform: str
    profile_url: str | None
    zone: str
    zone_estimated: bool
    language: str
    text: str
    digest: str
    state: StepState
    due_at: datetime
    reason: Flag | None
    attempt: int
    send: SendId | None
    holder: MemberId | None
    holder_name: str
    claimed_at: datetime | None
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class HandItem:
    """A step and where it stands. `until`: when a night or a limit ends."""

    of: HandStep
    place: HandPlace
    why: Flag | None = None
    until: datetime | None = None


class HandStore(Protocol):
    """Steps of the channel in one scope. Locks are taken inside: brand, batch (shared), draft, step, relation."""

    async def steps(self, *, since: datetime, batch: str | None = None, most: int = MOST_LISTED) -> list[HandStep]:
        """What is on the list: all that is not over, and what was sent at or after `since`.

        What is in somebody's hands comes first, then what waits, what failed, what was sent; each by batch and number.
        """
        ...

    async def waiting(self) -> int:
        """How many items wait for the scope's member: due and nobody's, in the member's hands, or unsure."""
        ...

    async def by_drafts(self, drafts: Sequence[DraftId], *, lock: bool) -> list[HandStep]:
        """Steps of drafts by batch and number, locked if asked; drafts of other channels are left out."""
        ...

    async def shop_zone(self, brand: BrandId) -> ZoneInfo:
        """The zone in which the brand's shop counts its days."""
        ...

    async def open_brand(self, brand: BrandId, *, day_start: datetime) -> BrandDay:
        """Lock a brand against other claims and count what it sent."""
        ...

    async def contacts(self, brand: BrandId, creators: Sequence[CreatorId], *, since: datetime) -> ContactWeek:
        """See `DispatchStore.contacts`."""
        ...

    async def candidates(self, brand: BrandId, steps: Sequence[StepId]) -> dict[StepId, Candidate]:
        """Everything a claim of these steps of one brand depends on, as it is now.

        Of several first messages that wait for one person, known twice, only the first one is there.
        """
        ...

    async def claim(self, candidate: Candidate, *, lease: timedelta) -> None:
        """Write the ledger's row in the member's name. The step is locked."""
        ...

    async def leave(self, candidate: Candidate, to: StepState, *, reason: Flag | None) -> None:
        """Leave a locked candidate unclaimed: held or stopped."""
        ...

    async def settle(self, send: SendId, state: SendState, *, reason: Flag | None = None, again: bool = False) -> bool:
        """End an attempt as a person says; False when it has ended already. `again` plans the step anew, for now."""
        ...

    async def reopen(self, step: StepId) -> None:
        """Plan a failed step anew, for now. Raises Conflict when its occasion was used meanwhile."""
        ...

    async def unsettle(self, step: StepId) -> None:
        """A step marked as sent may not have been: unknown until somebody says so.

        Raises Conflict when it is in another state, or another first message to its creator waits meanwhile.
        """
        ...

    async def wrote_last(self, creator: CreatorId) -> BrandId | None:
        """Which brand of the scope wrote to a creator last."""
        ...


class HandUnit(Unit, Protocol):
    """A scope's transaction that reaches the steps to be carried out by hand."""

    @property
    def by_hand(self) -> HandStore:
        """Steps to be carried out by hand."""
        ...


class HandUnits(Protocol):
    """The door to such transactions."""

    def unit(self, scope: Scope, *, fence: Fence | None = None) -> AbstractAsyncContextManager[HandUnit]:
        """See `memory.domain.stores.Units.unit`."""
        ...
