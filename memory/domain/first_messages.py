"""One person, one first message: who wrote to a creator first, whether that still counts, and a lead's passes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from memory.domain.ids import BrandId, CreatorId, DraftId, MemberId


@dataclass(frozen=True, slots=True)
class FirstContact:
    """A brand's first message to a creator: `settled` when it went out, else it may still.

    `at` is when it went, or was approved; `who` approved it, or made its batch; `zone` is the team's.
    """

    draft: DraftId
    batch_code: str
    who: str
    at: datetime
    zone: str
    settled: bool

    def bars(self, *, now: datetime, days: int) -> bool:
        """Whether no other first message may go now: this one is open, or its cool-down has not passed."""
        return not self.settled or self.at + timedelta(days=days) > now

    def facts(self) -> dict[str, str | int | float]:
        """Who, which batch and when, for a flag."""
        when = self.at.isoformat(timespec="minutes")
        return {"who": self.who, "batch": self.batch_code, "when": when, "zone": self.zone}


@dataclass(frozen=True, slots=True)
class CoolDownPass:
    """A lead's word that one creator may get one first message although the cool-down has not passed."""

    reason: str
    given_by: MemberId
    given_at: datetime


class FirstMessageStore(Protocol):
    """First messages by creator. A creator known twice under one handle (own and public) is one person."""

    async def first_contacts(
        self, creators: Sequence[CreatorId], *, brand: BrandId, but: Sequence[DraftId] = (), open_too: bool = True
    ) -> dict[CreatorId, FirstContact]:
        """The open first message to each creator (unless not `open_too`), else the last that went out.

        Drafts named in `but` do not count.
        """
        ...

    async def open_passes(self, creators: Sequence[CreatorId], *, brand: BrandId) -> dict[CreatorId, CoolDownPass]:
        """Passes that are not used up."""
        ...

    async def give_pass(self, creator: CreatorId, *, brand: BrandId, reason: str) -> CoolDownPass:
        """Give a creator a pass; one that is open keeps its place and takes the new reason."""
        ...
