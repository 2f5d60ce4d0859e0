"""Sparse vectors of names: handles, display names, hashtags and brand words, matched exactly and never by meaning."""

import re
import unicodedata
import zlib
from collections.abc import Iterable
from dataclasses import dataclass

WHOLE = 3.0
PART = 1.0
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\u0e00-\u0e7f]")
_SHORTEST_PART = 3


@dataclass(frozen=True, slots=True)
class NameVector:
    """Hashed name tokens and their weights, in ascending order of hash, each hash once."""

    indices: tuple[int, ...]
    values: tuple[float, ...]

    @property
    def is_empty(self) -> bool:
        """Whether no token was found."""
        return not self.indices


def name_vector(names: Iterable[str]) -> NameVector:
    """Hash whole names (strong) and their parts (weak); the same function serves entries and questions."""
    weights: dict[int, float] = {}
    for token, weight in (pair for name in names for pair in _tokens(name)):
        place = zlib.crc32(token.encode())
        weights[place] = max(weight, weights.get(place, 0.0))
    ordered = sorted(weights.items())
    return NameVector(tuple(place for place, _ in ordered), tuple(weight for _, weight in ordered))


def _tokens(name: str) -> Iterable[tuple[str, float]]:
    plain = unicodedata.normalize("NFKC", name).strip().lstrip("@#")
    whole = "".join(_PARTS.findall(plain)).casefold()
    if not whole:
        return
    yield whole, WHOLE
    for part in _PARTS.findall(_CAMEL.sub(" ", plain)):
        folded = part.casefold()
        if len(folded) >= _SHORTEST_PART and not folded.isdigit():
            yield folded, PART
        if _CJK.search(folded):
            yield from ((folded[at : at + 2], PART) for at in range(len(folded) - 1))
