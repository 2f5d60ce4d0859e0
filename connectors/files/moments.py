"""Moments as exports write them: year first, or day and month in an order the whole column tells. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from connectors.files.choices import moment_in
from connectors.files.foreign import folded

_WRITTEN = re.compile(
    r"(?P<a>\d{1,4})[-/.年](?P<b>\d{1,2})[-/.月](?P<c>\d{1,4})日?"
    r"(?:[t\s]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>am|pm)?)?"
)
_YEAR_DIGITS = 4
_MOST_MONTHS, _NOON = 12, 12


@dataclass(frozen=True, slots=True)
class Moments:
    """How one column writes its moments. `day_first` None: no row tells day from month; such rows are unreadable."""

    day_first: bool | None
    zone: ZoneInfo

    @classmethod
    def of(cls, texts: Iterable[str], *, zone: ZoneInfo) -> "Moments":
        """What the rows of a column tell together; moments without a zone are of `zone`."""
        first = second = False
        for text in texts:
            found = _WRITTEN.fullmatch(folded(text))
            if found and len(found["a"]) < _YEAR_DIGITS:
                first = first or int(found["a"]) > _MOST_MONTHS
                second = second or int(found["b"]) > _MOST_MONTHS
        return cls(None if first == second else first, zone)

    def read(self, text: str) -> datetime | None:
        """The moment in UTC; None when the cell says none, or day and month cannot be told apart."""
        plain = folded(text)
        found = _WRITTEN.fullmatch(plain)
        if found is None:
            return moment_in(text)
        if len(found["a"]) == _YEAR_DIGITS:
            year, month, day = found["a"], found["b"], found["c"]
        elif self.day_first is None and found["a"] != found["b"]:
            return None
        else:
            year = found["c"]
            month, day = (found["b"], found["a"]) if self.day_first else (found["a"], found["b"])
        hour = int(found["hour"] or 0)
        if found["half"]:
            hour = hour % _NOON + (_NOON if found["half"] == "pm" else 0)
        try:
            local = datetime(
                int(year), int(month), int(day), hour, int(found["minute"] or 0), int(found["second"] or 0),
                tzinfo=self.zone,
            )  # fmt: skip
        except ValueError:
            return None
        return local.astimezone(UTC)
