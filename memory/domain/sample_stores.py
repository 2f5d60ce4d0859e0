"""The Protocol over the brand's samples."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from memory.domain.ids import BrandId, CreatorId, SampleId
from memory.domain.sample import Sample, SampleStatus


class SampleStore(Protocol):
    """Samples of the scope, read as they stand now. Each change recounts what its creator received and posted."""

    async def find(
        self,
        *,
        statuses: Collection[SampleStatus] = (),
        creators: Sequence[CreatorId] | None = None,
        due_before: datetime | None = None,
        limit: int = 500,
    ) -> list[Sample]:
        """At most `limit` samples, the next due first, the others newest first. `due_before`: not included."""
        ...

    async def counts(self) -> dict[SampleStatus, int]:
        """How many stand where; a status without any is absent."""
        ...

    async def next_change(self) -> datetime | None:
        """The earliest moment after now at which time alone moves one."""
        ...

    async def by_id(self, sample: SampleId) -> Sample | None:
        """One sample."""
        ...

    async def lock(self, creators: Sequence[CreatorId], *, brand: BrandId) -> list[Sample]:
        """Every sample of creators, oldest first; nobody else changes or begins one until the transaction ends."""
        ...

    async def begin(self, creator: CreatorId, *, brand: BrandId) -> Sample:
        """A new sample of a locked creator, asked for now."""
        ...

    async def save(self, sample: Sample) -> None:
        """Write a locked sample as it is. Raises NotFound."""
        ...

    async def remove(self, sample: Sample) -> None:
        """Forget a locked sample that should never have been written down."""
        ...
