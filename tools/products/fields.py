"""Reads what a person types into a product form: amounts, shares, links. Pure."""

import re
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from memory.domain.errors import BadRequest
from memory.domain.money import BASIS_POINTS, Money

_SIGNS = {
    "US$": "USD", "C$": "CAD", "S$": "SGD", "MX$": "MXN", "R$": "BRL", "RM": "MYR", "RP": "IDR", "$": "USD",
    "£": "GBP", "€": "EUR", "¥": "CNY", "￥": "CNY", "₱": "PHP", "฿": "THB", "₫": "VND",
    "美金": "USD", "美元": "USD", "美刀": "USD", "刀": "USD", "英镑": "GBP", "镑": "GBP", "欧元": "EUR", "欧": "EUR",
    "日元": "JPY", "日币": "JPY", "马币": "MYR", "泰铢": "THB", "人民币": "CNY", "元": "CNY", "块": "CNY",
}  # fmt: skip
Amount = str | float | dict[str, str | float]  # "29.9", "$29.90", 29.9, {"amount": 29.9, "currency": "USD"}
_AMOUNT = re.compile(r"-?\d[\d,]*(?:\.\d+)?")


def parse_money(text: str, *, default_currency: str) -> Money:
    """Read "29.9", "$1,299.00", "29.9美金", "EUR 12". Raises BadRequest("money_unreadable")."""
    folded = text.strip().upper()
    found = _AMOUNT.search(folded)
    rest = (folded[: found.start()] + folded[found.end() :]).strip() if found else folded
    code = re.fullmatch(r"[A-Z]{3}", rest)
    currency = _SIGNS.get(rest) or (code[0] if code else None) or ("" if rest else default_currency)
    if found is None or not currency:
        raise BadRequest("money_unreadable", text=text)
    amount = Decimal(found[0].replace(",", ""))
    if amount < 0 or amount > Decimal(100_000_000):
        raise BadRequest("money_unreadable", text=text)
    return Money.of(amount, currency)


def parse_amount(said: Amount, *, default_currency: str) -> Money:
    """An amount as a planner gives it. Raises BadRequest("money_unreadable")."""
    if isinstance(said, dict):
        amount = said.get("amount", said.get("min", ""))
        return parse_money(str(amount), default_currency=str(said.get("currency", default_currency)))
    return parse_money(str(said), default_currency=default_currency)


def parse_share(text: str) -> int:
    """Read "18%", "18", "0.18", "18个点" as basis points, 0 to 10,000. Raises BadRequest("share_unreadable")."""
    folded = text.strip().replace("％", "%")
    bare = re.sub(r"\s*(%|个点|點|点|percent)$", "", folded)
    try:
        number = Decimal(bare)
    except InvalidOperation as failure:
        raise BadRequest("share_unreadable", text=text) from failure
    if not number.is_finite() or not 0 <= number <= 100:
        raise BadRequest("share_unreadable", text=text)
    is_fraction = bare == folded and number < 1 and "." in bare
    return int(number * (BASIS_POINTS if is_fraction else 100))


def parse_link(text: str) -> str | None:
    """An http(s) address, or None when empty. Raises BadRequest("link_unreadable")."""
    stripped = text.strip()
    if not stripped:
        return None
    try:
        parts = urlsplit(stripped if "//" in stripped else f"https://{stripped}")
    except ValueError as failure:
        raise BadRequest("link_unreadable", text=text[:80]) from failure
    if parts.scheme not in {"http", "https"} or "." not in parts.netloc or re.search(r"\s", stripped):
        raise BadRequest("link_unreadable", text=text[:80])
    return parts.geturl()
