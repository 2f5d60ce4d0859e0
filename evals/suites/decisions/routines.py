"""What follows on itself: a day's work, second thoughts before a message goes, a text in hand, a platform in trouble.

Single acts in a random order seldom meet; here the later one finds what the earlier one left.
"""

from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

from evals.suites.decisions.books import UNTOUCHED
from evals.suites.decisions.drafting import MOST_BATCHES
from evals.suites.decisions.going_back import GoingBack
from evals.suites.decisions.nouns import Known, Where
from evals.suites.decisions.sending import Sending
from evals.suites.decisions.team import SHARES, Team
from memory.domain.by_hand import HandMark
from memory.domain.chat import SavePolicy

DAYTIME, NIGHT = 13, 3  # by the clock of New York it is day, or night, wherever creators live
# What somebody does to a message that waits, by the name of the act.
THOUGHTS = (
    "edit_it", "reject_it", "silence", "silence", "change_role", "change_policy", "change_policy", "price_changes",
    "stricter", "end_deputies", "stop", "take_back", "import_again", "time_passes", "draft_again",
)  # fmt: skip
CHAINS = (
    (HandMark.FAILED, HandMark.AGAIN), (HandMark.SENT, HandMark.UNDONE, HandMark.FAILED),
    (HandMark.SENT, HandMark.UNDONE, HandMark.SENT), (HandMark.SKIPPED,), (HandMark.SENT, HandMark.FAILED),
)  # fmt: skip


