"""What a suite or benchmark found, line by line, each against its bound."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One measured value. `bound` says what it must be, as text ("≤ 3.0", "= 0"); empty: only reported."""

    metric: str
    value: str
    bound: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Scorecard:
    """All lines of one run."""

    name: str
    lines: tuple[Line, ...]

    @property
    def ok(self) -> bool:
        """Whether every bound holds."""
        return all(line.ok for line in self.lines)
