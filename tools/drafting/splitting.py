"""Who gets which of two templates: by chance, half and half, the same again for the same batch. Pure."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

from memory.domain.ids import CreatorId

T = TypeVar("T")


def split_at_random(creators: Sequence[CreatorId], between: Sequence[T], *, seed: str) -> dict[CreatorId, T]:
    """One of `between` for each creator. Groups differ by at most one; which is the larger is chance too.

    The order of the creators does not matter: only who is in the batch, and the seed.
    """
    drawn = sorted(creators, key=lambda creator: _lot(seed, f"creator:{creator}"))
    order = sorted(range(len(between)), key=lambda place: _lot(seed, f"template:{place}"))
    return {creator: between[order[place % len(order)]] for place, creator in enumerate(drawn)}


def _lot(seed: str, of: str) -> bytes:
    return sha256(f"{seed}|{of}".encode()).digest()
