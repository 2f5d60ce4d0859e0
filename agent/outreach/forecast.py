"""When the rounds of a plan can go at the earliest, before anything of it is decided. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from agent.outreach.windows import Window, next_open
from memory.domain.ids import CreatorId
from memory.domain.outreach import Batch, Draft


def earliest(
    batches: Sequence[Batch], window: Window, *, now: datetime
) -> dict[CreatorId, tuple[datetime | None, ...]]:
    """For each creator of the first batch, when each round opens if all is decided now; None: no message of theirs.

    Later rounds wait for the one before, and for its day there. Limits and quotas may move any of them back.
    """
    rounds: list[Mapping[CreatorId, Draft]] = [{draft.creator: draft for draft in batch.drafts} for batch in batches]
    found: dict[CreatorId, tuple[datetime | None, ...]] = {}
    for creator, first in rounds[0].items():
        moment = next_open(now, ZoneInfo(first.zone), window)
        moments: list[datetime | None] = [moment]
        for drafts in rounds[1:]:
            draft = drafts.get(creator)
            if draft is None or draft.follow is None:
                moments.append(None)
                continue
            after = moment + timedelta(days=draft.follow.delay_days or 0)
            moment = next_open(max(after, draft.follow.not_before or after), ZoneInfo(draft.zone), window)
            moments.append(moment)
        found[creator] = tuple(moments)
    return found
