"""Files handed in: previewed, mapped, carried out, with a report per row."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, Protocol

from memory.domain.ids import ImportRunId, MemberId

KINDS: Final = ("creators", "products", "samples", "orders", "posts", "rates")
"""What a file may hold, in the order of the page."""


class ImportState(StrEnum):
    """Where an import is."""

    PREVIEWED = "previewed"
    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


class RowOutcome(StrEnum):
    """What a row did; `problem` says why one was left out."""

    ADDED = "added"
    CHANGED = "changed"
    SAME = "same"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class ImportRun:
    """One file. `headers` in file order; `mapping` from a header to one of our fields."""

    id: ImportRunId
    kind: str
    file_name: str
    made_by: MemberId
    state: ImportState
    headers: tuple[str, ...]
    mapping: dict[str, str]
    mapping_name: str
    made_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """One row of the file, numbered as a spreadsheet shows it. Cells are foreign text, as long as the headers."""

    number: int
    cells: tuple[str, ...]
    outcome: RowOutcome | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """What became of a row, or what is wrong with it. `forget`: its cells are not kept."""

    number: int
    outcome: RowOutcome | None = None
    problem: str | None = None
    forget: bool = False


class ImportStore(Protocol):
    """Import runs of the scope with their rows."""

    async def add(
        self,
        *,
        kind: str,
        file_name: str,
        headers: Sequence[str],
        rows: Sequence[ImportedRow],
        mapping: Mapping[str, str],
        mapping_name: str,
    ) -> ImportRunId:
        """Keep a previewed file."""
        ...

    async def by_id(self, run: ImportRunId) -> ImportRun | None:
        """One run."""
        ...

    async def lock(self, run: ImportRunId) -> ImportRun:
        """One run, locked until the transaction ends. Raises NotFound."""
        ...

    async def rows(self, run: ImportRunId, *, after: int = 0, limit: int = 1000) -> list[ImportedRow]:
        """Rows with number > `after`, in file order."""
        ...

    async def judge(self, run: ImportRunId, verdicts: Sequence[RowVerdict]) -> None:
        """Note what became of rows."""
        ...

    async def counts(self, run: ImportRunId) -> dict[str, int]:
        """Rows by outcome, and under "rows" and "problems" all of them and those with a problem."""
        ...

    async def problems(self, run: ImportRunId, *, limit: int = 200) -> list[tuple[int, str]]:
        """(row number, problem), in file order."""
        ...

    async def map(self, run: ImportRunId, mapping: Mapping[str, str], *, name: str, kind: str | None = None) -> None:
        """Change the mapping of a run that is only previewed, and as what it is read. Raises Conflict later."""
        ...

    async def move(self, run: ImportRunId, to: ImportState) -> None:
        """Move a run along; ended ones stay as they are."""
        ...

    async def learnt(self, kind: str, headers: Sequence[str]) -> dict[str, str] | None:
        """The mapping with which a file of the same headers was last carried out."""
        ...
