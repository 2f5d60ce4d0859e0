"""The sheet a request is filled in on: arguments so far, which tokens were read, and what must be told."""

from bisect import bisect_right
from dataclasses import dataclass, field

from agent.planner.offline.asking.clauses import Segment
from agent.planner.offline.reading.tokens import Token
from agent.planner.plan import Arguments, Note, PlanningContext

_QUIET = ("noise", "connector", "correction", "request", "affirmation")


@dataclass(slots=True)
class Sheet:
    """One request being filled in.

    `places` are numbers that turned out to name places of the list, by token. `refused` are spans read but not
    expressible in the arguments; an `incomplete` request is asked about, not run.
    """

    segment: Segment
    context: PlanningContext
    arguments: Arguments = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    places: dict[int, list[int]] = field(default_factory=dict)
    refused: list[tuple[int, int]] = field(default_factory=list)
    incomplete: bool = False
    names_a_metric: bool = field(init=False)
    _clauses: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.names_a_metric = any(token.has("metrics") for token in self.tokens)
        starts = [clause.start for clause in self.segment.clauses]
        self._clauses = [max(0, bisect_right(starts, token.start) - 1) for token in self.tokens]

    @property
    def tokens(self) -> list[Token]:
        """The tokens of the request."""
        return self.segment.tokens

    def clause_of(self, index: int) -> int:
        """The number of the clause a token stands in."""
        return self._clauses[index]

    def use(self, *indexes: int) -> None:
        """Mark tokens as read."""
        self.used.update(indexes)

    def use_span(self, start: int, end: int) -> None:
        """Mark every token that touches `text[start:end]` as read."""
        self.used.update(i for i, token in enumerate(self.tokens) if token.start < end and start < token.end)

    def is_quiet(self, index: int) -> bool:
        """Whether a token carries no fact (blank, filler) or was read already."""
        token = self.tokens[index]
        return token.kind == "mark" or index in self.used or token.has(*_QUIET)

    def quote(self, start: int, end: int) -> str:
        """The person's own words."""
        return self.segment.reading.quote(start, end)

    def note(self, key: str, **facts: str | int | float) -> None:
        """Something to tell, once."""
        note = Note(key, dict(facts))
        if note not in self.notes:
            self.notes.append(note)

    def refuse(self, index: int) -> None:
        """Read, but not to be expressed: quoted back."""
        token = self.tokens[index]
        quantity = token.quantity
        self.refused.append((quantity.start, quantity.end) if quantity else (token.start, token.end))
        self.use(index)
