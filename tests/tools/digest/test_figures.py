"""What a digest compares with what: which days are known, and whose they are."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError

from memory.domain.errors import BadRequest
from memory.domain.performance import Freshness
from memory.domain.periods import Period, PeriodName
from tools.digest.arguments import DigestArgs, SubscribeDigestArgs
from tools.digest.figures import known_days
from tools.digest.tool import written_in

WEEK = Period(PeriodName.CUSTOM, date(2026, 11, 11), date(2026, 11, 17))


def told(kind: str, first: int, last: int, as_of: int | None = None) -> Freshness:
    """A source of November's days."""
    told_at = datetime(2026, 11, as_of or last, 12, tzinfo=UTC)
    return Freshness("file", kind, told_at, date(2026, 11, first), date(2026, 11, last), 1)


@pytest.mark.parametrize(
    ("sources", "days"),
    [
        ((), 0),
        ((told("orders", 1, 20),), 7),
        ((told("orders", 15, 20),), 3),
        ((told("orders", 1, 12),), 2),
        ((told("orders", 1, 12, as_of=16),), 6),  # a shop that was asked knows of days without an order
        ((told("orders", 1, 12), told("orders", 16, 20)), 4),
        ((told("posts", 1, 20),), 0),
    ],
)
def test_a_mean_is_of_the_days_that_some_source_tells_of(sources: tuple[Freshness, ...], days: int) -> None:
    assert known_days(WEEK, sources) == days


def test_days_are_numbers_in_order_and_a_time_is_a_time() -> None:
    args = SubscribeDigestArgs(at="8:05", days=("sun", "mon", "mon"))
    assert (str(args.clock), args.weekdays) == ("08:05:00", (0, 6))


@pytest.mark.parametrize("wrong", [{"at": "24:00"}, {"at": "9"}, {"timezone": "Mars/Olympus"}, {"days": ["monday"]}])
def test_what_is_no_time_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        SubscribeDigestArgs.model_validate(wrong)


def test_a_digest_is_of_a_named_period_and_in_two_languages() -> None:
    with pytest.raises(ValidationError):
        DigestArgs(period=PeriodName.CUSTOM)
    assert [written_in(lang) for lang in (None, "zh", "en")] == [None, "zh", "en"]
    with pytest.raises(BadRequest):
        written_in("ja")
