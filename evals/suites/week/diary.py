"""What the members did and were told, in their own words: kept beside the product and never read from its rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from memory.domain.ids import BrandId, MemberId
from memory.domain.workspace import Role

_EVERY = 8  # so many texts until one is forgotten again
Number = tuple[str, int]  # a draft as people name it: its batch's code and its number


class Fate(StrEnum):
    """What became of a text somebody took, as they say."""

    TAKEN = "taken"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"
    UNSURE = "unsure"
    OFFERED = "offered"  # on the list again at somebody's word


@dataclass(slots=True)
class InHand:
    """One item of the send list in the diary. `text`: as it was copied; None for one skipped unread.

    `place`: how many were handed out before; `forgotten`: its member says nothing of it until they are asked.
    """

    member: MemberId | None
    text: str | None
    at: datetime
    fate: Fate = Fate.TAKEN
    place: int = 0
    forgotten: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """One number decided, as the member was told."""

    member: MemberId
    what: Number
    verdict: str


@dataclass(slots=True)
class Spell:
    """A time in which something held: a stop, a block, standing in. `until` None: it still does."""

    since: datetime
    until: datetime | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether it held at a moment."""
        return self.since <= moment and (self.until is None or moment < self.until)


@dataclass(slots=True)
class Stop(Spell):
    """A batch stopped, or (None) everything of a brand that there was."""

    brand: BrandId | None = None
    batches: frozenset[str] = frozenset()


@dataclass(slots=True)
class Block(Spell):
    """A creator a brand does not want."""

    brand: BrandId | None = None
    handle: str = ""


@dataclass(slots=True)
class StandingIn(Spell):
    """A member who decides as another one."""

    member: MemberId | None = None
    role: Role = Role.VIEWER


@dataclass(frozen=True, slots=True)
class Paste:
    """A creator's answer a member pasted."""

    brand: BrandId
    handle: str
    text: str
    opted_out: bool


@dataclass(slots=True)
class Diary:
    """A week as its members remember it."""

    verdicts: list[Verdict] = field(default_factory=list)
    texts: dict[Number, set[str]] = field(default_factory=dict)
    withdrawn: dict[Number, list[Spell]] = field(default_factory=dict)
    rejected: dict[Number, datetime] = field(default_factory=dict)
    stops: list[Stop] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    deputies: list[StandingIn] = field(default_factory=list)
    by_hand: dict[Number, InHand] = field(default_factory=dict)
    nights: set[Number] = field(default_factory=set)
    pastes: list[Paste] = field(default_factory=list)
    deaths: int = 0
    happened: Counter[str] = field(default_factory=Counter)
    _seen: dict[tuple[MemberId, Number], str] = field(default_factory=dict)

    def saw(self, member: MemberId, what: Number, text: str) -> None:
        """A text was shown to a member."""
        self._seen[member, what] = text

    def approved(self, member: MemberId, numbers: Iterable[Number], *, at: datetime) -> None:
        """A member was told that these are approved; what they saw last is what may go."""
        for what in numbers:
            self.verdicts.append(Verdict(member, what, "approve"))
            self.texts.setdefault(what, set()).add(self._seen[member, what])
            self.happened["approvals"] += 1
            for spell in self.withdrawn.get(what, ()):
                spell.until = spell.until or at

    def refused(self, member: MemberId, numbers: Iterable[Number], *, at: datetime) -> None:
        """A member was told that these are rejected."""
        for what in numbers:
            self.verdicts.append(Verdict(member, what, "reject"))
            self.rejected.setdefault(what, at)
            self.happened["rejections"] += 1

    def took_back(self, numbers: Iterable[Number], *, at: datetime) -> None:
        """Approvals were withdrawn."""
        for what in numbers:
            self.withdrawn.setdefault(what, []).append(Spell(at))
            self.happened["withdrawals"] += 1

    def took(self, member: MemberId, what: Number, text: str, *, at: datetime) -> None:
        """A text was handed out for copying; shown again to its holder it is the same."""
        item = self.by_hand.get(what)
        if item is None or item.fate is Fate.OFFERED:
            place = self.happened["handed out"]
            self.by_hand[what] = InHand(member, text, at, place=place, forgotten=place % _EVERY == 0)
            self.happened["handed out"] += 1

    def marked(self, numbers: Iterable[Number], fate: Fate, *, at: datetime) -> None:
        """A member said what came of items. What is unsure and failed was never sent: it is on the list again."""
        for what in numbers:
            item = self.by_hand.setdefault(what, InHand(None, None, at))
            unsure = item.fate is Fate.UNSURE
            item.fate = Fate.OFFERED if unsure and fate is Fate.FAILED else fate
            self.happened[f"by hand: {fate}"] += 1
            self.happened["by hand: settled by asking"] += unsure

    def forget(self, *, now: datetime, lease: timedelta) -> None:
        """What was left untouched for too long is unsure: nobody knows any more."""
        for item in self.by_hand.values():
            if item.fate is Fate.TAKEN and item.at + lease <= now:
                item.fate = Fate.UNSURE
                self.happened["by hand: left untouched"] += 1

    def stands_as(self, member: MemberId, own: Role, *, at: datetime) -> Role:
        """A member's role at a moment, standing in for somebody or not."""
        lent = [one.role for one in self.deputies if one.member == member and one.covers(at)]
        return max([own, *lent], key=list(Role).index)
