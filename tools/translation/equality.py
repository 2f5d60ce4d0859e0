"""Whether two languages of one message say the same figures."""

from dataclasses import dataclass
from typing import Literal

from tools.translation.figures import Figure, Kind, figures, spoken_numbers


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure one side says and the other does not."""

    figure: Figure
    missing_in: Literal["text", "other"]


def differences(text: str, other: str) -> tuple[Difference, ...]:
    """Figures found on one side only. A plain number may be answered by the same number in words."""
    here, there = figures(text), figures(other)
    return (
        *(Difference(figure, "other") for figure in _unanswered(here, there, other)),
        *(Difference(figure, "text") for figure in _unanswered(there, here, text)),
    )


def _unanswered(wanted: tuple[Figure, ...], given: tuple[Figure, ...], given_text: str) -> list[Figure]:
    keys = {figure.key for figure in given}
    dates = {figure.value[-5:] for figure in given if figure.kind is Kind.DATE}
    spoken = spoken_numbers(given_text)
    missing: dict[tuple[Kind, str], Figure] = {}
    for figure in wanted:
        answered = (
            figure.key in keys
            or (figure.kind is Kind.NUMBER and figure.value in spoken)
            or (figure.kind is Kind.DATE and len(figure.value) == 5 and figure.value in dates)
        )
        if not answered:
            missing.setdefault(figure.key, figure)
    return list(missing.values())
