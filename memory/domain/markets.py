"""The markets and categories Daren knows: language, currency and the main time zone of each market."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

# Days a creator has from receiving a sample to posting about it.
# Source: https://seller-us.tiktok.com/university/essay?knowledge_id=5694209038927617, read 2026-11-20; no market is
# known to differ.
CONTENT_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class Market:
    """One TikTok Shop market. `zone` is the zone most of its people live in, an estimate for one creator.

    `clocks`: every zone that many of its people live by, where there are several, with the share of them in percent.
    `content_days`: from the delivery of a sample until its content is due. `reporting_zone`: whose days its shops'
    sales are counted by.
    """

    code: str
    language: str
    currency: str
    zone: ZoneInfo
    reporting_zone: ZoneInfo
    content_days: int = CONTENT_DAYS
    clocks: Mapping[str, int] = field(default_factory=dict)

    @property
    def spans_zones(self) -> bool:
        """Whether many live by another clock than the main one."""
        return len(self.clocks) > 1


def _market(
    code: str,
    language: str,
    currency: str,
    zone: str,
    *,
    clocks: Mapping[str, int] | None = None,
    reports: str = "",
) -> Market:
    return Market(code, language, currency, ZoneInfo(zone), ZoneInfo(reports or zone), clocks=clocks or {})


# Rough shares of people, our own estimate: they say which clock is likelier while little else does, and a few dozen
# posts outweigh them.
_UNITED_STATES: Final = {
    "America/New_York": 47, "America/Chicago": 29, "America/Los_Angeles": 16, "America/Denver": 7,
    "Pacific/Honolulu": 1,
}  # fmt: skip
_CANADA: Final = {
    "America/Toronto": 61, "America/Vancouver": 14, "America/Edmonton": 12, "America/Winnipeg": 7, "America/Halifax": 6,
}  # fmt: skip
_MEXICO: Final = {"America/Mexico_City": 91, "America/Tijuana": 3, "America/Hermosillo": 5, "America/Cancun": 1}
_BRAZIL: Final = {"America/Sao_Paulo": 92, "America/Manaus": 7, "America/Rio_Branco": 1}
_INDONESIA: Final = {"Asia/Jakarta": 82, "Asia/Makassar": 16, "Asia/Jayapura": 2}


MARKETS: dict[str, Market] = {
    market.code: market
    for market in (
        # Seller Center of the United States counts its days on the west coast, where few of its people live.
        _market("US", "en", "USD", "America/New_York", clocks=_UNITED_STATES, reports="America/Los_Angeles"),
        _market("CA", "en", "CAD", "America/Toronto", clocks=_CANADA),
        _market("GB", "en", "GBP", "Europe/London"),
        _market("IE", "en", "EUR", "Europe/Dublin"),
        _market("DE", "de", "EUR", "Europe/Berlin"),
        _market("FR", "fr", "EUR", "Europe/Paris"),
        _market("ES", "es", "EUR", "Europe/Madrid"),
        _market("IT", "it", "EUR", "Europe/Rome"),
        _market("MX", "es", "MXN", "America/Mexico_City", clocks=_MEXICO),
        _market("BR", "pt", "BRL", "America/Sao_Paulo", clocks=_BRAZIL),
        _market("JP", "ja", "JPY", "Asia/Tokyo"),
        _market("ID", "id", "IDR", "Asia/Jakarta", clocks=_INDONESIA),
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
