"""What a planner hands over: calls in stages, what it could not read, and what to tell the person."""

from dataclasses import dataclass, field
from datetime import date

from pydantic import JsonValue

Arguments = dict[str, JsonValue]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    """One tool call; `arguments` holds only fields of that tool, JSON-shaped."""

    name: str
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell the person: a key of `prompts/messages` and its facts."""

    key: str
    facts: dict[str, str | int | float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """Stages run one after another, the calls of one stage are independent reads.

    No stages and no notes means that nothing was understood.
    """

    stages: tuple[tuple[PlannedCall, ...], ...] = ()
    not_understood: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def calls(self) -> tuple[PlannedCall, ...]:
        """Every call, in order."""
        return tuple(call for stage in self.stages for call in stage)


@dataclass(frozen=True, slots=True)
class PlanningContext:
    """What is remembered of the conversation when a message arrives.

    `shortlist` holds handles by rank. `last_criteria` are the arguments of the last search, `last_focus` the
    handle shown last, `last_drafting` the arguments of the last drafts. `last_report` are the arguments of the last
    question about figures, `report_rows` what the rows of its answer stand for, in order. `brands` are named where
    a member sees several. Saved preferences are applied by the caller; here they only say what was written before.
    """

    today: date
    timezone: str = "Asia/Shanghai"
    shortlist: tuple[str, ...] = ()
    open_batches: tuple[str, ...] = ()
    batch_sizes: dict[str, int] = field(default_factory=dict)
    products: tuple[str, ...] = ()
    last_criteria: Arguments | None = None
    preferences: tuple[Arguments, ...] = ()
    last_tool: str | None = None
    last_focus: str | None = None
    last_drafting: Arguments | None = None
    last_report: Arguments | None = None
    report_rows: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    currency: str = "USD"
