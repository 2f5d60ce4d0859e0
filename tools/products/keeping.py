"""A product added or changed by a person, with what it was before, so that it can be undone."""

from collections.abc import Mapping
from typing import Any

from memory.domain.ids import BrandId
from memory.domain.money import Money
from memory.domain.offer import Product
from memory.domain.stores import Unit

ADDED = "product.added"
CHANGED = "product.changed"


async def keep_product(unit: Unit, present: Product | None, fields: Mapping[str, object], *, brand: BrandId) -> Product:
    """Save and write down. Raises as `ProductStore.save`."""
    before = snapshot(present) if present else None
    saved = await unit.products.save(present, fields, brand=brand)
    after = snapshot(saved)
    if after != before:
        await unit.audit.record(CHANGED if before else ADDED, subject=f"product:{saved.id}", before=before, after=after)
    return saved


def snapshot(product: Product) -> dict[str, Any]:
    """A product JSON-shaped."""
    return {
        "name": product.name,
        "link": product.link,
        "price": [product.price.minor, product.price.currency] if product.price else None,
        "selling_points": list(product.selling_points),
        "commission_ceiling_bp": product.commission_ceiling_bp,
        "sample": product.sample,
    }


def fields_of(kept: Mapping[str, Any]) -> dict[str, object]:
    """A snapshot as fields to save."""
    price = kept["price"]
    return {
        **kept,
        "price": Money(price[0], price[1]) if price else None,
        "selling_points": tuple(kept["selling_points"]),
    }
