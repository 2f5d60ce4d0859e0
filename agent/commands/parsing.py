"""Commands a person types: read without a model, and only when the whole line is one. Pure; decides nothing itself.

What a number falls under when it is named twice: singly named wins over a range, a range over 全部 or 其余.
"""

import re
from collections.abc import Mapping

from agent.commands.by_hand import read_by_hand
from agent.commands.clauses import Clause, ClauseReader, NoClauseError, Verb
from agent.commands.going_back import going_back
from agent.commands.nouns import Ask, Confirm, Decide, Erase, Parsed, Retry, Stop, Why
from agent.commands.text import Folded, clean, fold
from agent.commands.words import Words, load_words

LONGEST_COMMAND = 2000


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
        or going_back(line, words, lambda codes: which_batch(codes, batch_sizes, quoted), batch_sizes, quoted)
        or _decision(line, words, batch_sizes, quoted)
        or _assent(line, words, batch_sizes, quoted)
    )


def may_be_command(text: str) -> bool:
    """Whether a message is a command once some batch is open; False: a question whatever lies in the conversation."""
    return parse(text, batch_sizes={"K1": 1}, quoted=None) is not None


def _without_numbers(line: Folded, words: Words, quoted: str | None) -> Parsed | None:
    """Stop, confirm and the send list."""
    text = line.text
    if match := words.stop.fullmatch(text):
        code = _code(match)
        if match["numbers"]:
            return Ask(Why.STOP_WHOLE, code or quoted, {"numbers": match["numbers"].strip()})
        return Stop(code or quoted)
    if match := words.confirm.fullmatch(text):
        return Confirm(match["code"].upper())
    if match := words.retry.fullmatch(text):
        return Retry(next((match[part].strip() for part in ("after", "before", "behind") if match[part]), None))
    if match := words.erase.fullmatch(text):
        return Erase(match["handle"])
    return read_by_hand(text, words, quoted)


def _assent(line: Folded, words: Words, batch_sizes: Mapping[str, int], quoted: str | None) -> Ask | None:
    """可以 while drafts wait: decides nothing and names the batch it would have to name."""
    if not batch_sizes or not words.assent.fullmatch(line.text):
        return None
    batch = quoted if quoted and quoted in batch_sizes else next(iter(batch_sizes))
    return Ask(Why.BARE_ASSENT, batch, {"batch": batch, "size": batch_sizes[batch]})


def _decision(line: Folded, words: Words, batch_sizes: Mapping[str, int], quoted: str | None) -> Parsed | None:
    try:
        clauses = ClauseReader(line, words).clauses()
    except NoClauseError:
        return None
    codes = {clause.code for clause in clauses if clause.code}
    batch = which_batch(codes, batch_sizes, quoted)
    if isinstance(batch, Ask):
        return batch
    return _resolve(clauses, batch, batch_sizes[batch])


def _code(match: re.Match[str]) -> str | None:
    code = match["before"] or match["after"]
    return code.upper() if code else None


def which_batch(codes: set[str], batch_sizes: Mapping[str, int], quoted: str | None) -> str | Ask:
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


def _resolve(clauses: list[Clause], batch: str, size: int) -> Decide | Ask:
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
    taken: dict[int, Clause] = {}
    levels = (
        [(clause, clause.target.singles) for clause in clauses],
        [(clause, clause.target.ranges) for clause in clauses],
        [(clause, card) for clause in clauses if clause.target.everything],
        [(clause, card) for clause in clauses if clause.target.rest],
    )
    for level in levels:
        here: dict[int, Clause] = {}
        for clause, numbers in level:
            for number in sorted(numbers - clause.target.without):
                other = here.setdefault(number, clause)
                if number not in taken and (other.verb, other.instruction) != (clause.verb, clause.instruction):
                    return Ask(Why.TWO_VERBS, batch, {"batch": batch, "number": number})
        taken = here | taken
    silent = {number for number, clause in taken.items() if clause.verb is Verb.REVISE and not clause.instruction}
    if silent:
        return Ask(Why.NO_INSTRUCTION, batch, {"batch": batch, "numbers": _listed(silent)})
    by_verb = {verb: tuple(n for n in sorted(taken) if taken[n].verb is verb) for verb in Verb}
    counts = (clause.target.count for clause in clauses if clause.verb is Verb.APPROVE)
    return Decide(
        batch=batch,
        approve=by_verb[Verb.APPROVE],
        reject=by_verb[Verb.REJECT],
        revise={number: taken[number].instruction for number in by_verb[Verb.REVISE]},
        count=next((count for count in counts if count is not None), None),
    )


def _listed(numbers: set[int]) -> str:
    return "、".join(str(number) for number in sorted(numbers))
