"""Markets named by one letter each, several in a row: 德法意三国, 英法两站, 新马泰的达人. Pure."""

import re
from collections.abc import Iterator
from functools import cache

from prompts import words


def short_markets(text: str) -> Iterator[tuple[int, int, str]]:
    """Where markets are named so in folded text, and the same in full: (start, end, words)."""
    names, pattern = _names(), _pattern()
    for found in pattern.finditer(text):
        letters = found["letters"]
        if len(set(letters)) == len(letters):
            yield found.start(), found.end(), "、".join(names[letter] for letter in letters)


@cache
def _names() -> dict[str, str]:
    """The first full name of a market that a letter stands for."""
    table: dict[str, str] = {}
    for entry in words.entries("markets").values():
        short = entry.facts.get("short")
        if isinstance(short, str):
            table[short] = min((word for word in entry.zh if word.startswith(short)), key=len)
    return table


@cache
def _pattern() -> re.Pattern[str]:
    before = r"(?:(?<![\u3400-\u9fff])|(?<=[找搜查看要给的在来和挑选]))"
    letters = rf"(?P<letters>[{''.join(_names())}]{{2,6}})"
    counted = "[两二三四五六几](?:个)?(?:国家|国|地|区|站点|站|市场)|国(?=的|做|卖|[,， ]|$)"
    followed = "(?=(?:这)?(?:两|几)?(?:个)?(?:市场|站|国家|地区)|(?:的[^,，。]{0,8})?(?:达人|博主|网红|主播)|都(?:要|行|可以|看))"
    return re.compile(f"{before}{letters}(?:{counted}|{followed})")
