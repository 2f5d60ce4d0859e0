"""What a plan should be looked at twice for: time, size and commission. Pure; nothing here forbids anything."""

from collections.abc import Sequence
from datetime import date, timedelta

from memory.domain.campaign import Figures, NewCampaign
from memory.domain.outreach import Fact, Flag
from memory.domain.sample import content_days

# No parcel's time is known before it is sent: a week abroad is what a team has to reckon with.
SHIPPING_DAYS = 7
# An audience below half of the usual size, or above twice of it, is far from it.
_FAR = 2


def doubts(
    plan: NewCampaign, usual: Figures, *, audience: int, markets: Sequence[str | None], begins: date
) -> tuple[Flag, ...]:
    """Warnings of a plan for so many creators, whose first messages go on the day it `begins` at the earliest.

    `markets` are those of the creators who are added to it.
    """
    found = [*_late(plan, markets, begins), *_size(audience, usual), *_commission(plan, usual)]
    return tuple(found)


def _late(plan: NewCampaign, markets: Sequence[str | None], begins: date) -> list[Flag]:
    day = plan.promotion_on
    if day is None:
        return []
    found = []
    posted = [begins + timedelta(days=SHIPPING_DAYS + content_days(market)) for market in markets]
    late = [moment for moment in posted if moment > day]
    if late:
        facts: dict[str, Fact] = {
            "count": len(late),
            "shipping": SHIPPING_DAYS,
            "days": (max(late) - begins).days - SHIPPING_DAYS,
            "from": begins.isoformat(),
            "by": max(late).isoformat(),
            "day": day.isoformat(),
        }
        found.append(Flag("campaign_late", facts, blocking=False))
    last = begins + timedelta(days=sum(step.delay_days or 0 for step in plan.steps))
    if last > day:
        passed: dict[str, Fact] = {"round": len(plan.steps), "by": last.isoformat(), "day": day.isoformat()}
        found.append(Flag("campaign_round_late", passed, blocking=False))
    return found


def _size(audience: int, usual: Figures) -> list[Flag]:
    low, high = usual.creators
    if low <= audience * _FAR and audience <= high * _FAR:
        return []
    return [Flag("campaign_size", {"count": audience, "low": low, "high": high}, blocking=False)]


def _commission(plan: NewCampaign, usual: Figures) -> list[Flag]:
    offered = plan.offer.commission_bp
    low, high = usual.commission_bp
    if offered is None or low <= offered <= high:
        return []
    facts: dict[str, Fact] = {"offered": f"{offered / 100:g}%", "low": f"{low / 100:g}%", "high": f"{high / 100:g}%"}
    return [Flag("campaign_commission", facts, blocking=False)]
