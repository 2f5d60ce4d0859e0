"""Products as they were before; one that was added stays, for drafts may name it."""

from collections.abc import Sequence

from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import ProductId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.products.keeping import fields_of, snapshot


async def changed_product(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where the product was changed since."""
    needs(unit, Role.OPERATOR)
    (change,) = changes
    before = change.before or {}
    product = await unit.products.by_id(ProductId(change.row))
    if product is None or snapshot(product) != change.after:
        raise Conflict("undo_changed_since", what=str(before.get("name", "")))
    await unit.products.save(product, fields_of(before), brand=product.brand)
    return texts.say("undo_product", unit.scope.lang, name=str(before["name"]))


async def added_product(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict: nothing is deleted."""
    del unit, texts
    raise Conflict("undo_product_added", name=str((changes[0].after or {}).get("name", "")))
