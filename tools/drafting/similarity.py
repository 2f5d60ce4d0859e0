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


def grams(text: str) -> frozenset[str]:
    """The character 5-grams of a masked text."""
    return frozenset(text[start : start + GRAM] for start in range(max(len(text) - GRAM + 1, 1)))


def likeness(one: frozenset[str], other: frozenset[str]) -> int:
    """Shared 5-grams of all, in permille: 0 nothing alike, 1000 the same."""
    together = len(one | other)
    return round(1000 * len(one & other) / together) if together else 1000


def most_alike(texts: Sequence[str], names: Sequence[str]) -> int:
    """The likeness of the two most alike texts of a batch, in permille; 0 when there is only one."""
    cut = [grams(masked(text, names)) for text in texts]
    return max((likeness(one, other) for one, other in combinations(cut, 2)), default=0)
