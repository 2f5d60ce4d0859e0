"""Creators for index tests, a plain reference of what the filters mean, and an embedder without a model."""

import hashlib
import math
from collections.abc import Sequence
from datetime import UTC, datetime

from memory.domain.creator import Bounds, CreatorQuery, IndexEntry
from memory.domain.ids import CreatorId, TenantId
from memory.domain.money import Span

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
OURS = TenantId(1)
THEIRS = TenantId(2)


class WordEmbedder:
    """Hashes words into a few directions: texts that share words are alike."""

    def __init__(self, model: str = "words", dimension: int = 32) -> None:
        self._model = model
        self._dimension = dimension

    @property
    def model(self) -> str:
        return self._model

    @property
    def dimension(self) -> int:
        return self._dimension

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        return [self._vector(text) for text in texts]

    def _vector(self, text: str) -> list[float]:
        vector = [0.001] * self._dimension
        for word in text.casefold().split():
            place = int.from_bytes(hashlib.sha256(word.strip(".,!?").encode()).digest()[:4]) % self._dimension
            vector[place] += 1.0
        length = math.sqrt(sum(part * part for part in vector))
        return [part / length for part in vector]


def entry(
    number: int,
    text: str = "cats",
    *,
    tenant: TenantId | None = OURS,
    handle: str | None = None,
    hashtags: tuple[str, ...] = (),
    market: str | None = "US",
    categories: tuple[str, ...] = (),
    numbers: dict[str, Span] | None = None,
    has_email: bool = False,
    last_active_at: datetime | None = None,
    languages: tuple[str, ...] = ("en",),
    content: str | None = None,
) -> IndexEntry:
    """A creator, with what a test does not care for filled in."""
    return IndexEntry(
        id=CreatorId(number),
        tenant=tenant,
        handle=handle or f"creator_{number}",
        name=f"Creator {number}",
        text=text,
        hashtags=hashtags,
        market=market,
        languages=languages,
        categories=categories,
        numbers=numbers or {},
        content=content,
        audience_gender=None,
        audience_age=None,
        has_email=has_email,
        last_active_at=last_active_at,
        updated_at=NOW,
    )


def satisfies(one: IndexEntry, query: CreatorQuery, *, tenant: TenantId) -> bool:
    """What a filter means, written as plainly as possible."""
    return (
        one.tenant in (None, tenant)
        and (not query.markets or one.market in query.markets)
        and (not query.categories or bool({*one.categories} & {*query.categories}))
        and (not query.languages or bool({*one.languages} & {*query.languages}))
        and (query.content is None or one.content == query.content)
        and (query.has_email is None or one.has_email == query.has_email)
        and (query.active_since is None or (one.last_active_at or LONG_AGO) >= query.active_since)
        and (query.only_ids is None or one.id in query.only_ids)
        and one.id not in query.exclude_ids
        and all(name not in one.numbers for name in query.unknown)
        and all(
            within(one.numbers.get(name), bounds, strict=query.strict)
            for name, bounds in query.bounds.items()
            if name not in query.unknown
        )
    )


def within(span: Span | None, bounds: Bounds, *, strict: bool) -> bool:
    """Strict: the whole range lies inside; otherwise some of it does. Unknown satisfies no bound."""
    if bounds == Bounds():
        return True
    if span is None:
        return False
    nearest_low, nearest_high = (span.low, span.high) if strict else (span.high, span.low)
    return (bounds.low is None or nearest_low >= bounds.low) and (bounds.high is None or nearest_high <= bounds.high)
