"""Markets named by one letter each, several in a row: 德法意三国, 英法两站, 新马泰的达人. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from prompts import words

_NO_NAMES = ("人", "站", "区")


def short_markets(text: str) -> Iterator[tuple[int, int, str]]:
    """Where markets are named so in folded text, and the same in full: (start, end, words)."""
    names, pattern = _names(), _pattern()
    for found in pattern.finditer(text):
        letters = found["listed"] or found["letters"]
        if len(set(letters)) == len(letters) and letters not in _together():
            yield found.start(), found.end(), "、".join(names[letter] for letter in letters)


@cache
def _together() -> frozenset[str]:
    """Names of several markets that are words of their own (澳新 is no Singapore)."""
    return frozenset(
        word for entry in words.entries("markets").values() if "members" in entry.facts for word in entry.zh
    )


@cache
def _names() -> dict[str, str]:
    """The market that a letter stands for, as 法国 or else in its shortest full name (意大利)."""
    table: dict[str, str] = {}
    for entry in words.entries("markets").values():
        short = entry.facts.get("short")
        if isinstance(short, str):
            full = [word for word in entry.zh if word.startswith(short) and not word.endswith(_NO_NAMES)]
            table[short] = f"{short}国" if f"{short}国" in entry.zh else min(full, key=len)
    return table


@cache
def _pattern() -> re.Pattern[str]:
    before = r"(?:(?<![\u3400-\u9fff])|(?<=[找搜查看要给的在来和挑选]))"
    letters = rf"(?P<letters>[{''.join(_names())}]{{2,6}})"
    counted = "[两二三四五六几](?:个)?(?:国家|国|地|区|站点|站|市场)|国(?=的|做|卖|[,， ]|$)"
    named = "(?:这)?(?:两|几)?(?:个)?(?:市场|站|国家|地区)|(?:的[^,，。]{0,8})?(?:达人|博主|网红|主播)"
    alone = rf"(?<![\u3400-\u9fff])(?P<listed>[{''.join(_names())}]{{3,6}})(?=[,，。;: ]|$)"
    return re.compile(f"{alone}|{before}{letters}(?:{counted}|(?={named}|都(?:要|行|可以|看|得|好|ok)))")
