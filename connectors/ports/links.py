"""What the public address of tracking links is handed: where a code leads. Satisfied by `agent/following.py`."""

from typing import Protocol

from memory.domain.clicks import Visitor


class Followed(Protocol):
    """Leads strangers on."""

    async def follow(self, code: str, visitor: Visitor | None) -> str | None:
        """Where a code leads, its visitor counted (None: a machine, not counted); None where it leads nowhere.

        Raises Unavailable (retryable).
        """
        ...
