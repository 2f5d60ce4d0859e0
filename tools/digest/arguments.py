"""What may be asked of the daily digest, and how it may be subscribed to."""

from datetime import time
from typing import Annotated, Final, Literal

from pydantic import StringConstraints, field_validator

from memory.domain.periods import PeriodName
from tools.contract import Arguments
from tools.zone_names import ZoneName

DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class DigestArgs(Arguments):
    """`period` today or yesterday: the digest of that day, else figures of that period. No period: today's.

    `full`: everything that did not fit; `when`: when it is sent here, instead of the digest.
    """

    period: PeriodName | None = None
    full: bool = False
    when: bool = False

    @field_validator("period")
    @classmethod
    def _named(cls, period: PeriodName | None) -> PeriodName | None:
        if period is PeriodName.CUSTOM:
            raise ValueError("a digest is of a named period; performance takes days")
        return period


class SubscribeDigestArgs(Arguments):
    """When this conversation gets its digest; what is not said stays, or is 09:00 of the team's clock, every day.

    `enabled` false: no more. `language`: of the digest, not of the answer.
    """

    at: Annotated[str, StringConstraints(pattern=r"^([01]?\d|2[0-3]):[0-5]\d$")] | None = None
    timezone: ZoneName = None
    days: tuple[Day, ...] = ()
    enabled: bool | None = None
    language: Annotated[str, StringConstraints(pattern="^[a-z]{2}$")] | None = None

    @property
    def clock(self) -> time | None:
        """`at` as a time of day."""
        if self.at is None:
            return None
        hour, minute = self.at.split(":")
        return time(int(hour), int(minute))

    @property
    def weekdays(self) -> tuple[int, ...]:
        """`days` as numbers, Monday 0, each once and in order."""
        return tuple(sorted({DAYS.index(day) for day in self.days}))
