"""One call, read and let through: who asks for which shop, and with what."""

from dataclasses import dataclass, field

from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.sellers import Seller, Shop
from evals.emulators.tiktok_shop.wire import Json


@dataclass(frozen=True, slots=True)
class Asked:
    """`path` holds what the path names, `version` its six digits; `shop` None where no shop is named."""

    seller: Seller
    shop: Shop | None
    version: str
    query: dict[str, str]
    body: Json = field(default_factory=dict)
    path: dict[str, str] = field(default_factory=dict)

    def shop_of(self) -> Shop:
        """The shop. Raises ApiError 106013 without one."""
        if self.shop is None:
            raise ApiError(Code.NO_CIPHER)
        return self.shop
