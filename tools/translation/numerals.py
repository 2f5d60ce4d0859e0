"""Numbers as people write them: digits with any separators, 万/k/m, Chinese numerals, English and Spanish words."""

import re
import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any

# Full-width digits and signs to ASCII, one character for one: positions stay.
FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0xFFE5: "\u00a5"}

_DIGITS = {
    "零": 0,
    "\u3007": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "兩": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
CHINESE_NUMERAL = "[零\u3007一二两兩三四五六七八九十百千万萬亿億]+"

LEXICON: dict[str, Any] = tomllib.loads(files("prompts").joinpath("figures.toml").read_text("utf-8"))
WORDS: dict[str, int] = {
    **{word: value for language in ("en", "es") for value, word in enumerate(LEXICON["numbers"][language].split())},
    **LEXICON["numbers"]["other"],
}
MULTIPLIERS: dict[str, int] = LEXICON["multipliers"]
_DOT_GROUPS = frozenset({"EUR", "IDR", "VND", "BRL", "CLP"})


def read_digits(written: str, *, currency: str | None = None) -> Decimal:
    """Read "1,299.50", "1.299,50", "29,90", "1 299". A lone dot before three digits groups in some currencies only."""
    text = written.replace(" ", "").replace("\u00a0", "").replace("'", "")
    comma, dot = text.rfind(","), text.rfind(".")
    if comma >= 0 and dot >= 0:
        decimal_mark = "," if comma > dot else "."
        text = text.replace("." if decimal_mark == "," else ",", "").replace(decimal_mark, ".")
    elif comma >= 0:
        grouped = re.fullmatch(r"\d{1,3}(,\d{3})+", text)
        text = text.replace(",", "") if grouped else text.replace(",", ".")
    elif re.fullmatch(r"\d{1,3}(\.\d{3})+", text) and (text.count(".") > 1 or currency in _DOT_GROUPS):
        text = text.replace(".", "")
    return Decimal(text)


def read_chinese(written: str) -> int | None:
    """Read 十八, 两百五, 一万二千; None when the characters are not one number."""
    if all(mark in _DIGITS for mark in written):
        return int("".join(str(_DIGITS[mark]) for mark in written))
    total = section = digit = 0
    last_unit = 1
    for mark in written:
        if mark in _DIGITS:
            digit = _DIGITS[mark]
            continue
        if mark in _SMALL:
            last_unit = _SMALL[mark]
            section += (digit or 1) * last_unit
        elif not section and not digit:
            return None
        else:
            last_unit = _LARGE[mark]
            total = (total + section + digit) * last_unit
            section = 0
        digit = 0
    tail = digit * (last_unit // 10) if digit and last_unit >= 100 and written[-2:-1] not in "零\u3007" else digit
    return total + section + tail
