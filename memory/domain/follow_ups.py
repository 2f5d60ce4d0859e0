"""Messages that come after an earlier one: when each may go, what must still hold, and what ends it. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from memory.domain.creator import Stage
from memory.domain.ids import DraftId
from memory.domain.sample import OWING, SampleStatus

MOST_ROUNDS = 6
LONGEST_DELAY = 90  # days
CLOSEST = timedelta(hours=1)


class Condition(StrEnum):
    """Why a follow-up is sent. A reply of its creator ends it whatever the condition."""

    NO_REPLY = "no_reply"
    DELIVERED = "delivered"
    NOT_POSTED = "not_posted"


@dataclass(frozen=True, slots=True)
class FollowUp:
    """How a draft comes after the message `after`; `root` is the one before the first round.

    It goes `delay_days` after that message was sent, or from `not_before` on: exactly one of them is set. `stage` is
    where the brand stood with the creator when it was planned. `ended`: why it is needless before anybody decided it.
    """

    after: DraftId
    root: DraftId
    round: int
    condition: Condition
    stage: Stage
    delay_days: int | None = None
    not_before: datetime | None = None
    ended: str | None = None

    @property
    def occasion(self) -> str:
        """What happens once: this round after this message, whoever plans it and how often."""
        return f"follow:{self.root}:{self.condition}:{self.round}"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What became of the message a follow-up comes after: sent, planned (`due_at`), or `over`: it never goes."""

    sent_at: datetime | None
    due_at: datetime | None
    over: bool


class Holds(StrEnum):
    """Whether a condition is met: yes, not yet, or never again."""

    YES = "yes"
    NOT_YET = "not_yet"
    NO_LONGER = "no_longer"


@dataclass(frozen=True, slots=True)
class Progress:
    """A follow-up and what it depends on besides itself, as it stands now. `stage` is today's.

    `answered_at`: the creator's newest message to the brand; `sold_at`: the newest order they brought it.
    """

    follow: FollowUp
    earlier: Earlier
    planned_at: datetime
    answered_at: datetime | None
    stage: Stage
    sold_at: datetime | None = None

    @property
    def answered(self) -> bool:
        """Whether the creator wrote since the message before; for the others, since the follow-up was planned.

        A reminder of a sample is planned while its creator talks to us: what was said before does not end it.
        """
        return self.answered_at is not None and self.answered_at > self._since

    @property
    def sold(self) -> bool:
        """Whether the creator sold something since then: who sells is not asked again whether they would."""
        return self.sold_at is not None and self.sold_at > self._since

    @property
    def _since(self) -> datetime:
        if self.follow.condition is Condition.NO_REPLY and self.earlier.sent_at is not None:
            return min(self.planned_at, self.earlier.sent_at)
        return self.planned_at

    def earliest(self, *, now: datetime) -> datetime:
        """The first moment it may go: as long as planned after the message before went, or can go at the earliest.

        A moment named that is over when the message before goes at last does not bring the two together.
        """
        began = self.earlier.sent_at or max(self.earlier.due_at or now, now)
        if self.follow.not_before is not None:
            return max(self.follow.not_before, began + CLOSEST)
        return began + timedelta(days=self.follow.delay_days or 0)

    @property
    def holds(self) -> Holds:
        """Whether its condition is met."""
        return holds(self.follow, self.stage)


@dataclass(frozen=True, slots=True)
class Before:
    """What a brand wrote to a creator before a follow-up that no plan holds: its distance is nobody's word.

    `sent_at`: when the last of it went; `answered`: the creator wrote since. `waits`: the batch of one that may still
    go, planned for `due_at` (None: nobody approved it yet). `lost`: nothing went, and what was to go when the follow-up
    was approved has ended since.
    """

    sent_at: datetime | None = None
    answered: bool = False
    waits: str | None = None
    due_at: datetime | None = None
    lost: bool = False

    def earliest(self, zone: ZoneInfo, *, now: datetime) -> datetime | None:
        """A day by the creator's clock after the last message went, or can go; None: nothing is waited for.

        An answer makes a talk of it, in which a day of silence would be odd.
        """
        if self.waits is not None:
            return _next_day(max(self.due_at or now, now), zone)
        return None if self.sent_at is None or self.answered else _next_day(self.sent_at, zone)


def _next_day(moment: datetime, zone: ZoneInfo) -> datetime:
    """The same time of the following day there, whatever its clocks do that night."""
    return (moment.astimezone(zone) + timedelta(days=1)).astimezone(UTC)


def needless(progress: Progress) -> str | None:
    """Why a follow-up will never go, as the key of a text; None while it may."""
    if progress.follow.ended:
        return progress.follow.ended
    if progress.answered:
        return "replied"
    if progress.sold:
        return "creator_sold"
    if progress.earlier.over:
        return "nothing_to_follow"
    return "follow_up_settled" if progress.holds is Holds.NO_LONGER else None


def stage_by_book(stage: Stage, samples: Collection[SampleStatus]) -> Stage:
    """Where the brand stands with a creator, by the samples' own book where the stage a member set says less.

    What a member said of posts and refusals is believed: a reminder too few is better than one to who has posted.
    """
    if stage in _POSTED or stage is Stage.DECLINED:
        return stage
    if OWING.intersection(samples):
        return Stage.DELIVERED
    return Stage.POSTED if SampleStatus.POSTED in samples else stage


_EARLY = frozenset({Stage.NEW, Stage.CONTACTED})
_POSTED = frozenset({Stage.POSTED, Stage.SELLING})


def holds(follow: FollowUp, stage: Stage) -> Holds:
    """What the conditions mean, read from where the brand stands with the creator; the one place that says so.

    A member who moves a silent creator on has taken over.
    """
    if stage is Stage.DECLINED and follow.stage is not Stage.DECLINED:
        return Holds.NO_LONGER
    match follow.condition:
        case Condition.NO_REPLY:
            unmoved = _EARLY if follow.stage in _EARLY else {follow.stage}
            return Holds.YES if stage in unmoved else Holds.NO_LONGER
        case Condition.DELIVERED:
            if stage in _POSTED:
                return Holds.NO_LONGER
            return Holds.YES if stage is Stage.DELIVERED else Holds.NOT_YET
        case Condition.NOT_POSTED:
            return Holds.NO_LONGER if stage in _POSTED else Holds.YES
