"""The markets and categories Daren knows: language, currency and the main time zone of each market."""

from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

# Days a creator has from receiving a sample to posting about it.
# Source: https://seller-us.tiktok.com/university/essay?knowledge_id=5694209038927617, read 2026-11-20; no market is
# known to differ.
CONTENT_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Market:
    """One TikTok Shop market. `zone` is the zone most of its people live in, an estimate for one creator.

    `spans_zones`: whether many live by another clock. `content_days`: from the delivery of a sample until its content
    is due. `reporting_zone`: whose days its shops' sales are counted by.
    """

    code: str
    language: str
    currency: str
    zone: ZoneInfo
    reporting_zone: ZoneInfo
    content_days: int = CONTENT_DAYS
    spans_zones: bool = False


def _market(
    code: str, language: str, currency: str, zone: str, *, spans_zones: bool = False, reports: str = ""
) -> Market:
    return Market(code, language, currency, ZoneInfo(zone), ZoneInfo(reports or zone), spans_zones=spans_zones)


MARKETS: dict[str, Market] = {
    market.code: market
    for market in (
        # Seller Center of the United States counts its days on the west coast, where few of its people live.
        _market("US", "en", "USD", "America/New_York", spans_zones=True, reports="America/Los_Angeles"),
        _market("CA", "en", "CAD", "America/Toronto", spans_zones=True),
        _market("GB", "en", "GBP", "Europe/London"),
        _market("IE", "en", "EUR", "Europe/Dublin"),
        _market("DE", "de", "EUR", "Europe/Berlin"),
        _market("FR", "fr", "EUR", "Europe/Paris"),
        _market("ES", "es", "EUR", "Europe/Madrid"),
        _market("IT", "it", "EUR", "Europe/Rome"),
        _market("MX", "es", "MXN", "America/Mexico_City", spans_zones=True),
        _market("BR", "pt", "BRL", "America/Sao_Paulo", spans_zones=True),
        _market("JP", "ja", "JPY", "Asia/Tokyo"),
        _market("ID", "id", "IDR", "Asia/Jakarta", spans_zones=True),
        _market("MY", "ms", "MYR", "Asia/Kuala_Lumpur"),
        _market("TH", "th", "THB", "Asia/Bangkok"),
        _market("VN", "vi", "VND", "Asia/Ho_Chi_Minh"),
        _market("PH", "en", "PHP", "Asia/Manila"),
        _market("SG", "en", "SGD", "Asia/Singapore"),
    )
}

CATEGORIES: tuple[str, ...] = (
    "beauty", "skincare", "haircare", "fashion", "shoes_bags", "jewelry", "health", "fitness", "sports", "outdoor",
    "home", "kitchen", "cleaning", "garden", "diy", "pets", "baby", "toys", "tech", "gaming", "automotive", "food",
    "books", "stationery", "travel", "lifestyle", "comedy", "music", "education", "finance",
)  # fmt: skip


def reporting_zone(market: str) -> ZoneInfo:
    """Whose days the sales of a market's shops are counted by; of an unknown market UTC's."""
    known = MARKETS.get(market.upper())
    return known.reporting_zone if known else ZoneInfo("UTC")
