"""When each round of a plan goes, and who needs none. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from memory.domain.creator import Creator, Stage
from memory.domain.follow_ups import Condition, FollowUp, Holds, holds
from memory.domain.ids import CreatorId
from memory.domain.outreach import Draft, Flag, Purpose
from tools.follow_ups.arguments import ScheduleFollowUpArgs, read_moment

USUAL_DAYS = 3


def purpose_of(args: ScheduleFollowUpArgs) -> Purpose:
    """What is written when nobody says: a reminder of the content after a sample, else a nudge."""
    usual = Purpose.FOLLOW_UP if args.condition is Condition.NO_REPLY else Purpose.CONTENT_REMINDER
    return args.purpose or usual


def days_before(args: ScheduleFollowUpArgs, number: int) -> int:
    """How many days round `number` (from 1) keeps from the message before it."""
    ways = (args.after_days, args.every_days) if number == 1 else (args.every_days, args.after_days)
    return next((days for days in ways if days is not None), USUAL_DAYS)


def begins(args: ScheduleFollowUpArgs, creator: Creator, *, team: ZoneInfo) -> datetime | None:
    """The moment (UTC) named for the first round; a day begins by the creator's clock, an hour is the team's."""
    if args.at is None:
        return None
    moment = read_moment(args.at)
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=team)).astimezone(UTC)
    return datetime.combine(moment, time(0), creator.home.zone).astimezone(UTC)


def is_past(args: ScheduleFollowUpArgs, *, now: datetime, team: ZoneInfo) -> bool:
    """Whether the day or the moment named is over."""
    if args.at is None:
        return False
    moment = read_moment(args.at)
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=team)) <= now
    return moment < _today(now, team)


def follow_up(
    args: ScheduleFollowUpArgs, number: int, *, before: Draft, root: Draft, stage: Stage, at: datetime | None
) -> FollowUp:
    """Round `number` after the message before it."""
    first = number == 1 and at is not None
    return FollowUp(
        after=before.id,
        root=root.id,
        round=number,
        condition=args.condition,
        stage=stage,
        delay_days=None if first else days_before(args, number),
        not_before=at if first else None,
    )


def needs_none(
    last: Draft | None, *, condition: Condition, stage: Stage, planned: Mapping[CreatorId, str], creator: CreatorId
) -> Flag | None:
    """Why no follow-up is planned for a creator; None where one is. `planned`: batches of rounds that wait."""
    if last is None:
        return Flag("never_written_to", {})
    if condition is Condition.NO_REPLY and last.replied_at is not None:
        return Flag("replied", {})
    if creator in planned:
        return Flag("follow_up_exists", {"batch": planned[creator]})
    draft = FollowUp(last.id, last.id, 1, condition, stage, delay_days=USUAL_DAYS)
    return Flag("follow_up_settled", {}) if holds(draft, stage) is Holds.NO_LONGER else None


def _today(now: datetime, zone: ZoneInfo) -> date:
    return now.astimezone(zone).date()
