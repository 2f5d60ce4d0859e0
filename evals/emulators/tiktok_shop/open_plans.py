"""What any creator may sell of a shop: products with their rates, as a search lists them."""

from dataclasses import dataclass
from typing import Final

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.wire import Json, Part, read, whole

MOST: Final = 100


class _Search(Part):
    keyword: str = ""
    keyword_type: str = ""
    top_level_category_id: str = ""


@dataclass(slots=True)
class OpenPlans:
    """Open collaborations of shops."""

    platform: Platform

    def search(self, asked: Asked) -> Json:
        """One page, in the order they were made. Raises ApiError 36009004."""
        shop, body = asked.shop_of(), read(_Search, asked.body)
        if body.keyword and body.keyword_type not in ("PRODUCT_ID", "PRODUCT_NAME"):
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: keyword_type")
        size = whole(asked.query, "page_size", MOST, most=MOST)
        start = whole(asked.query, "page_token", 0, least=0, most=10**9) if asked.query.get("page_token") else 0
        found = [
            (product, rate)
            for product, rate in shop.open_rates.items()
            if body.keyword in (product, "") or body.keyword.lower() in shop.products.get(product, "").lower()
        ]
        more = start + size < len(found)
        return {
            "total_count": len(found),
            "open_collaborations": [
                {
                    "id": f"8{product}",
                    "status": "NORMAL",
                    "product": {"id": product, "title": shop.products.get(product, ""), "status": "LIVE"},
                    "current_commission": {"rate": rate, "start_time": int(self.platform.start), "end_time": 0},
                    "showcase_creator_count": 0,
                    "content_creator_count": 0,
                }
                for product, rate in found[start : start + size]
            ],
            "next_page_token": str(start + size) if more else "",
        }
