"""Protocols over products, and over what a member wants remembered for every search."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from memory.domain.ids import BrandId, ProductId
from memory.domain.offer import Product


class ProductStore(Protocol):
    """Products of the scope's brand."""

    async def all(self) -> list[Product]:
        """Every product, newest first."""
        ...

    async def by_id(self, product: ProductId) -> Product | None:
        """One product."""
        ...

    async def save(self, product: Product | None, fields: Mapping[str, object], *, brand: BrandId) -> Product:
        """Add (`product` None) or change one; `fields` are attribute names of Product. Raises BadRequest."""
        ...


@dataclass(frozen=True, slots=True)
class Preference:
    """Something a member asked to be remembered, in their words, and the search criteria it means."""

    id: int
    text: str
    criteria: dict[str, object]


class PreferenceStore(Protocol):
    """What a member wants applied to every search of theirs."""

    async def all(self) -> list[Preference]:
        """The scope member's preferences, oldest first."""
        ...

    async def add(self, text: str, criteria: Mapping[str, object]) -> Preference:
        """Remember one; a same text replaces."""
        ...

    async def forget(self, preference: int) -> None:
        """Forget one."""
        ...
