"""Numbers that only their company shows to be references: 「1 3 5打标签」, 2和5去掉, invite 2 5 8, give 3 to Tom.

What stands before them or behind them is a verb that is done to creators or drafts; a unit makes them a count. Pure.
"""

import re
from dataclasses import dataclass

from prompts import words

_LED_BY = words.phrase("references", "led_by")
_FOLLOWED_BY = words.phrase("references", "followed_by")
_ONE_LED_BY = words.phrase("references", "one_led_by")
_ONE_FOLLOWED_BY = words.phrase("references", "one_followed_by")
_ENDS = words.phrase("references", "list_ends")
_TO = r"(?:\s?(?:到|至|-|~|–)\s?| to | through | thru )"
_JOINT = r"(?:\s?(?:、|和|跟|与|及|/)\s?|,? and |\s?& ?)"
_LOOSE = r"(?:\s?,\s?|\s)"
_LIST = re.compile(rf"\d{{1,2}}(?:(?:{_TO}|{_JOINT}|{_LOOSE})\d{{1,2}}){{0,40}}(?!\d)")
_STARTS = re.compile(r"(?:^|[^\w.,:$£€¥/-])(?:[、,] ?)?$|[\u3400-\u9fff]$|[,;。] ?$")
_PART = re.compile(rf"(?P<low>\d+)(?:{_TO}(?P<high>\d+))?")
_REACH = 32


@dataclass(frozen=True, slots=True)
class BareNumbers:
    """Numbers at `text[start:end]`, each once, in the order they stand."""

    end: int
    numbers: tuple[int, ...]


def bare_numbers_at(text: str, at: int) -> BareNumbers | None:
    """The list of numbers that starts exactly at `at`, where a verb shows that it names creators or drafts."""
    found = _LIST.match(text, at)
    if found is None or not _STARTS.search(text, max(0, at - 4), at):
        return None
    numbers = _read(found.group())
    if numbers is None:
        return None
    end = found.end()
    led_by, followed_by = (_LED_BY, _FOLLOWED_BY) if len(numbers) > 1 else (_ONE_LED_BY, _ONE_FOLLOWED_BY)
    led = led_by.search(text, max(0, at - _REACH), at) is not None and _ENDS.match(text, end) is not None
    return BareNumbers(end, numbers) if led or followed_by.match(text, end) else None


def _read(written: str) -> tuple[int, ...] | None:
    """The numbers named; None where they go down or stand twice: that is no list of references."""
    numbers: list[int] = []
    for part in _PART.finditer(written):
        low, high = int(part["low"]), int(part["high"] or part["low"])
        if not 0 < low <= high or (numbers and low <= numbers[-1]):
            return None
        numbers += range(low, high + 1)
    return tuple(numbers)
