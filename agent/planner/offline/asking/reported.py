"""What is only to be told to somebody: 就说样品下周一寄出, "tell her the parcel got lost"; it asks for nothing."""

from collections.abc import Iterator

from prompts import words

_WAYS = words.ways("outreach", "reported")

Span = tuple[int, int]


def reported(text: str) -> Iterator[Span]:
    """Where the words of an answer stand in folded text, in order, none inside another."""
    found = sorted(match.span("said") for way in _WAYS for match in way.finditer(text))
    end = 0
    for start, stop in found:
        if start >= end:
            yield start, stop
            end = stop


def without_reported(text: str, blank: str = " ") -> str:
    """The text with those words blanked letter for letter."""
    for start, end in reported(text):
        text = text[:start] + blank * (end - start) + text[end:]
    return text
