"""What a field of a request says, however it is put: ways of saying it first, then the words of a lexicon."""

from agent.planner.offline.reading.tokens import find_terms
from prompts import words


def sense(field: str, text: str) -> str | None:
    """The first value of a field (`prompts/lexicon/senses.toml`) that a text says."""
    return next((value for value, pattern in words.senses(field).items() if pattern.search(text)), None)


def stage_word(kind: str, text: str) -> str | None:
    """A status or an intent: in other words, or in a word of the lexicon of stages."""
    said = sense(kind, text)
    return said or next((key for key, _, _ in find_terms("stages", text, kind)), None)
