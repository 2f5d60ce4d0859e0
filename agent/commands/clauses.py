"""The clauses of a decision: a verb and what it applies to, read from left to right over folded text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum

from agent.commands.text import Folded
from agent.commands.words import Words, value

LARGEST_NUMBER = 999


class Verb(StrEnum):
    """What a clause does to its numbers."""

    APPROVE = "approve"
    REJECT = "reject"
    REVISE = "revise"


@dataclass(frozen=True, slots=True)
class Target:
    """What a verb applies to. `count` is the number a person gave with 全部."""

    singles: frozenset[int] = frozenset()
    ranges: frozenset[int] = frozenset()
    everything: bool = False
    rest: bool = False
    without: frozenset[int] = frozenset()
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """One verb, what it applies to, the batch it named, and what a revision says."""

    verb: Verb
    target: Target
    code: str | None = None
    instruction: str = ""


class NoClauseError(Exception):
    """The text at hand is not a clause."""


class ClauseReader:
    """Reads clauses from left to right; raises NoClauseError as soon as something else stands there."""

    def __init__(self, line: Folded, words: Words) -> None:
        self._line = line
        self._text = line.text
        self._words = words

    def clauses(self) -> list[Clause]:
        """Every clause of the line, which must hold nothing else."""
        position = 0
        code = None
        if match := self._words.leading_code.match(self._text):
            code, position = match["code"].upper(), match.end()
        if match := self._words.leading_assent.match(self._text, position):
            position = match.end()
        read = list(self._from(position))
        if not read:
            raise NoClauseError
        return [*read, Clause(read[0].verb, Target(), code)] if code else read

    def _from(self, position: int) -> Iterator[Clause]:
        while True:
            position = self._words.separator.match(self._text, position).end()  # type: ignore[union-attr]  # matches nothing too
            if position == len(self._text):
                return
            clause, position = self._clause(position)
            yield clause

    def _clause(self, position: int) -> tuple[Clause, int]:
        words = self._words
        if match := words.before.match(self._text, position):
            position = match.end()
        if match := words.revise.match(self._text, position):
            return self._revision(match)
        for verb, pattern in ((Verb.REJECT, words.reject), (Verb.APPROVE, words.approve)):
            if match := pattern.match(self._text, position):
                return self._named_after(verb, match.end())
        return self._named_before(position)

    def _named_after(self, verb: Verb, position: int) -> tuple[Clause, int]:
        """批准 K7 的 1-3；批准 K7；approve all except 3."""
        code, position = self._code(position)
        target, position = self._target(position, whole=code is not None)
        if code is None:
            code, position = self._code(position)
        return Clause(verb, target, code), self._end(position)

    def _named_before(self, position: int) -> tuple[Clause, int]:
        """1-3 通过；全部批准；除了 3 都批准."""
        code, position = self._code(position)
        target, position = self._target(position, whole=False)
        space = self._words.space.match(self._text, position)
        position = space.end() if space else position
        for verb, pattern in ((Verb.REJECT, self._words.reject), (Verb.APPROVE, self._words.approve)):
            if match := pattern.match(self._text, position):
                target, position = self._excepted(target, match.end())
                return Clause(verb, target, code), self._end(position)
        raise NoClauseError

    def _revision(self, match: re.Match[str]) -> tuple[Clause, int]:
        """改 3：佣金改成 15%. The instruction ends where the rest of the line is clauses again."""
        words = self._words
        code, position = self._code(match.end())
        target, position = self._target(position, whole=False)
        colon = words.colon.match(self._text, position)
        if (
            colon is None
            and position < len(self._text)
            and not words.gap.search(self._text[position - 1 : position + 1])
        ):
            raise NoClauseError
        start = colon.end() if colon else position
        for stop in words.breaks.finditer(self._text, start):
            if self._is_clauses(stop.end()):
                return self._revised(match, target, code, (start, stop.start()), asked=colon is None), stop.start()
        return self._revised(match, target, code, (start, len(self._text)), asked=colon is None), len(self._text)

    def _revised(
        self, match: re.Match[str], target: Target, code: str | None, span: tuple[int, int], *, asked: bool
    ) -> Clause:
        folded = self._text[span[0] : span[1]].strip()
        if asked and self._words.asking.search(folded):
            raise NoClauseError
        instruction = self._line.original(*span).strip(" 　,，;；。.")
        if not instruction and match["rewrite"]:
            instruction = self._line.original(match.start("rewrite"), match.end("rewrite"))
        return Clause(Verb.REVISE, target, code, instruction)

    def _is_clauses(self, position: int) -> bool:
        try:
            return any(True for _ in list(self._from(position)))
        except NoClauseError:
            return False

    def _code(self, position: int) -> tuple[str | None, int]:
        match = self._words.code.match(self._text, position)
        return (match["code"].upper(), match.end()) if match else (None, position)

    def _target(self, position: int, *, whole: bool) -> tuple[Target, int]:
        """Numbers, all, the rest, with what is excepted; with `whole` nothing at all means everything."""
        words = self._words
        if excepted := words.except_first.match(self._text, position):
            return Target(everything=True, without=_numbers(excepted["list"], words)), excepted.end()
        singles: set[int] = set()
        ranges: set[int] = set()
        everything = rest = False
        count = None
        if match := words.everything.match(self._text, position):
            everything, position = True, match.end()
            count = value(match["count"]) if match["count"] else None
        elif match := words.rest.match(self._text, position):
            rest, position = True, match.end()
        elif match := words.numbers.match(self._text, position):
            singles, ranges = words.read_numbers(match["list"])
            if words.is_count(match["list"]) or max(singles | ranges) > LARGEST_NUMBER:
                raise NoClauseError
            position = match.end()
        elif whole:
            everything = True
        else:
            raise NoClauseError
        named = Target(frozenset(singles), frozenset(ranges), everything, rest, count=count)
        return self._excepted(named, position)

    def _excepted(self, target: Target, position: int) -> tuple[Target, int]:
        """…，除了 3；…，3 除外."""
        match = self._words.except_later.match(self._text, position)
        if match is None:
            return target, position
        without = _numbers(match["list"] or match["list2"], self._words)
        return replace(
            target,
            singles=target.singles - without,
            ranges=target.ranges - without,
            without=target.without | without,
        ), match.end()

    def _end(self, position: int) -> int:
        """The end of a clause: small words, then a separator, the end, or the next verb."""
        if match := self._words.after.match(self._text, position):
            position = match.end()
        if self._words.clause_end.match(self._text, position):
            return position
        raise NoClauseError


def _numbers(text: str, words: Words) -> frozenset[int]:
    singles, ranges = words.read_numbers(text)
    return frozenset(singles | ranges)
