"""Protocol over what came of the messages sent."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from memory.domain.funnel import Group, Grouping
from memory.domain.performance import Filters


@dataclass(frozen=True, slots=True)
class Sent:
    """Which messages are counted: those that went from `since` until before `until`. Content is no filter of them."""

    since: datetime
    until: datetime
    filters: Filters = field(default_factory=Filters)


class FunnelStore(Protocol):
    """Counts over the ledger of what was sent."""

    async def counts(self, sent: Sent, *, by: Grouping | None) -> list[Group]:
        """Creators by group, each counted once in a group; without `by` one group of all, of nobody if none was.

        An answer belongs to the message it answers, a post to every message before it. Groups in the order of what
        they have in common (hours, rounds), templates and languages the most used first.
        """
        ...
