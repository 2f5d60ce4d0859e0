"""Chinese numerals, the one place that reads them: 十八, 两百五, 一万二千, 廿五, 五七. Pure; units live elsewhere."""

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
_TENS = {"廿": 20, "卅": 30}
_SMALL = {"十": 10, "百": 100, "千": 1000}
_LARGE = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
BELOW_THOUSAND = "零\u3007一二两兩三四五六七八九十廿卅百"
"""The characters a numeral below a thousand is written with."""
NUMERAL_CHARACTERS = f"{BELOW_THOUSAND}千万萬亿億"
CHINESE_NUMERAL = f"[{NUMERAL_CHARACTERS}]+"


def read_chinese(written: str) -> int | None:
    """The value of a numeral; digits alone are read one by one (五七 is 57). None when it is not one number."""
    if not written or any(mark not in NUMERAL_CHARACTERS for mark in written):
        return None
    if all(mark in _DIGITS for mark in written):
        return int("".join(str(_DIGITS[mark]) for mark in written))
    total = section = digit = 0
    last_unit = 1
    for mark in written:
        if mark in _DIGITS:
            digit = _DIGITS[mark]
            continue
        if mark in _TENS:
            section += _TENS[mark]
        elif mark in _SMALL:
            last_unit = _SMALL[mark]
            section += (digit or 1) * last_unit
        elif not section and not digit and not total:
            return None
        else:
            last_unit = _LARGE[mark]
            total = (total + section + digit) * last_unit
            section = 0
        digit = 0
    tail = digit * (last_unit // 10) if digit and last_unit >= 100 and written[-2:-1] not in "零\u3007" else digit
    return total + section + tail
