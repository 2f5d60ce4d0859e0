"""Which of several products a creator is offered: the one that their own words and their usual price fit best. Pure.

A product of a category of theirs fits, and so does one whose words (its name in both languages, what its Chinese name
means in English, its selling points) they use themselves: in bio, captions, hashtags. A word of the name counts more
than one of a selling point. With equal words the product near the price they usually sell at is theirs; where nothing
tells them apart, chance decides, the same way each time.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

from memory.domain.creator import Creator
from memory.domain.offer import Product
from prompts.words import entries
from tools.creator_search.gloss import in_english
from tools.drafting.wording import has_han, side_of

_WORD = re.compile(r"[a-z]{3,}|[\u3400-\u9fff]+")
_OF_NAME, _OF_KIND, _OF_POINT = 3, 3, 1
_LONG = 6  # letters: within other words too (#mylitterbox)
_FACTOR = 2  # within twice or half of the usual price
_COMMON = frozenset({"the", "and", "for", "with", "new", "set", "our", "you", "your", "pro", "mini", "plus", "pack"})


def product_for(creator: Creator, products: Sequence[Product]) -> Product:
    """The one of at least one product that fits a creator best."""
    said = _said(creator)

    def worth(product: Product) -> tuple[int, int, bytes]:
        names = _names(product)
        kinds = len(_kinds(names) & set(creator.facts.categories))
        words = _OF_NAME * _heard(names, said) + _OF_KIND * kinds + _OF_POINT * _heard(product.selling_points, said)
        lot = sha256(f"{creator.id}|{product.id}".encode()).digest()
        return words, _usual_price(creator, product), lot

    return max(products, key=worth)


def _names(product: Product) -> tuple[str, ...]:
    chinese, foreign = side_of(product.name, "zh"), side_of(product.name, "en")
    return chinese, foreign, in_english(chinese)


def _kinds(names: Sequence[str]) -> set[str]:
    """The categories that a product's name speaks of."""
    said = f" {' '.join(names)} ".casefold()
    return {
        slug
        for slug, entry in entries("categories").items()
        if any(word in said for word in entry.zh) or any(f" {word} " in said for word in entry.en)
    }


def _said(creator: Creator) -> str:
    facts = creator.facts
    return " ".join([facts.bio, *facts.captions, *facts.hashtags]).casefold()


def _heard(texts: Sequence[str], said: str) -> int:
    """How many different words of the texts are said; "cats" says cat and so does #catsoftiktok, education does not."""
    words = {word.rstrip("s") for text in texts for word in _WORD.findall(text.casefold())} - _COMMON
    begun = f" {' '.join(_WORD.findall(said))}"
    return sum(word in said if has_han(word) or len(word) >= _LONG else f" {word}" in begun for word in words)


def _usual_price(creator: Creator, product: Product) -> int:
    """1 within a factor of two of what they usually sell, 0 beyond it or unknown."""
    usual, price = creator.facts.avg_price, product.price
    if usual is None or price is None or usual.currency != price.currency or not usual.middle.minor:
        return 0
    return int(price.minor <= _FACTOR * usual.middle.minor <= _FACTOR * _FACTOR * price.minor)
