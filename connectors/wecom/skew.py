"""Whether this machine's clock agrees with the platform's: callbacks and tokens live minutes. Pure."""

from datetime import datetime
from email.utils import parsedate_to_datetime

from memory.domain.errors import Misconfigured

MOST_SECONDS = 300


def require_right_time(told: str, now: datetime) -> None:
    """Compare with what an answer's Date header says; an empty one proves nothing.

    Raises:
        Misconfigured: "clock_skew", more than five minutes apart (not retryable).
    """
    if not told:
        return
    apart = abs((now - parsedate_to_datetime(told)).total_seconds())
    if apart > MOST_SECONDS:
        raise Misconfigured("clock_skew", minutes=round(apart / 60))
