"""Until when a batch can be decided: a span of hours that never ends while the team is away. Pure."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

TEAM_DAYS = frozenset(range(5))  # Monday to Friday
TEAM_START, TEAM_END = time(9), time(19)
MORNING = time(10)


def decide_by(now: datetime, zone: ZoneInfo, *, hours: int = 72) -> datetime:
    """`now` + `hours` (UTC), or 10:00 of the next team morning when that is outside Mon-Fri 09:00-19:00 in `zone`."""
    moment = now.astimezone(UTC) + timedelta(hours=hours)
    local = moment.astimezone(zone)
    if local.weekday() in TEAM_DAYS and TEAM_START <= local.time() <= TEAM_END:
        return moment
    mornings = (datetime.combine(local.date() + timedelta(days=ahead), MORNING, zone) for ahead in range(8))
    return next(morning.astimezone(UTC) for morning in mornings if morning.weekday() in TEAM_DAYS and morning > local)
