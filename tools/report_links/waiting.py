"""A read-only link as it waits for its lead's confirmation. Pure."""

from datetime import date

from pydantic import JsonValue

from memory.domain.periods import PeriodName
from memory.domain.report_links import ReportWish
from memory.domain.waiting_stores import WaitingChange

REPORT_LINK = "report_link"


def is_of_report_links(change: WaitingChange) -> bool:
    """Whether a waiting change is a link to be made."""
    return REPORT_LINK in change.change


def kept(wish: ReportWish) -> dict[str, JsonValue]:
    """A wish as a waiting change holds it."""
    said: dict[str, JsonValue] = {
        "period": wish.period.value if wish.period else "",
        "first": wish.first.isoformat() if wish.first else "",
        "last": wish.last.isoformat() if wish.last else "",
        "parts": list(wish.parts),
        "days": wish.days,
    }
    return {REPORT_LINK: said}


def waited_for(change: WaitingChange) -> ReportWish:
    """The wish a waiting change holds. Raises KeyError for any other change."""
    said = change.change[REPORT_LINK]
    if not isinstance(said, dict):
        raise KeyError(REPORT_LINK)
    parts, days = said["parts"], said["days"]
    return ReportWish(
        PeriodName(str(said["period"])) if said["period"] else None,
        date.fromisoformat(str(said["first"])) if said["first"] else None,
        date.fromisoformat(str(said["last"])) if said["last"] else None,
        tuple(str(part) for part in parts) if isinstance(parts, list) else (),
        days if isinstance(days, int) else 0,
    )
