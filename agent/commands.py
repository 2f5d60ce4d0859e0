"""Commands a person types: read without a model, and only when the whole line is one. Pure; decides nothing itself.

What a number falls under when it is named twice: singly named wins over a range, a range over 全部 or 其余.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from agent.command_text import Folded, clean, fold
from agent.command_words import Words, load_words

LONGEST_COMMAND = 2000
LARGEST_NUMBER = 999


class Why(StrEnum):
    """Why a line that looks like a command decides nothing; each is a text key of the person's next step."""

    TWO_VERBS = "two_verbs"
    NOT_ON_CARD = "not_on_card"
    BARE_ASSENT = "bare_assent"
    WHICH_BATCH = "which_batch"
    NO_BATCH = "no_batch"
    NO_SUCH_BATCH = "no_such_batch"
    WRONG_COUNT = "wrong_count"
    NO_INSTRUCTION = "no_instruction"
    STOP_WHOLE = "stop_whole"
    NOT_UNTIL_A2 = "not_until_a2"


@dataclass(frozen=True, slots=True)
class Decide:
    """Numbers of one batch to approve, reject and revise (number → instruction); each in one of them only."""

    batch: str
    approve: tuple[int, ...] = ()
    reject: tuple[int, ...] = ()
    revise: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stop:
    """Stop one batch, or (None) everything of the scope."""

    batch: str | None


