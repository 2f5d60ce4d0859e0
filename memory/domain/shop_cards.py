"""Cards that go after the text of a message over a shop: what they show, and whether that still is so. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class CardKind(StrEnum):
    """What a card shows."""

    PRODUCT = "product"
    COLLABORATION = "collaboration"
    SAMPLE = "sample"


@dataclass(frozen=True, slots=True)
class ShopCard:
    """One card. `number`: the platform's id of what it shows; `title`: how people call that.

    `rate_bp` and `gives_sample`: what a collaboration's card promised when the message was written; None of others.
    """

    kind: CardKind
    number: str
    title: str
    rate_bp: int | None = None
    gives_sample: bool | None = None


def from_card(card: ShopCard) -> dict[str, Any]:
    """JSON-shaped: what is kept, and what a digest is taken of."""
    return {
        "kind": card.kind.value, "number": card.number, "title": card.title, "rate_bp": card.rate_bp,
        "gives_sample": card.gives_sample,
    }  # fmt: skip


def to_card(kept: Mapping[str, Any]) -> ShopCard:
    """What was kept."""
    return ShopCard(
        CardKind(kept["kind"]), kept["number"], kept["title"], kept.get("rate_bp"), kept.get("gives_sample")
    )


def in_order(kinds: Sequence[CardKind]) -> tuple[CardKind, ...]:
    """Each once, in the order in which cards go."""
    return tuple(kind for kind in CardKind if kind in kinds)
