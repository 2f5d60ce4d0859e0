"""Which product a message is about: named, the only one, or asked for. Never guessed."""

from collections.abc import Sequence

from rapidfuzz import fuzz, process

from memory.domain.errors import BadRequest
from memory.domain.offer import Product
from tools.drafting.wording import side_of

_SURE, _AHEAD = 80, 8


def product_meant(products: Sequence[Product], name: str | None) -> Product:
    """The product meant.

    Raises BadRequest: "no_products" (the brand has none), "which_product" with the products to choose from.
    """
    if not products:
        raise BadRequest("no_products")
    if not name or not name.strip():
        if len(products) == 1:
            return products[0]
        raise _ask(products)
    wanted = name.strip().casefold()
    exact = [product for product in products if wanted in _names(product)]
    if len(exact) == 1:
        return exact[0]
    holding = [product for product in products if any(wanted in written for written in _names(product))]
    if len(holding) == 1:
        return holding[0]
    best = _closest(holding or products, wanted)
    if best is None:
        raise _ask(products)
    return best


def products_meant(products: Sequence[Product], names: Sequence[str]) -> tuple[Product, ...]:
    """Several by name, each once; without a name the only one there is. Raises as `product_meant`."""
    found = [product_meant(products, name) for name in names] or [product_meant(products, None)]
    return tuple({product.id: product for product in found}.values())


def _closest(products: Sequence[Product], wanted: str) -> Product | None:
    scores = sorted(
        ((_score(product, wanted), place) for place, product in enumerate(products)), key=lambda scored: -scored[0]
    )
    first = scores[0]
    second = scores[1][0] if len(scores) > 1 else 0.0
    return products[first[1]] if first[0] >= _SURE and first[0] - second >= _AHEAD else None


def _score(product: Product, wanted: str) -> float:
    found = process.extractOne(wanted, _names(product), scorer=fuzz.token_set_ratio)
    return float(found[1])


def _names(product: Product) -> list[str]:
    return [product.name.casefold(), *(side_of(product.name, language).casefold() for language in ("en", "zh"))]


def _ask(products: Sequence[Product]) -> BadRequest:
    return BadRequest("which_product", products="、".join(product.name for product in products[:10]))
