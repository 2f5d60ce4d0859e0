"""What a clause asks for: the idioms it holds and the concepts its words name, weighed; the heaviest request wins."""

from functools import lru_cache

from agent.planner.offline.reading.vocabulary import masked
from prompts import words

_LONGEST_HEARD, _LONGEST_END = 300, 60
_REMEMBERED = 512
_LEAST = 1.0
"""Below this nothing is asked for."""


def intent_of(clause: str, *, weak: bool = True) -> words.Intent | None:
    """The request a clause speaks for, None where nothing does; the names of known subjects ask for nothing."""
    heard = masked(clause if len(clause) <= _LONGEST_HEARD else clause[:_LONGEST_HEARD] + clause[-_LONGEST_END:])
    return _heaviest(heard, weak)


@lru_cache(maxsize=_REMEMBERED)
def _heaviest(heard: str, weak: bool) -> words.Intent | None:
    table = words.evidence()
    concepts: dict[str, bool] = {}
    chosen, most = None, 0.0
    for intent in words.intents():
        if intent.weak and not weak:
            continue
        weight = table.idiom(intent.name) if intent.matches(heard) else 0.0
        weight += table.proof(intent.name, heard, concepts)
        if weight > most:
            chosen, most = intent, weight
    return chosen if most >= _LEAST else None
