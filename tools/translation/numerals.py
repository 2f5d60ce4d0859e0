"""Numbers as people write them: digits with any separators, 万/k/m, English and Spanish words."""

import re
import tomllib
from decimal import Decimal
from importlib.resources import files
from typing import Any

# Full-width digits and signs to ASCII, one character for one: positions stay.
FULL_WIDTH = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | {0xFFE5: "\u00a5"}

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
