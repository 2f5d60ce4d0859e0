"""Where drafts were shown outside our own pages: who read them there, who is told when they are decided elsewhere."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from memory.domain.ids import BatchId, BrandId, MemberId, PresentationId
from memory.domain.places import Place


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A chat in which drafts of a batch stand that were not all decided when it last was told. `numbers`: of them."""

    id: int
    place: Place
    numbers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Standing:
    """A text as a chat was last sent it. `member`: who asked for it; `in_full`: word for word."""

    number: int
    digest: str
    in_full: bool
    member: MemberId


class CardPlaceStore(Protocol):
    """Cards in chats outside, of one scope."""

    async def keep(self, place: Place, presentation: PresentationId) -> None:
        """The full texts of a presentation stand in this chat. Idempotent."""
        ...

    async def shown(self, batch: BatchId, place: Place) -> Sequence[Standing]:
        """Each number of a batch as it was last sent to this chat, whoever asked for it, by number."""
        ...

    async def batches(self, place: Place) -> Sequence[str]:
        """Codes of batches with a card in this chat that is not all decided, newest first; ten at most."""
        ...

    async def batch_of(self, place: Place, presentation: PresentationId) -> str | None:
        """The batch of a presentation that stands in this chat, whoever asked for it."""
        ...

    async def open(self, batch: BatchId) -> Sequence[OpenCard]:
        """Cards of a batch that are not all decided, oldest first."""
        ...

    async def close(self, cards: Collection[int]) -> None:
        """Everything on these is decided."""
        ...

    async def tell(
        self, place: Place, *, brand: BrandId, batch: str, by: str, approved: str, rejected: str, over: bool
    ) -> None:
        """Post one line there about a decision that was taken elsewhere, if and when this transaction commits.

        `over`: nothing on the batch's cards there waits any more.
        """
        ...