@dataclass(frozen=True, slots=True)
class Confirm:
    """Carry out the change that waits under a code."""

    code: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Nothing is decided; the person is asked. `batch` is the one it would have been about, if that is clear."""

    why: Why
    batch: str | None
    facts: dict[str, str | int]


Parsed = Decide | Stop | Confirm | Ask


class _Verb(StrEnum):
    APPROVE = "approve"
    REJECT = "reject"
    REVISE = "revise"


@dataclass(frozen=True, slots=True)
class _Target:
    """What a verb applies to. `count` is the number a person gave with 全部."""

    singles: frozenset[int] = frozenset()
    ranges: frozenset[int] = frozenset()
    everything: bool = False
    rest: bool = False
    without: frozenset[int] = frozenset()
    count: int | None = None


@dataclass(frozen=True, slots=True)
class _Clause:
    verb: _Verb
    target: _Target
    code: str | None = None
    instruction: str = ""


class _NoClause(Exception):
    """The text at hand is not a clause."""


def parse(text: str, *, batch_sizes: Mapping[str, int], quoted: str | None) -> Parsed | None:
    """Read one message; None when it is a question or anything else that is no command.

    Args:
        text: what the person typed.
        batch_sizes: code → number of drafts of the conversation's open batches, newest first. A batch named by a
            code that is missing here gives Ask(NO_SUCH_BATCH) with the code; add it and parse again.
        quoted: the code of the batch on the card that was quoted or replied to.
    """
    if len(text) > LONGEST_COMMAND:
        return None
    line = clean(fold(text))
    if not line.text:
        return None
    words = load_words()
    return (
        _without_numbers(line, words, quoted)
        or _decision(line, words, batch_sizes, quoted)
        or _assent(line, words, batch_sizes, quoted)
    )


def may_be_command(text: str) -> bool:
    """Whether a message is a command once some batch is open; False: a question whatever lies in the conversation."""
    return parse(text, batch_sizes={"K1": 1}, quoted=None) is not None


def _without_numbers(line: Folded, words: Words, quoted: str | None) -> Parsed | None:
    """Stop, confirm, and what comes with A2."""
    text = line.text
    if match := words.stop.fullmatch(text):
        code = _code(match)
        if match["numbers"]:
            return Ask(Why.STOP_WHOLE, code or quoted, {"numbers": match["numbers"].strip()})
        return Stop(code or quoted)
    if match := words.confirm.fullmatch(text):
        return Confirm(match["code"].upper())
    for kind, pattern in words.later.items():
        if pattern.fullmatch(text):
            return Ask(Why.NOT_UNTIL_A2, quoted, {"verb": kind})
    return None


def _assent(line: Folded, words: Words, batch_sizes: Mapping[str, int], quoted: str | None) -> Ask | None:
    """可以 while drafts wait: decides nothing and names the batch it would have to name."""
    if not batch_sizes or not words.assent.fullmatch(line.text):
        return None
    batch = quoted if quoted and quoted in batch_sizes else next(iter(batch_sizes))
    return Ask(Why.BARE_ASSENT, batch, {"batch": batch, "size": batch_sizes[batch]})


def _decision(line: Folded, words: Words, batch_sizes: Mapping[str, int], quoted: str | None) -> Parsed | None:
    try:
        clauses = _Reader(line, words).clauses()
    except _NoClause:
        return None
    codes = {clause.code for clause in clauses if clause.code}
    batch = _batch(codes, batch_sizes, quoted)
    if isinstance(batch, Ask):
        return batch
    return _resolve(clauses, batch, batch_sizes[batch])


def _code(match: re.Match[str]) -> str | None:
    code = match["before"] or match["after"]
    return code.upper() if code else None


def _batch(codes: set[str], batch_sizes: Mapping[str, int], quoted: str | None) -> str | Ask:
    """Which batch is meant: the one named, the one quoted, or the only one open."""
    listed = "、".join(batch_sizes)
    if len(codes) > 1:
        return Ask(Why.WHICH_BATCH, None, {"codes": "、".join(sorted(codes))})
    named = next(iter(codes), None) or quoted
    if named:
        return named if named in batch_sizes else Ask(Why.NO_SUCH_BATCH, named, {"batch": named})
    if len(batch_sizes) > 1:
        return Ask(Why.WHICH_BATCH, None, {"codes": listed})
    return listed or Ask(Why.NO_BATCH, None, {})


def _resolve(clauses: list[_Clause], batch: str, size: int) -> Decide | Ask:
    """Give every number to one verb, or ask."""
    card = frozenset(range(1, size + 1))
    strange: set[int] = set()
    for clause in clauses:
        target = clause.target
        strange |= (target.singles | target.ranges | target.without) - card
        if target.count is not None and target.count != size:
            return Ask(Why.WRONG_COUNT, batch, {"batch": batch, "count": target.count, "size": size})
    if strange:
        return Ask(Why.NOT_ON_CARD, batch, {"batch": batch, "numbers": _listed(strange), "size": size})
    taken: dict[int, _Clause] = {}
    levels = (
        [(clause, clause.target.singles) for clause in clauses],
        [(clause, clause.target.ranges) for clause in clauses],
        [(clause, card) for clause in clauses if clause.target.everything],
        [(clause, card) for clause in clauses if clause.target.rest],
    )
    for level in levels:
        here: dict[int, _Clause] = {}
        for clause, numbers in level:
            for number in sorted(numbers - clause.target.without):
                other = here.setdefault(number, clause)
                if number not in taken and (other.verb, other.instruction) != (clause.verb, clause.instruction):
                    return Ask(Why.TWO_VERBS, batch, {"batch": batch, "number": number})
        taken = here | taken
    silent = {number for number, clause in taken.items() if clause.verb is _Verb.REVISE and not clause.instruction}
    if silent:
        return Ask(Why.NO_INSTRUCTION, batch, {"batch": batch, "numbers": _listed(silent)})
    by_verb = {verb: tuple(n for n in sorted(taken) if taken[n].verb is verb) for verb in _Verb}
    return Decide(
        batch=batch,
        approve=by_verb[_Verb.APPROVE],
        reject=by_verb[_Verb.REJECT],
        revise={number: taken[number].instruction for number in by_verb[_Verb.REVISE]},
    )


def _listed(numbers: set[int]) -> str:
    return "、".join(str(number) for number in sorted(numbers))


class _Reader:
    """Reads clauses from left to right; raises _NoClause as soon as something else stands there."""

    def __init__(self, line: Folded, words: Words) -> None:
        self._line = line
        self._text = line.text
        self._words = words

    def clauses(self) -> list[_Clause]:
        """Every clause of the line, which must hold nothing else."""
        position = 0
        code = None
        if match := self._words.leading_code.match(self._text):
            code, position = match["code"].upper(), match.end()
        if match := self._words.leading_assent.match(self._text, position):
            position = match.end()
        read = list(self._from(position))
        if not read:
            raise _NoClause
        return [*read, _Clause(read[0].verb, _Target(), code)] if code else read

    def _from(self, position: int) -> Iterator[_Clause]:
        while True:
            position = self._words.separator.match(self._text, position).end()  # type: ignore[union-attr]  # matches nothing too
            if position == len(self._text):
                return
            clause, position = self._clause(position)
            yield clause

    def _clause(self, position: int) -> tuple[_Clause, int]:
        words = self._words
        if match := words.before.match(self._text, position):
            position = match.end()
        if match := words.revise.match(self._text, position):
            return self._revision(match)
        for verb, pattern in ((_Verb.REJECT, words.reject), (_Verb.APPROVE, words.approve)):
            if match := pattern.match(self._text, position):
                return self._named_after(verb, match.end())
        return self._named_before(position)

    def _named_after(self, verb: _Verb, position: int) -> tuple[_Clause, int]:
        """批准 K7 的 1-3；批准 K7；approve all except 3."""
        code, position = self._code(position)
        target, position = self._target(position, whole=code is not None)
        if code is None:
            code, position = self._code(position)
        return _Clause(verb, target, code), self._end(position)

    def _named_before(self, position: int) -> tuple[_Clause, int]:
        """1-3 通过；全部批准；除了 3 都批准."""
        code, position = self._code(position)
        target, position = self._target(position, whole=False)
        space = self._words.space.match(self._text, position)
        position = space.end() if space else position
        for verb, pattern in ((_Verb.REJECT, self._words.reject), (_Verb.APPROVE, self._words.approve)):
            if match := pattern.match(self._text, position):
                target, position = self._excepted(target, match.end())
                return _Clause(verb, target, code), self._end(position)
        raise _NoClause

    def _revision(self, match: re.Match[str]) -> tuple[_Clause, int]:
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
            raise _NoClause
        start = colon.end() if colon else position
        for stop in words.breaks.finditer(self._text, start):
            if self._is_clauses(stop.end()):
                return self._revised(match, target, code, (start, stop.start()), asked=colon is None), stop.start()
        return self._revised(match, target, code, (start, len(self._text)), asked=colon is None), len(self._text)

    def _revised(
        self, match: re.Match[str], target: _Target, code: str | None, span: tuple[int, int], *, asked: bool
    ) -> _Clause:
        folded = self._text[span[0] : span[1]].strip()
        if asked and self._words.asking.search(folded):
            raise _NoClause
        instruction = self._line.original(*span).strip(" 　,，;；。.")
        if not instruction and match["rewrite"]:
            instruction = self._line.original(match.start("rewrite"), match.end("rewrite"))
        return _Clause(_Verb.REVISE, target, code, instruction)

    def _is_clauses(self, position: int) -> bool:
        try:
            return any(True for _ in list(self._from(position)))
        except _NoClause:
            return False

    def _code(self, position: int) -> tuple[str | None, int]:
        match = self._words.code.match(self._text, position)
        return (match["code"].upper(), match.end()) if match else (None, position)

    def _target(self, position: int, *, whole: bool) -> tuple[_Target, int]:
        """Numbers, all, the rest, with what is excepted; with `whole` nothing at all means everything."""
        words = self._words
        if excepted := words.except_first.match(self._text, position):
            return _Target(everything=True, without=_numbers(excepted["list"], words)), excepted.end()
        singles: set[int] = set()
        ranges: set[int] = set()
        everything = rest = False
        count = None
        if match := words.everything.match(self._text, position):
            everything, position = True, match.end()
            count = int(match["count"]) if match["count"] else None
        elif match := words.rest.match(self._text, position):
            rest, position = True, match.end()
        elif match := words.numbers.match(self._text, position):
            singles, ranges = words.read_numbers(match["list"])
            if words.is_count(match["list"]) or max(singles | ranges) > LARGEST_NUMBER:
                raise _NoClause
            position = match.end()
        elif whole:
            everything = True
        else:
            raise _NoClause
        named = _Target(frozenset(singles), frozenset(ranges), everything, rest, count=count)
        return self._excepted(named, position)

    def _excepted(self, target: _Target, position: int) -> tuple[_Target, int]:
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
        raise _NoClause


def _numbers(text: str, words: Words) -> frozenset[int]:
    singles, ranges = words.read_numbers(text)
    return frozenset(singles | ranges)