class Routines(GoingBack, Sending, Team):
    """Acts that are several of the others in the order in which they happen to people."""

    async def workday(self, draw: Random) -> None:
        """Somebody drafts, somebody approves, by day it goes."""
        if len(self.books.stacks) < MOST_BATCHES:
            await self._approved_anew(draw)
        await self._by_day()
        await self._goes(draw)

    async def second_thoughts(self, draw: Random) -> None:
        """Something changes between the approval and the send."""
        waiting = self.waiting()
        if not waiting and len(self.books.stacks) < MOST_BATCHES:
            await self._approved_anew(draw)
            waiting = self.waiting()
        if waiting:
            await self._changed(draw, draw.choice(waiting))
        await self._by_day()
        await self._goes(draw)

    async def sequence(self, draw: Random) -> None:
        """What comes after a batch is approved with it or behind it, and something may happen in the days between."""
        small = self.small()
        if not small or len(self.books.stacks) >= MOST_BATCHES:
            return
        before = draw.choice(small)
        place = await self.followed(draw, "operator", before, days=draw.choice([1, 3]))
        await self.approved(draw, place, draw.choice(["anna", "lead"]), later=True)
        for _ in range(draw.randint(1, 3)):
            await self._by_day()
            await self._goes(draw)
            if draw.random() < 0.3:
                await self.silence(draw)
            await self.move(timedelta(days=1))
            self.tell("a day passes")
        await self._by_day()
        await self._goes(draw)

    async def in_hand(self, draw: Random) -> None:
        """A member has a text, and says this or that of it or nothing at all; the others try it too."""
        waiting = [known for known in self.waiting() if known.by_hand]
        if not waiting:
            return
        await self._by_day()
        known = draw.choice(waiting)
        await self._taken([known.draft], ["operator"], night=False, dies=False)
        if draw.random() < 0.4:
            await self.move(UNTOUCHED + timedelta(minutes=draw.choice([-30, 30, 30])))
            await self._restarted()
        for said in draw.choice(CHAINS):
            if draw.random() < 0.85:
                await self._marked(known, said, "operator", times=1)
        await self._by_day()
        await self._taken([known.draft], [self._hand(draw)], night=False, dies=False)

    async def by_night(self, draw: Random) -> None:
        """It is night where creators live; a member says that they would send all the same, allowed or not."""
        waiting = [known for known in self.waiting() if known.by_hand]
        if not waiting and len(self.books.stacks) < MOST_BATCHES:
            await self._approved_anew(draw)
            waiting = [known for known in self.waiting() if known.by_hand]
        if draw.random() < 0.7:
            form = SavePolicy(**self._as_it_is(), night_by_hand=True)
            await self.policy_set("owner", form, replace(self.books.policy, night_by_hand=True))
        await self.move_to_hour(NIGHT)
        self.tell("it is night")
        await self._taken([known.draft for known in waiting][:2], [self._hand(draw)], night=True, dies=False)

    async def trouble(self, draw: Random) -> None:
        """A platform in a bad mood, or a process that dies; somebody asks what became of it; then all is well."""
        await self._by_day()
        await self._moody(draw, fails=True, dispatchers=1)
        if draw.random() < 0.8:
            await self._restarted()
        await self.move(timedelta(hours=draw.choice([1, 24])))
        await self._by_day()
        await self._dispatched(draw, dispatchers=1)

    async def cool_down_changes(self, draw: Random) -> None:
        """A second first message is approved while no time need pass, or with a pass; by its time one must."""
        written = [known for known in self.books.drafts.values() if known.first and known.where is Where.SENT]
        if not written or len(self.books.stacks) >= MOST_BATCHES:
            await self.workday(draw)
            return
        known, usual = draw.choice(written), self.books.policy
        await self._days(0)
        await self._drafted_again(draw, known)
        await self._days(30)
        if draw.random() < 0.6:
            await self._by_day()
            await self._goes(draw)
        if draw.random() < 0.5:
            await self._days(usual.cool_down_days)

    async def passed_twice(self, draw: Random) -> None:
        """A lead lets one more first message through; it goes, and then somebody tries another one."""
        await self.let_through(draw)
        await self._by_day()
        await self._goes(draw)
        written = [known for known in self.books.drafts.values() if known.first and known.where is Where.SENT]
        if written:
            await self._drafted_again(draw, written[-1])
            await self._goes(draw)

    async def _days(self, days: int) -> None:
        """A lead sets the cool-down and nothing else."""
        form = SavePolicy(**self._as_it_is(), cool_down_days=str(days))
        await self.policy_set("owner", form, replace(self.books.policy, cool_down_days=days))

    async def _stricter(self, draw: Random) -> None:
        """A lead wants to see more from now on."""
        present, as_it_is = self.books.policy, self._as_it_is()
        match draw.choice(["own", "share", "size"]):
            case "own":
                form = SavePolicy(**{**as_it_is, "own_drafts_approvable": False})
                await self.policy_set("owner", form, replace(present, own_drafts_approvable=False))
            case "share":
                form = SavePolicy(**{**as_it_is, "commission_ceiling": "15%"})
                await self.policy_set("owner", form, replace(present, commission_ceiling_bp=SHARES["15%"]))
            case _:
                form = SavePolicy(**as_it_is, batch_ceiling="1")
                await self.policy_set("owner", form, replace(present, batch_ceiling=1))

    def _as_it_is(self) -> dict[str, Any]:
        """The fields that the form always names."""
        present = self.books.policy
        share = next(text for text, bp in SHARES.items() if bp == present.commission_ceiling_bp)
        return {"own_drafts_approvable": present.own_drafts_approvable, "commission_ceiling": share}

    async def _approved_anew(self, draw: Random) -> None:
        places = draw.sample(range(3), draw.randint(1, 2))
        place = await self.drafted(draw, draw.choice(["operator", "ben"]), places, first=draw.random() < 0.6)
        await self.approved(draw, place, draw.choice(["anna", "lead", "ben"]), later=True)

    async def _by_day(self) -> None:
        if not all(self.books.is_day(creator, self.now()) for creator in self.creators[:3]):
            await self.move_to_hour(DAYTIME)
            self.tell("it is day")

    async def _goes(self, draw: Random) -> None:
        """What waits sets out, by a dispatcher and by hand."""
        await self._dispatched(draw, dispatchers=1)
        texts = [known.draft for known in self.waiting() if known.by_hand][:3]
        if texts:
            await self._taken(texts, [self._hand(draw)], night=False, dies=False)

    def _hand(self, draw: Random) -> str:
        """Who sends: an operator, or an approver who is there."""
        return draw.choice(["operator", "operator" if "anna" in self.books.away else "anna"])

    async def _changed(self, draw: Random, known: Known) -> None:
        match draw.choice(THOUGHTS):
            case "edit_it":
                await self.edited(draw, known, draw.choice(["operator", "ben"]))
            case "reject_it":
                await self._rejected(draw, known)
            case "stricter":
                await self._stricter(draw)
            case "end_deputies":
                await self._deputy_ends(draw, known)
            case "draft_again":
                await self._drafted_again(draw, known)
            case other:
                await getattr(self, other)(draw)

    async def _rejected(self, draw: Random, known: Known) -> None:
        who = draw.choice(["anna", "lead", "ben"])
        card = await self.shown(known.batch, who, [known.number], [known.number])
        await self.answered(card, who, reject=[known.number])

    async def _deputy_ends(self, draw: Random, known: Known) -> None:
        """A deputy approved it; then their time ends, or a lead ends it."""
        await self._stands_in("operator", "lead", days=1)
        card = await self.shown(known.batch, "operator", [known.number], [known.number])
        await self.answered(card, "operator", approve=[known.number])
        if draw.random() < 0.7:
            await self._revoked(next(one for one in self.books.stand_ins if one.who == "operator"))
        else:
            await self.move(timedelta(hours=25))

    async def _drafted_again(self, draw: Random, known: Known) -> None:
        """Another first message to the same person, approved as soon as it may be."""
        if len(self.books.stacks) < MOST_BATCHES and known.creator in self.creators[:3]:
            place = await self.drafted(draw, "operator", [self.creators.index(known.creator)], first=True)
            await self.approved(draw, place, "lead", later=True)
