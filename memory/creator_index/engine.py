"""What the index needs of a vector engine. Requests are `qdrant_client.models`; answers are our own small nouns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from qdrant_client import models


@dataclass(frozen=True, slots=True)
class Found:
    """One point. `score` is a similarity or, in an ordered request, of no meaning; `payload` holds what was asked."""

    id: int
    score: float
    payload: Mapping[str, object] = field(default_factory=dict)

    def number(self, name: str) -> int | None:
        """A payload integer; None when the point has none."""
        value = self.payload.get(name)
        return value if isinstance(value, int) else None


@dataclass(frozen=True, slots=True)
class Stored:
    """A point read back."""

    id: int
    vector: Sequence[float]
    tenant: str


class Engine(Protocol):
    """Stores points and answers requests. Ids are whole numbers."""

    @property
    def name(self) -> str:
        """What `daren doctor` calls it."""
        ...

    async def query(self, requests: Sequence[models.QueryRequest]) -> list[list[Found]]:
        """Answer requests in order."""
        ...

    async def count(self, filters: Sequence[models.Filter]) -> list[int]:
        """Count exactly, in order."""
        ...

    async def read(self, point: int) -> Stored | None:
        """Read one point back with its meaning; None when there is none."""
        ...

    async def upsert(self, points: Sequence[models.PointStruct]) -> None:
        """Add or replace points; visible to the next request."""
        ...

    async def delete(self, points: Sequence[int]) -> None:
        """Forget points; unknown ids are no error."""
        ...

    async def size(self) -> int:
        """How many points there are."""
        ...
