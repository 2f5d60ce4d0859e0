"""Products of the brand: list, add, change."""

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.offer import Product
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.products.fields import Amount, parse_amount, parse_link, parse_share
from tools.products.keeping import keep_product


class ProductsArgs(Arguments):
    """`price` as typed ("29.9", "$29.90", "29.9美金"); `commission_ceiling` a fraction 0-1."""

    action: Literal["list", "add", "change"]
    name: str | None = Field(default=None, max_length=200)
    link: str | None = Field(default=None, max_length=1000)
    price: Amount | None = None
    selling_points: tuple[str, ...] = Field(default=(), max_length=12)
    commission_ceiling: float | None = None
    sample: bool | None = None


@dataclass(frozen=True, slots=True)
class ProductsShown:
    """The brand's products; `changed` is the one added or changed by this call."""

    products: tuple[Product, ...]
    changed: Product | None = None
    added: bool = False


def products(units: Units) -> Tool[ProductsArgs]:
    """List, add or change the brand's products."""

    async def run(args: ProductsArgs, turn: TurnContext) -> ProductsShown:
        """Raises BadRequest for what cannot be read or found, NotAllowed for a viewer who changes."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            kept = await unit.products.all()
            if args.action == "list":
                return ProductsShown(tuple(kept))
            if not turn.scope.role.covers(Role.OPERATOR):
                raise NotAllowed("needs_role", role=Role.OPERATOR)
            if turn.scope.brand is None:
                raise BadRequest("choose_a_brand")
            if not args.name or not args.name.strip():
                raise BadRequest("product_needs_name")
            present = find(kept, args.name)
            if args.action == "change" and present is None:
                raise BadRequest("product_unknown", name=args.name, products="、".join(p.name for p in kept) or "-")
            fields = await _fields(args, unit)
            if not await unit.first_time(turn.occasion):
                return ProductsShown(tuple(kept), present)
            saved = await keep_product(unit, present, fields, brand=turn.scope.brand)
            return ProductsShown(tuple(await unit.products.all()), saved, added=present is None)

    about = "List the brand's products, add one, or change one by name."
    return Tool("products", Effect.CHANGES, ProductsArgs, run, about)


def find(products: list[Product], name: str) -> Product | None:
    """The product whose name is, or alone contains, what was said (any case)."""
    wanted = name.strip().casefold()
    exact = [product for product in products if product.name.casefold() == wanted]
    near = exact or [p for p in products if wanted in p.name.casefold() or p.name.casefold() in wanted]
    return near[0] if len(near) == 1 or exact else None


async def _fields(args: ProductsArgs, unit: Unit) -> dict[str, object]:
    fields: dict[str, object] = {"name": (args.name or "").strip()}
    if args.link is not None:
        fields["link"] = parse_link(args.link)
    if args.price is not None:
        brand = await unit.people.brand(unit.scope.brand) if unit.scope.brand else None
        fields["price"] = parse_amount(args.price, default_currency=brand.currency if brand else "USD")
    if args.selling_points:
        fields["selling_points"] = tuple(point.strip() for point in args.selling_points if point.strip())
    if args.commission_ceiling is not None:
        fields["commission_ceiling_bp"] = parse_share(f"{args.commission_ceiling * 100:g}%")
    if args.sample is not None:
        fields["sample"] = args.sample
    return fields
