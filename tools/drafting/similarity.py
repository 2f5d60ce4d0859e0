"""How alike two drafts are: Jaccard over character 5-grams after names, product words and figures are masked.

Five characters see shared sentences, not shared vocabulary; masking keeps what every draft of a batch must say
(product, price, link, commission) from counting as sameness or, with different names, as variety.
"""

import re
from collections.abc import Sequence
from itertools import combinations

GRAM = 5
_FIGURES = re.compile(r"https?://\S+|[\d][\d.,]*\s?%?")


def masked(text: str, names: Sequence[str]) -> str:
    """Text in lower case with names and figures replaced by a mark and spaces folded."""
    lowered = text.lower()
    for name in sorted({name.lower() for name in names if name}, key=len, reverse=True):
        lowered = lowered.replace(name, "·")
    return " ".join(_FIGURES.sub("·", lowered).split())


class Vocabulary:
    """Numbers the character 5-grams of one batch, so that two texts are compared as two rows of bits."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}

    def cut(self, text: str) -> int:
        """The 5-grams of a masked text, one bit each."""
        numbers = self._numbers
        bits = bytearray((len(numbers) + len(text)) // 8 + 1)
        for start in range(max(len(text) - GRAM + 1, 1)):
            number = numbers.setdefault(text[start : start + GRAM], len(numbers))
            bits[number >> 3] |= 1 << (number & 7)
        return int.from_bytes(bits, "little")


def likeness(one: int, other: int) -> int:
    """Shared 5-grams of all of two texts cut by one vocabulary, in permille: 0 nothing alike, 1000 the same."""
    together = (one | other).bit_count()
    return round(1000 * (one & other).bit_count() / together) if together else 1000


def most_alike(texts: Sequence[str], names: Sequence[str]) -> int:
    """The likeness of the two most alike texts of a batch, in permille; 0 when there is only one."""
    vocabulary = Vocabulary()
    cut = [vocabulary.cut(masked(text, names)) for text in texts]
    return max((likeness(one, other) for one, other in combinations(cut, 2)), default=0)
