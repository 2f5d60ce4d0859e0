"""One run of fetching something from a shop: where it begins, and how it stands when it ends. Pure."""

from dataclasses import replace
from datetime import datetime, timedelta

from memory.domain.errors import AppError
from memory.domain.outreach import Flag
from memory.domain.shops import AGAIN_AFTER, DAILY, LEASE, Sync, SyncState

_BROKEN = (SyncState.RUNNING, SyncState.FAILED, SyncState.WAITING)


def begun(before: Sync, *, now: datetime) -> Sync:
    """A run's beginning: where the last one broke off, else from the place it left for the next one (empty: anew)."""
    if before.position and before.state in _BROKEN:
        return replace(before, state=SyncState.RUNNING, due_at=now + LEASE)
    return Sync(SyncState.RUNNING, 0, now, before.ended_at, now + LEASE, position=before.position)


def ended(sync: Sync, failure: AppError | None, *, now: datetime, every: timedelta = DAILY) -> Sync:
    """How it stands after a run, and when the next one is due."""
    if failure is None:
        return replace(sync, state=SyncState.DONE, ended_at=now, due_at=now + every, trouble=None)
    trouble = Flag(failure.text_key, dict(failure.facts))
    rest = AGAIN_AFTER if failure.retryable else max(every, AGAIN_AFTER)
    return replace(sync, state=SyncState.FAILED, ended_at=now, due_at=now + rest, trouble=trouble)
