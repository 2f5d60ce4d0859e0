"""How a shop's affiliate orders are asked for: by when they were placed, three months at most, page by page."""

from dataclasses import dataclass
from typing import Final

from evals.emulators.tiktok_shop.asked import Asked
from evals.emulators.tiktok_shop.errors import ApiError, Code
from evals.emulators.tiktok_shop.orders import DAY, Order, SkuOrder, share
from evals.emulators.tiktok_shop.platform import Platform
from evals.emulators.tiktok_shop.wire import Json, Part, read, whole

MOST: Final = 100
FIRST_VERSION, FIRST_MOST = "202405", 50
THREE_MONTHS: Final = 89 * int(DAY)  # the shortest there are
_WHOLE_UNITS: Final = frozenset({"VND", "IDR", "JPY"})
_AGREEMENTS: Final = {
    "open": "open_collaboration_id", "target": "target_collaboration_id", "campaign": "campaign_id",
}  # fmt: skip


class _Search(Part):
    create_time_ge: int | None = None
    create_time_lt: int | None = None
    program_id: str | None = None


class _NoFilter(Part):
    pass


@dataclass(slots=True)
class Selling:
    """Affiliate orders of shops."""

    platform: Platform

    def search(self, asked: Asked) -> Json:
        """One page of SKU orders, those of one order together. Raises ApiError 36009004."""
        is_first = asked.version == FIRST_VERSION
        size = whole(asked.query, "page_size", 20, most=FIRST_MOST if is_first else MOST)
        if is_first:
            read(_NoFilter, asked.body)
        body = read(_Search, asked.body)
        begin, end = self._span(body, asked)
        start = _place(asked.query.get("page_token", ""), body)
        found = [
            (order, sold)
            for order, sold in self.platform.orders.of(asked.shop_of())
            if begin <= int(order.placed) < end and _fits(sold, body)
        ]
        page = found[start : start + size]
        more = start + size < len(found)
        return {
            "total_count": len(found),
            "orders": self._grouped(page),
            "next_page_token": f"{_key(body)}|{start + size}" if more else "",
        }

    def _span(self, body: _Search, asked: Asked) -> tuple[int, int]:
        """Neither given: the last three months; the upper one alone: from the shop's beginning."""
        now = int(self.platform.clock.now)
        end = now + 1 if body.create_time_lt is None else body.create_time_lt
        begin = body.create_time_ge
        if begin is None and body.create_time_lt is None:
            begin = end - THREE_MONTHS
        if begin is None:
            begin = min((int(order.placed) for order, _ in self.platform.orders.of(asked.shop_of())), default=end)
        if begin < 0 or end < begin:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: create_time_ge")
        if end - begin > THREE_MONTHS:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: the time range exceeds 3 months")
        days = self.platform.rules.order_days
        if days and begin < now - days * DAY:
            raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: create_time_ge is too early")
        return begin, end

    def _grouped(self, page: list[tuple[Order, SkuOrder]]) -> list[Json]:
        rows: dict[str, Json] = {}
        for order, sold in page:
            row = rows.setdefault(
                order.id,
                {
                    "id": order.id,
                    "create_time": int(order.placed),
                    "delivery_time": int(order.delivered),
                    "skus": [],
                },
            )
            row["skus"].append(self._sku(order, sold))
        return list(rows.values())

    def _sku(self, order: Order, sold: SkuOrder) -> Json:
        status = self.platform.orders.status(order, sold)
        is_over = status in ("SETTLED", "INELIGIBLE")
        estimated = sold.price * sold.pieces
        actual = sold.price * (sold.pieces - sold.refunded)
        row: Json = {
            "sku_id": sold.sku,
            "product_id": sold.product,
            "quantity": sold.pieces,
            "price": _money(sold.price, order.currency),
            "creator_username": sold.creator.username if sold.creator is not None else "",
            "content_type": sold.content_type,
            "content_id": sold.content,
            _AGREEMENTS[sold.agreement]: sold.agreed,
            "commission_model": "Fixed commission",
            "commission_tier_setting": "-",
            "commission_rate": sold.rate,
            "partner_commission_rate": sold.partner_rate,
            "shop_ads_commission_rate": sold.ads_rate,
            "estimated_commission_base": _shown(estimated, order.currency),
            "actual_commission_base": _shown(actual, order.currency) if is_over else "",
            "settlement_status": status,
            "fully_return": "Yes" if sold.refunded == sold.pieces else "No",
            "is_carousel": False,
        }
        paid = {
            "paid_commission": sold.rate,
            "paid_partner_commission": sold.partner_rate,
            "paid_shop_ads_commission": sold.ads_rate,
            "cofunded_creator_bonus_amount": 0,
        }
        for name, rate in paid.items():
            row[f"estimated_{name}"] = _money(share(estimated, rate), order.currency)
            row[f"actual_{name}"] = _money(share(actual, rate) if is_over else None, order.currency)
        return row


def _fits(sold: SkuOrder, body: _Search) -> bool:
    return body.program_id is None or (sold.agreement == "campaign" and sold.agreed == body.program_id)


def _key(body: _Search) -> str:
    return f"{body.create_time_ge}|{body.create_time_lt}|{body.program_id}"


def _place(token: str, body: _Search) -> int:
    """Where a page begins; its token is good for the very question it was given for."""
    if not token:
        return 0
    key, _, place = token.rpartition("|")
    if key != _key(body) or not place.isdecimal():
        raise ApiError(Code.BAD_PARAMETER, "Invalid parameter: page_token")
    return int(place)


def _money(minor: int | None, currency: str) -> Json:
    return {"amount": "" if minor is None else _decimal(minor, currency), "currency": currency}


def _decimal(minor: int, currency: str) -> str:
    return str(minor) if currency in _WHOLE_UNITS else f"{minor // 100}.{minor % 100:02d}"


def _shown(minor: int, currency: str) -> str:
    """An amount as a reader of the country sees it."""
    plain = f"{minor:,}" if currency in _WHOLE_UNITS else f"{minor // 100:,}.{minor % 100:02d}"
    swapped = plain.translate(str.maketrans(",.", ".,"))
    return {"EUR": f"{swapped} €", "VND": f"₫{swapped}", "GBP": f"£{plain}"}.get(currency, f"${plain}")
