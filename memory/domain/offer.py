"""What is sold and what is offered to a creator for selling it."""

from dataclasses import dataclass

from memory.domain.ids import BrandId, ProductId
from memory.domain.money import Money


@dataclass(frozen=True, slots=True)
class Product:
    """A product of one brand. `commission_ceiling_bp` None: no ceiling of its own."""

    id: ProductId
    brand: BrandId
    name: str
    link: str | None = None
    price: Money | None = None
    selling_points: tuple[str, ...] = ()
    commission_ceiling_bp: int | None = None
    sample: bool | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """What one message offers. Everything said in a draft must be here, in the profile or in the product."""

    commission_bp: int | None = None
    flat_fee: Money | None = None
    free_sample: bool = False
