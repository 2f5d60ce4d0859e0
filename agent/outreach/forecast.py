"""When a message goes if it is approved now, and the rounds of a plan before anything of it is decided. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from agent.outreach.windows import hours_of, next_open
from memory.domain.campaign import CampaignStep
from memory.domain.follow_ups import Before, Progress
from memory.domain.ids import CreatorId
from memory.domain.outreach import FIRST_MESSAGES, Batch, Channel, Draft
from memory.domain.weeks import first_moment
from memory.domain.workspace import BrandPolicy

# No message goes sooner after its approval, so that the approval can be taken back.
MAY_BE_TAKEN_BACK = timedelta(seconds=60)


def due(
    draft: Draft, policy: BrandPolicy, progress: Progress | None, before: Before | None = None, *, now: datetime
) -> datetime:
    """When a message may go that is approved now: a follow-up not before its delay is over, none before its day.

    What a person sends by hand is taken back until that person takes it up.
    """
    wait = timedelta(0) if draft.channel is Channel.BY_HAND else MAY_BE_TAKEN_BACK
    soonest = now + wait
    if progress is not None:
        soonest = max(soonest, progress.earliest(now=now))
    if before is not None:
        soonest = max(soonest, before.earliest(ZoneInfo(draft.zone), now=now) or soonest)
    return _opens(draft, policy, soonest)


def earliest(
    batches: Sequence[Batch], policy: BrandPolicy, *, now: datetime
) -> dict[CreatorId, tuple[datetime | None, ...]]:
    """For each creator of the first batch, when each round opens if all is decided now; None: no message of theirs.

    Later rounds wait for the one before, and for its day there. Limits and quotas may move any of them back.
    """
    rounds: list[Mapping[CreatorId, Draft]] = [{draft.creator: draft for draft in batch.drafts} for batch in batches]
    found: dict[CreatorId, tuple[datetime | None, ...]] = {}
    for creator, first in rounds[0].items():
        moment = _opens(first, policy, now)
        moments: list[datetime | None] = [moment]
        for drafts in rounds[1:]:
            draft = drafts.get(creator)
            if draft is None or draft.follow is None:
                moments.append(None)
                continue
            after = moment + timedelta(days=draft.follow.delay_days or 0)
            moment = _opens(draft, policy, max(after, draft.follow.not_before or after))
            moments.append(moment)
        found[creator] = tuple(moments)
    return found


def rounds_for(
    steps: Sequence[CampaignStep],
    zone: str,
    market: str | None,
    policy: BrandPolicy,
    *,
    now: datetime,
    starts_on: date | None = None,
) -> tuple[datetime, ...]:
    """When each round of a plan opens for a creator who lives there, if all of it were decided now."""
    moments: list[datetime] = []
    for step in steps:
        hours = hours_of(policy, market, first=step.purpose in FIRST_MESSAGES)
        begins = max(now, first_moment(starts_on, ZoneInfo(zone))) if starts_on else now
        after = moments[-1] + timedelta(days=step.delay_days or 0) if moments else begins
        moments.append(next_open(after, ZoneInfo(zone), hours))
    return tuple(moments)


def _opens(draft: Draft, policy: BrandPolicy, moment: datetime) -> datetime:
    hours, zone = hours_of(policy, draft.market, first=draft.purpose in FIRST_MESSAGES), ZoneInfo(draft.zone)
    if draft.starts_on is not None:
        moment = max(moment, first_moment(draft.starts_on, zone))
    return next_open(moment, zone, hours)
