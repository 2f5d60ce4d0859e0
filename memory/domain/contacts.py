"""New contacts of a week: creators a brand writes to who never wrote back, each counted once from Sunday to Sunday."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from memory.domain.ids import CreatorId


@dataclass(frozen=True, slots=True)
class ContactWeek:
    """How many a brand has used since the week began, and which of the creators asked about would each use one.

    `promised`: creators to whom an approved message waits that would use one, and when it is due: this week or later.
    """

    used: int
    new: frozenset[CreatorId]
    promised: Mapping[CreatorId, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Contacts:
    """What is left of a week (None: no limit), whom it is needed for, and when it is counted anew."""

    left: int | None
    new: frozenset[CreatorId]
    again_at: datetime

    def bars(self, creator: CreatorId) -> bool:
        """Whether a message to a creator would be one contact too many."""
        return self.left is not None and self.left <= 0 and creator in self.new

    def after(self, creator: CreatorId) -> "Contacts":
        """What is left once a creator is written to; a second message in the same week costs nothing."""
        if self.left is None or creator not in self.new:
            return self
        return replace(self, left=self.left - 1, new=self.new - {creator})
