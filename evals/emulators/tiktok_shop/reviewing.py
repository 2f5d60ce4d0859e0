"""What a shop does with sample applications: finds them, and says yes or no once."""

from dataclasses import dataclass

from pydantic import Field

from evals.emulators.tiktok_shop.applications import SHIP_DAYS, Application
from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.platform import DAY, Platform
from evals.emulators.tiktok_shop.wire import Json, Part, read, whole

REASONS = "^(NOT_MATCH|OFFLINE|OUT_OF_STOCK|OTHER)$"


class _Search(Part):
    status: str | None = None
    product_id: str | None = None
    order_id: str | None = None
    title: str | None = None
    username: str | None = None
    creator_user_oepn_id: str | None = None
    target_collabration_id: str | None = None


class _Review(Part):
    review_result: str = Field(pattern="^(APPROVE|REJECT)$")
    reject_reason: str | None = Field(default=None, pattern=REASONS)


@dataclass(slots=True)
class Reviewing:
    """Sample applications of shops."""

    platform: Platform

    def search(self, asked: Asked) -> Json:
        """One page, the newest first."""
        body = read(_Search, asked.body)
        size = whole(asked.query, "page_size", 20)
        start = whole(asked.query, "page_token", 0, least=0, most=10**9) if asked.query.get("page_token") else 0
        found = [one for one in self.platform.applications.of(asked.shop_of()) if _fits(one, body)]
        more = start + size < len(found)
        return {
            "total_count": len(found),
            "sample_applications": [self._row(one) for one in found[start : start + size]],
            "next_page_token": str(start + size) if more else "",
        }

    def review(self, asked: Asked) -> Json:
        """Approved it becomes an order; only one that waits can be reviewed. Raises ApiError 36009004."""
        body = read(_Review, asked.body)
        one = self.platform.applications.one(asked.shop_of(), asked.path["application_id"])
        if one is None:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: application_id")
        if body.review_result == "REJECT" and body.reject_reason is None:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: reject_reason")
        if one.status != "PENDING":
            raise ApiError(Code.BAD_PARAMETER, "The sample application cannot be reviewed any more")
        one.reject_reason = body.reject_reason or ""
        approved = body.review_result == "APPROVE"
        self.platform.applications.move(one, "AWAITING_SHIPMENT" if approved else "REJECT_CANCELLED")
        return {}

    def _row(self, one: Application) -> Json:
        ship = (
            {"shipment_expiration_time": int(one.since + SHIP_DAYS * DAY)} if one.status == "AWAITING_SHIPMENT" else {}
        )
        return ship | {
            "id": one.id,
            "status": one.status,
            "fulfillment_status": one.fulfilment,
            "approve_expiration_time": int(one.review_until),
            "order_id": one.order,
            "tracking_number": one.tracking,
            "commission_rate": f"{one.rate / 10_000:.2f}",
            "available_quantity": 10,
            "is_approvable": one.status == "PENDING",
            "disapprovable_reasons": [],
            "creator": {
                "creator_open_id": one.creator.open_id,
                "username": one.creator.username,
                "nickname": one.creator.nickname,
                "follower_count": one.creator.followers,
                "fulfillment_percentage": f"{one.creator.post_rate / 100:.2f}" if one.creator.precise else "",
                "content_count": 12 if one.creator.precise else "",
            },
            "product": {
                "id": one.product,
                "title": one.shop.products.get(one.product, ""),
                "sku_id": f"{one.product}1",
                "sku_name": "Default",
            },
        }


def _fits(one: Application, body: _Search) -> bool:
    return (
        body.status in (None, one.status)
        and body.product_id in (None, one.product)
        and body.order_id in (None, one.order)
        and body.creator_user_oepn_id in (None, one.creator.open_id)
        and (body.title or "").lower() in one.shop.products.get(one.product, "").lower()
        and (body.username or "").lower() in one.creator.username.lower()
    )
