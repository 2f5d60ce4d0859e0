"""What the conditions of a follow-up mean, stage by stage."""

from datetime import UTC, datetime, timedelta

import pytest

from memory.domain.creator import Stage
from memory.domain.follow_ups import Condition, Earlier, FollowUp, Holds, Progress, holds, needless
from memory.domain.ids import DraftId

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def follow_up(condition: Condition, stage: Stage = Stage.CONTACTED) -> FollowUp:
    return FollowUp(DraftId(1), DraftId(1), 1, condition, stage, delay_days=3)


@pytest.mark.parametrize(
    ("condition", "planned", "stage", "meant"),
    [
        (Condition.NO_REPLY, Stage.NEW, Stage.CONTACTED, Holds.YES),
        (Condition.NO_REPLY, Stage.CONTACTED, Stage.NEW, Holds.YES),
        (Condition.NO_REPLY, Stage.CONTACTED, Stage.AGREED, Holds.NO_LONGER),
        (Condition.NO_REPLY, Stage.NEGOTIATING, Stage.NEGOTIATING, Holds.YES),
        (Condition.NO_REPLY, Stage.NEGOTIATING, Stage.CONTACTED, Holds.NO_LONGER),
        (Condition.DELIVERED, Stage.AGREED, Stage.SAMPLE_SENT, Holds.NOT_YET),
        (Condition.DELIVERED, Stage.AGREED, Stage.DELIVERED, Holds.YES),
        (Condition.DELIVERED, Stage.AGREED, Stage.POSTED, Holds.NO_LONGER),
        (Condition.NOT_POSTED, Stage.DELIVERED, Stage.DELIVERED, Holds.YES),
        (Condition.NOT_POSTED, Stage.DELIVERED, Stage.SELLING, Holds.NO_LONGER),
        *((condition, Stage.CONTACTED, Stage.DECLINED, Holds.NO_LONGER) for condition in Condition),
    ],
)
def test_a_condition_reads_the_stage(condition: Condition, planned: Stage, stage: Stage, meant: Holds) -> None:
    assert holds(follow_up(condition, planned), stage) is meant


@pytest.mark.parametrize(
    ("condition", "days_after_planning", "answered"),
    [(Condition.NO_REPLY, -1, True), (Condition.NOT_POSTED, -1, False), (Condition.NOT_POSTED, 1, True)],
)
def test_what_was_said_before_a_reminder_was_planned_does_not_end_it(
    condition: Condition, days_after_planning: int, answered: bool
) -> None:
    sent = Earlier(sent_at=NOW - 5 * DAY, due_at=None, over=False)
    wrote_at = NOW + days_after_planning * DAY
    progress = Progress(follow_up(condition), sent, planned_at=NOW, answered_at=wrote_at, stage=Stage.CONTACTED)
    assert progress.answered is answered


@pytest.mark.parametrize(
    ("condition", "sold_at", "why"),
    [
        (Condition.NO_REPLY, NOW - 6 * DAY, None),  # before the message that it follows
        (Condition.NO_REPLY, NOW - DAY, "creator_sold"),
        (Condition.NOT_POSTED, NOW - DAY, None),  # before the reminder was planned
        (Condition.NOT_POSTED, NOW + DAY, "creator_sold"),
        (Condition.NO_REPLY, None, None),
    ],
)
def test_a_sale_made_since_ends_it(condition: Condition, sold_at: datetime | None, why: str | None) -> None:
    sent = Earlier(sent_at=NOW - 5 * DAY, due_at=None, over=False)
    progress = Progress(follow_up(condition), sent, NOW, answered_at=None, stage=Stage.CONTACTED, sold_at=sold_at)
    assert needless(progress) == why


@pytest.mark.parametrize(
    ("sent_at", "due_at", "earliest"),
    [
        (NOW - 5 * DAY, None, NOW),  # the moment named
        (NOW - timedelta(minutes=10), None, NOW + timedelta(minutes=50)),
        (None, NOW - DAY, NOW + timedelta(hours=1)),  # overdue: it may go now
        (None, NOW + DAY, NOW + DAY + timedelta(hours=1)),
    ],
)
def test_a_moment_named_keeps_its_distance_too(
    sent_at: datetime | None, due_at: datetime | None, earliest: datetime
) -> None:
    at_noon = FollowUp(DraftId(1), DraftId(1), 1, Condition.NO_REPLY, Stage.CONTACTED, not_before=NOW)
    earlier = Earlier(sent_at, due_at, over=False)
    progress = Progress(at_noon, earlier, planned_at=NOW - DAY, answered_at=None, stage=Stage.CONTACTED)
    assert progress.earliest(now=NOW) == earliest
