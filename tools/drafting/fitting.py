"""Which of several products a creator is offered: the one that their own words and their usual price fit best. Pure.

A product of a category of theirs fits, and so does one whose words (its name in both languages, what its Chinese name
means in English, its selling points) they use themselves: in bio, captions, hashtags. A word of the name counts more
than one of a selling point. With equal words the product near the price they usually sell at is theirs; where nothing
tells them apart, chance decides, the same way each time.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from memory.domain.creator import Creator
from memory.domain.offer import Product
from prompts.words import entries
from tools.creator_search.gloss import in_english
from tools.drafting.wording import has_han, side_of

_WORDS = re.compile(r"[a-z]{3,}|[\u3400-\u9fff]+")
_OF_NAME, _OF_KIND, _OF_POINT = 3, 3, 1
_LONG = 6  # letters: within other words too (#mylitterbox)
_FACTOR = 2  # within twice or half of the usual price
_COMMON = frozenset({"the", "and", "for", "with", "new", "set", "our", "you", "your", "pro", "mini", "plus", "pack"})


@dataclass(frozen=True, slots=True)
class _Word:
    """A word to look for: long and Chinese ones anywhere, others where a word begins (#catsoftiktok says cat)."""

    text: str
    anywhere: bool


@dataclass(frozen=True, slots=True)
class _Known:
    """A product with the words that speak for it and the categories that its name means."""

    product: Product
    name: tuple[_Word, ...]
    points: tuple[_Word, ...]
    kinds: frozenset[str]


def fitting(products: Sequence[Product]) -> Callable[[Creator], Product]:
    """What says of a creator which of these products, at least one, fits them best."""
    known = [_known(product) for product in products]

    def product_for(creator: Creator) -> Product:
        if len(products) == 1:
            return products[0]
        facts = creator.facts
        said = " ".join([facts.bio, *facts.captions, *facts.hashtags]).casefold()
        begun = f" {' '.join(_WORDS.findall(said))}"

        def worth(one: _Known) -> tuple[int, int, bytes]:
            words = _OF_NAME * _heard(one.name, said, begun) + _OF_POINT * _heard(one.points, said, begun)
            kinds = _OF_KIND * len(one.kinds.intersection(facts.categories))
            lot = sha256(f"{creator.id}|{one.product.id}".encode()).digest()
            return words + kinds, _usual_price(creator, one.product), lot

        return max(known, key=worth).product

    return product_for


def _known(product: Product) -> _Known:
    chinese, foreign = side_of(product.name, "zh"), side_of(product.name, "en")
    names = (chinese, foreign, in_english(chinese))
    return _Known(product, _words(names), _words(product.selling_points), _kinds(names))


def _words(texts: Sequence[str]) -> tuple[_Word, ...]:
    """Each once; "cats" looks for cat."""
    words = {word.rstrip("s") for text in texts for word in _WORDS.findall(text.casefold())} - _COMMON
    return tuple(_Word(word, has_han(word) or len(word) >= _LONG) for word in sorted(words))


def _kinds(names: Sequence[str]) -> frozenset[str]:
    """The categories that a product's name speaks of."""
    said = f" {' '.join(names)} ".casefold()
    return frozenset(
        slug
        for slug, entry in entries("categories").items()
        if any(word in said for word in entry.zh) or any(f" {word} " in said for word in entry.en)
    )


def _heard(words: Sequence[_Word], said: str, begun: str) -> int:
    """How many of the words are said."""
    return sum(word.text in said if word.anywhere else f" {word.text}" in begun for word in words)


def _usual_price(creator: Creator, product: Product) -> int:
    """1 within a factor of two of what they usually sell, 0 beyond it or unknown."""
    usual, price = creator.facts.avg_price, product.price
    if usual is None or price is None or usual.currency != price.currency or not usual.middle.minor:
        return 0
    return int(price.minor <= _FACTOR * usual.middle.minor <= _FACTOR * _FACTOR * price.minor)
