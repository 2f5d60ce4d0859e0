"""Lines about the send list (「发送清单」, 「K7 的 1-3 已发」, 「K7 5 跳过」) and pasted answers. Pure."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from agent.commands.clauses import LARGEST_NUMBER
from agent.commands.nouns import MarkSent, Pasted, SendList
from agent.commands.words import Words
from memory.domain.by_hand import HandMark

# Said of lists as well (「跳过前 5 个」): a mark only with a batch by its code or a quoted card.
_NEEDS_BATCH = frozenset({HandMark.SKIPPED, HandMark.AGAIN})
_PASTED = re.compile(
    r"\s*(?:@(?!\S+\s*[:：])\S+\s+)?@(?P<handle>[A-Za-z0-9_.]{2,40})\s*"
    r"(?:回复了?我?们?|回了|回覆|replied|reply|answered|says)\s*[:：]\s*(?P<text>\S.*)",
    re.DOTALL | re.IGNORECASE,
)
# 「都发了吧」 wants something sent, or asks whether it was: nobody says that it was.
_NO_STATEMENT = re.compile(r"[ \t]*吧")
_FILLER = re.compile(r"[ \t]*(?:都|全都)?[ \t]*")
_MARK_AS = re.compile(r"(?:标记|mark)[ \t]*(?=\S)(?!已发|sent|as|failed)")


@dataclass(frozen=True, slots=True)
class _Target:
    """What a mark is about, and where the text goes on."""

    code: str | None = None
    numbers: tuple[int, ...] = ()
    everything: bool = False
    end: int = 0

    @property
    def names_something(self) -> bool:
        """Whether numbers or all are named."""
        return bool(self.numbers) or self.everything


class _NoTargetError(Exception):
    """Numbers that are no numbers of a batch: a count, or far too large."""


def read_pasted(text: str) -> Pasted | None:
    """「@mia 回复：…」: the rest of the message is what she wrote, whatever it says."""
    match = _PASTED.fullmatch(text)
    return Pasted(match["handle"], match["text"].strip()) if match else None


def read_by_hand(text: str, words: Words, quoted: str | None) -> SendList | MarkSent | None:
    """Read a folded line; None unless the whole of it is one of these."""
    start = words.before.match(text).end()  # type: ignore[union-attr]  # matches nothing too
    try:
        return _list(text, start, words, quoted) or _mark(text, start, words, quoted)
    except _NoTargetError:
        return None


def _list(text: str, start: int, words: Words, quoted: str | None) -> SendList | None:
    """发送清单；K7 的发送清单；发送清单 K7 1-3，夜间也发."""
    before = _code(text, start, words)
    match = _patterns()["send_list"].match(text, before.end)
    if match is None:
        return None
    after = _target(text, match.end(), words)
    end = after.end
    night = _patterns()["night"].match(text, end)
    if night is not None:
        end = night.end()
    if not _is_end(text, end, words) or after.everything or (night and not after.numbers):
        return None
    code = before.code or after.code
    return SendList(code or (quoted if after.numbers else None), after.numbers, night is not None)


def _mark(text: str, start: int, words: Words, quoted: str | None) -> MarkSent | None:
    """K7 的 1-3 已发；已发 K7 1-3；K7 全部已发；K7 5 跳过."""
    opening = _MARK_AS.match(text, start)
    before = _target(text, opening.end() if opening else start, words)
    filler = _FILLER.match(text, before.end)
    position = filler.end() if filler else before.end
    for said, pattern in _marks().items():
        match = pattern.match(text, position)
        if match is None:
            continue
        after = _target(text, match.end(), words) if not before.names_something else _code(text, match.end(), words)
        if not _is_end(text, after.end, words):
            continue
        if said is HandMark.SENT and _NO_STATEMENT.match(text, after.end):
            return None
        target = before if before.names_something else after
        code = before.code or after.code or quoted
        if code is None and said in _NEEDS_BATCH:
            return None
        return MarkSent(said, code, target.numbers, target.everything)
    return None


def _target(text: str, start: int, words: Words) -> _Target:
    """[K7 的] [1-3 | 全部] [K7]. Raises _NoTargetError."""
    before = _code(text, start, words)
    numbers: tuple[int, ...] = ()
    everything, end = False, before.end
    if match := words.everything.match(text, end):
        if match["count"]:
            raise _NoTargetError
        everything, end = True, match.end()
    elif match := words.numbers.match(text, end):
        singles, ranges = words.read_numbers(match["list"])
        if words.is_count(match["list"]) or max(singles | ranges) > LARGEST_NUMBER:
            raise _NoTargetError
        numbers, end = tuple(sorted(singles | ranges)), match.end()
    after = _code(text, end, words) if before.code is None else _Target(end=end)
    return _Target(before.code or after.code, numbers, everything, after.end)


def _code(text: str, start: int, words: Words) -> _Target:
    match = words.code.match(text, start)
    return _Target(match["code"].upper(), end=match.end()) if match else _Target(end=start)


def _is_end(text: str, position: int, words: Words) -> bool:
    match = words.after.match(text, position)
    return (match.end() if match else position) == len(text)


@cache
def _table() -> Mapping[str, Mapping[str, object]]:
    return tomllib.loads(files("prompts").joinpath("commands.toml").read_text(encoding="utf-8"))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    return {name: _either(_table()[name]) for name in ("send_list", "night")}


@cache
def _marks() -> Mapping[HandMark, re.Pattern[str]]:
    """Longer words first across all marks: 没发成 before 没发."""
    marks = _table()["mark"]
    return {HandMark(name): _either(words) for name, words in sorted(marks.items(), key=_longest_first)}


def _longest_first(entry: tuple[str, object]) -> int:
    return -max(len(word) for word in _listed(entry[1]))


def _either(words: object) -> re.Pattern[str]:
    ordered = sorted(_listed(words), key=len, reverse=True)
    ends = (re.escape(word) + (r"(?![a-z])" if word[-1].isascii() else "") for word in ordered)
    return re.compile(rf"[ \t]*[,，]?[ \t]*(?:{'|'.join(ends)})[ \t]*")


def _listed(words: object) -> Iterator[str]:
    if isinstance(words, dict):
        for some in words.values():
            yield from (str(word) for word in some)
