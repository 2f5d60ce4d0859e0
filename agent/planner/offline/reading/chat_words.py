"""Shorthand of chats in full: num 2, w/, 18% comm, 第4个跟第6个, 你把…. Pure; single words are in `homophones.toml`."""

import re
from collections.abc import Iterator

_WAYS = tuple(
    (re.compile(way), words)
    for way, words in (
        (r"(?<![a-z0-9])(?:num\.?|no\.|nr\.?) ?(?=\d)", "number "),
        (r"(?<![a-z0-9])w/ ?(?=[a-z0-9@$£€])(?!o\b)", "with "),
        (r"(?<=\d) ?& ?(?=[\d$£€])", " and "),
        (r"(?<=[kmw%]) ?& ?(?=[\d$£€])", " and "),
        (r"(?<![a-z\u3400-\u9fff])kols(?![a-z])", "creators"),
        (r"(?<![a-z])comms?(?![a-z])", "commission"),
        (r"(?<=%) cut(?![a-z-]| (?:it|them|the|out|down))", " commission"),
        (r"(?<![a-z])gimme(?= (?:(?:the|number|everyone|all|my|our)\b|[@#]))", "give me"),
        (
            r"(?<=number \d)s(?= (?:samples?|parcel|package|videos?|profile|stage|tags?|commission|notes?|price)\b)",
            "'s",
        ),
        (r"(?<=[0-9一二三四五六七八九十][个位号])跟(?=第?[0-9一二三四五六七八九十])", "和"),
        (r"^你(?=把|给第|给前|帮)", ""),
    )
)


def chat_words(text: str) -> Iterator[tuple[int, int, str]]:
    """Where folded text holds such shorthand, in order, and what it stands for: (start, end, words)."""
    found = sorted((match.start(), match.end(), words) for way, words in _WAYS for match in way.finditer(text))
    end = 0
    for start, stop, words in found:
        if start >= end:
            yield start, stop, words
            end = stop
