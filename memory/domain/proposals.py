"""What is to be done in a shop and waits for a decision: who asked for exactly what, who saw it, what became of it."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from pydantic import JsonValue

from memory.domain.ids import BrandId, ConversationId, MemberId, ProposalId, TenantId
from memory.domain.jobs import Job
from memory.domain.outreach import Flag, ProposalKind, Verdict

LETTER: Final = "T"  # of its code: T1, T2 …
DECIDE_WITHIN: Final = timedelta(hours=72)
STAYS_VALID: Final = timedelta(days=7)
CHECK_AGAIN: Final = timedelta(hours=1)  # whether those in an invitation that waits are still there
LEASE: Final = timedelta(seconds=120)
# A call is signed for five minutes; what is not there after ten never comes.
UNDER_WAY: Final = timedelta(minutes=10)
MOST_ATTEMPTS: Final = 6


class Deed(StrEnum):
    """What is to be done."""

    INVITE = "invite"
    CHANGE = "change"
    REMOVE = "remove"
    LINK = "link"
    REVIEW = "review"


class Way(StrEnum):
    """What is done about creators who are in a live collaboration for the product already: who decides chooses."""

    LEAVE = "leave"  # they stay where they are, the others are invited
    MOVE = "move"  # they are taken out there, and invited with the others


class DeedState(StrEnum):
    """Where one stands. `unknown`: done or not, nobody knows yet."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    DOING = "doing"
    UNKNOWN = "unknown"
    DONE = "done"
    FAILED = "failed"


MOVES: Final[Mapping[DeedState, frozenset[DeedState]]] = MappingProxyType(
    {
        DeedState.OPEN: frozenset({DeedState.APPROVED, DeedState.REJECTED}),
        DeedState.APPROVED: frozenset({DeedState.DOING, DeedState.REJECTED, DeedState.FAILED}),
        DeedState.DOING: frozenset({DeedState.DONE, DeedState.FAILED, DeedState.UNKNOWN, DeedState.APPROVED}),
        DeedState.UNKNOWN: frozenset({DeedState.DONE, DeedState.APPROVED, DeedState.FAILED}),
        DeedState.REJECTED: frozenset(),
        DeedState.DONE: frozenset(),
        DeedState.FAILED: frozenset(),
    }
)


@dataclass(frozen=True, slots=True)
class NewProposal:
    """What a tool hands over. `content` is JSON-shaped and never changes; `occasion`: the call that asked for it."""

    kind: ProposalKind
    deed: Deed
    content: Mapping[str, JsonValue]
    occasion: str


@dataclass(frozen=True, slots=True)
class ShopProposal:
    """One. `reason`: why it failed or waits; `outcome`: what the platform gave back, an id or a link.

    `begun_at`: when it was last tried; `way`: the one of `ways` that was chosen.
    """

    id: ProposalId
    code: str
    tenant: TenantId
    brand: BrandId
    kind: ProposalKind
    deed: Deed
    content: Mapping[str, JsonValue]
    digest: str
    made_by: MemberId
    made_at: datetime
    decide_by: datetime
    conversation: ConversationId | None
    state: DeedState
    decided_by: MemberId | None = None
    decided_at: datetime | None = None
    attempts: int = 0
    begun_at: datetime | None = None
    reason: Flag | None = None
    outcome: str = ""
    way: Way | None = None

    @property
    def ways(self) -> tuple[Way, ...]:
        """Those it offers to whoever decides it, by their numbers from 1; nothing to choose where there are none."""
        if not self.content.get("clashes"):
            return ()
        return (Way.LEAVE, Way.MOVE) if self.content.get("handles") else (Way.MOVE,)

    @property
    def name(self) -> str:
        """How what it makes is called outside: no other has it, so that it is found again by it."""
        return f"{self.content.get('label', '')} {self.code}-{self.digest[:6]}".strip()

    def waits(self, now: datetime) -> bool:
        """Whether it can still be approved."""
        return self.state is DeedState.OPEN and now < self.decide_by


def digest_of(new: NewProposal) -> str:
    """SHA-256 (hex) of exactly what a person decides about."""
    seen = {"kind": new.kind.value, "deed": new.deed.value, "content": new.content}
    return hashlib.sha256(json.dumps(seen, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class ProposalStore(Protocol):
    """Proposals of the scope."""

    async def add(
        self, new: NewProposal, *, brand: BrandId, conversation: ConversationId | None
    ) -> ShopProposal:  # fmt: skip
        """Keep one under the tenant's next code; the same occasion gives the one it gave before."""
        ...

    async def by_code(self, code: str, *, lock: bool = False) -> ShopProposal | None:
        """One; locked it is nobody else's until the transaction ends."""
        ...

    async def recent(self, *, limit: int) -> list[ShopProposal]:
        """The newest first."""
        ...

    async def show(self, proposal: ShopProposal) -> None:
        """The scope's member is shown it, whole."""
        ...

    async def is_shown(self, proposal: ShopProposal) -> bool:
        """Whether it was shown to the scope's member as it is."""
        ...

    async def decide(self, proposal: ShopProposal, verdict: Verdict, *, way: Way | None = None) -> None:
        """The scope's member decided a locked one, which is done this way. Raises Conflict where it has moved on."""
        ...

    async def stop(self, code: str | None) -> list[str]:
        """End those that were approved and are not being done yet, one or (None) all; their codes."""
        ...

    async def begin(self, proposal: ShopProposal) -> None:
        """A locked one is being done from now on, for the length of the lease."""
        ...


class DeedBook(Protocol):
    """Proposals of every tenant, for who carries them out."""

    async def to_do(self) -> Sequence[ShopProposal]:
        """Approved ones whose time has come, oldest first."""
        ...

    async def unclear(self) -> Sequence[ShopProposal]:
        """Those nobody knows the end of, to be asked about now; whose process went away is among them."""
        ...

    async def to_check(self) -> Sequence[ShopProposal]:
        """Invitations that wait for a decision and were not held against the platform for a while."""
        ...

    async def noted(self, proposal: ProposalId, reason: Flag | None, *, rest: timedelta) -> None:
        """What stands against one that waits for a decision, if anything; not to be looked at again before `rest`."""
        ...

    async def settle(
        self, proposal: ProposalId, to: DeedState, *, reason: Flag | None = None, outcome: str = "",
        rest: timedelta = timedelta(0),
    ) -> bool:  # fmt: skip
        """How a try ended; `rest`: not looked at before. False where it had moved on."""
        ...


class DeedWork(Protocol):
    """A transaction across tenants that reaches proposals."""

    @property
    def now(self) -> datetime:
        """The workspace's clock at the beginning of the transaction, UTC."""
        ...

    @property
    def deeds(self) -> DeedBook:
        """Proposals of all."""
        ...

    async def defer(self, job: Job) -> None:
        """Queue a job in this transaction."""
        ...
