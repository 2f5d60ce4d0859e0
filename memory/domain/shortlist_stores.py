"""The Protocol over shortlists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from memory.domain.creator import Reason, Shortlist
from memory.domain.ids import ConversationId, CreatorId, ShortlistId


@dataclass(frozen=True, slots=True)
class NewShortlistItem:
    """A row to keep."""

    creator: CreatorId
    reasons: tuple[Reason, ...]
    possible: bool = False


class ShortlistStore(Protocol):
    """Shortlists; the newest made or opened in a conversation is its current one."""

    async def add(
        self,
        conversation: ConversationId,
        items: Sequence[NewShortlistItem],
        *,
        total: int,
        criteria: Mapping[str, object],
        name: str | None = None,
    ) -> ShortlistId:
        """Keep a shortlist and make it the conversation's current one."""
        ...

    async def current(self, conversation: ConversationId) -> Shortlist | None:
        """The conversation's current shortlist with its creators."""
        ...

    async def by_id(self, shortlist: ShortlistId) -> Shortlist | None:
        """One shortlist of the scope."""
        ...

    async def by_name(self, name: str) -> Shortlist | None:
        """The newest saved under a name (any case, surrounding space ignored)."""
        ...

    async def named(self) -> list[Shortlist]:
        """Saved shortlists, newest first, without their items."""
        ...

    async def open(self, conversation: ConversationId, shortlist: ShortlistId) -> None:
        """Make a saved shortlist the conversation's current one."""
        ...
