"""Arguments of the follow-up tools."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field, field_validator

from memory.domain.follow_ups import LONGEST_DELAY, MOST_ROUNDS, Condition
from memory.domain.outreach import Purpose
from tools.contract import Arguments
from tools.naming import Segment


class WhoseFollowUpsArgs(Arguments):
    """Whose follow-ups: creators as ranks, handles or a segment; none of them: everybody's."""

    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None


class ScheduleFollowUpArgs(Arguments):
    """Whom to follow up, when, and on what condition.

    `after_days` counts from the message before; `at` is a day or a moment (the team's clock unless it names its own).
    `every_days` is the distance of further rounds. `templates`: the brand's own by name, the first for the first round
    and so on; "" or none: written as usual.
    """

    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    segment: Segment | None = None
    after_days: int | None = Field(default=None, ge=1, le=LONGEST_DELAY)
    at: str | None = Field(default=None, max_length=40)
    every_days: int | None = Field(default=None, ge=1, le=LONGEST_DELAY)
    condition: Condition = Condition.NO_REPLY
    rounds: int = Field(default=1, ge=1, le=MOST_ROUNDS)
    purpose: Purpose | None = None
    templates: tuple[Annotated[str, Field(max_length=40)], ...] = Field(default=(), max_length=MOST_ROUNDS)

    @field_validator("at")
    @classmethod
    def _a_moment(cls, at: str | None) -> str | None:
        if at is not None:
            read_moment(at)
        return at


def read_moment(at: str) -> date | datetime:
    """A day ("2026-11-25") or a moment ("2026-11-25T15:00"). Raises ValueError."""
    plain = at.strip()
    return datetime.fromisoformat(plain) if len(plain) > len("2026-11-25") else date.fromisoformat(plain)
