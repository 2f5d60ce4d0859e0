"""Lines that take something back: withdraw an approval, undo one's own change, resume what was stopped. Pure."""

import re
from collections.abc import Callable, Mapping
from typing import Final

from agent.commands.nouns import Ask, Resume, Undo, Why, Withdraw
from agent.commands.text import Folded, clean, fold
from agent.commands.words import Words, load_words

WITHDRAW: Final = "withdraw"
RESUME: Final = "resume"
UNDO: Final = "undo"
WhichBatch = Callable[[set[str]], str | Ask]


def going_back(
    line: Folded, words: Words, which_batch: WhichBatch, batch_sizes: Mapping[str, int], quoted: str | None
) -> Withdraw | Undo | Resume | Ask | None:
    """Read a cleaned line; None when the whole of it is nothing of the kind."""
    if match := words.back[UNDO].fullmatch(line.text):
        bare = not any(match[part] for part in ("before", "first", "after", "numbers", "all"))
        return Undo() if bare else Ask(Why.UNDO_ALONE, None, {})
    if match := words.back[RESUME].fullmatch(line.text):
        codes = _codes(match)
        if match["first"] or match["numbers"] or len(codes) > 1:
            return Ask(Why.RESUME_WHOLE, quoted, {})
        return Resume(next(iter(codes), None) or quoted)
    if match := words.back[WITHDRAW].fullmatch(line.text):
        return _withdraw(match, words, which_batch, batch_sizes)
    return None


def takes_approvals_back(text: str) -> bool:
    """Whether a typed line is about approvals already given: it means another batch than one that still waits."""
    words = load_words()
    return words.back[WITHDRAW].fullmatch(clean(fold(text)).text) is not None


def _withdraw(
    match: re.Match[str], words: Words, which_batch: WhichBatch, batch_sizes: Mapping[str, int]
) -> Withdraw | Ask:
    codes = _codes(match)
    batch = which_batch(codes)
    if isinstance(batch, Ask):
        return batch
    named = [match[part] for part in ("first", "numbers") if match[part]]
    if (not named and not match["all"] and not codes) or len(named) > 1:
        return Ask(Why.WITHDRAW_WHAT, batch, {"batch": batch})
    numbers: set[int] = set()
    for text in named:
        singles, ranges = words.read_numbers(text)
        numbers |= singles | ranges
    size = batch_sizes[batch]
    if strange := numbers - set(range(1, size + 1)):
        listed = "、".join(str(number) for number in sorted(strange))
        return Ask(Why.NOT_ON_CARD, batch, {"batch": batch, "numbers": listed, "size": size})
    return Withdraw(batch, tuple(sorted(numbers)))


def _codes(match: re.Match[str]) -> set[str]:
    return {match[part].upper() for part in ("before", "after") if match[part]}
