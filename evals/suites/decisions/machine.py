"""The whole machine: what may happen next, and what the rows must say afterwards."""

from collections import Counter
from collections.abc import Awaitable, Callable
from random import Random

from evals.suites.decisions.nouns import Known, Where
from evals.suites.decisions.routines import Routines
from memory.domain.outreach import FIRST_MESSAGES, Draft, DraftStatus

UNSETTLED = {DraftStatus.APPROVED, DraftStatus.HELD, DraftStatus.SENDING, DraftStatus.UNKNOWN}
GONE = {DraftStatus.SENT, DraftStatus.SENDING, DraftStatus.UNKNOWN}
BY_HAND = {
    Where.GOING: DraftStatus.SENDING,
    Where.UNCLEAR: DraftStatus.UNKNOWN,
    Where.SENT: DraftStatus.SENT,
    Where.FAILED: DraftStatus.FAILED,
}
# What may happen next, and how often beside the others: most histories get as far as sending.
ACTS = {
    "draft": 3, "edit": 2, "import_again": 1, "take_change_back": 3,
    "show": 2, "tap": 4, "read_and_approve": 5, "approve_together": 1, "take_back": 2,
    "stop": 1, "go_on": 3, "silence": 1,
    "change_role": 2, "stand_in": 2, "change_policy": 2, "price_changes": 1, "let_through": 2,
    "dispatch": 6, "it_is": 4, "meanwhile": 2, "time_passes": 1, "nothing_runs": 2, "restart": 2,
    "take_texts": 5, "say": 5, "take_and_send": 3,
    "workday": 8, "second_thoughts": 8, "in_hand": 5, "trouble": 4,
    "cool_down_changes": 3, "passed_twice": 3, "by_night": 3, "follow_up": 2, "sequence": 4,
}  # fmt: skip


class DecisionMachine(Routines):
    """Acts are what people, platforms and time do."""

    async def open(self, draw: Random) -> None:
        """A tenant where somebody drafted and somebody else approved already."""
        await self.raise_curtain(draw)
        places = list(range(self.first_batch))
        await self.drafted(draw, draw.choice(["anna", "operator", "operator"]), places, first=True)
        await self.approved(draw, 0, draw.choice(["anna", "lead"]), later=draw.random() < 0.7)
        self.count("histories")

    async def step(self, act: str, draw: Random) -> None:
        """One of the acts by its name; nothing must have gone that should not, and rows agree with what was seen."""
        self.steps += 1
        carry_out: Callable[[Random], Awaitable[None]] = getattr(self, act)
        await carry_out(draw)
        if self.unsure and not self.violations:
            self.violate(await self.rows_disagree())
            self.unsure = False

    async def rows_disagree(self) -> list[str]:
        """What is wrong in the rows as they are now."""
        async with self.database.unit(self.office.owner) as unit:
            drafts = [draft for batch in await unit.drafts.batches() for draft in batch.drafts]
        open_firsts = Counter(
            draft.creator for draft in drafts if draft.purpose in FIRST_MESSAGES and draft.status in UNSETTLED
        )
        wrong = [f"{count} first messages wait for {creator}" for creator, count in open_firsts.items() if count > 1]
        if self.messenger.duplicates():
            wrong.append("sent twice")
        for draft in drafts:
            known = self.books.drafts[draft.id]
            if draft.version.content.text != known.now.text:
                wrong.append(f"{known} says {draft.version.content.text!r} instead of {known.now.text!r}")
            elif _is_wrong(draft, known):
                wrong.append(f"{known} is {known.where}, the rows say {draft.status}")
        return wrong


def _is_wrong(draft: Draft, known: Known) -> bool:
    if known.by_hand:
        return draft.status is not BY_HAND[known.where] if known.where in BY_HAND else draft.status in BY_HAND.values()
    if known.where in (Where.SENT, Where.UNCLEAR):
        return draft.status not in GONE
    # A call that a dying process never made leaves its step claimed until somebody asks.
    return draft.status in (DraftStatus.SENT, DraftStatus.UNKNOWN)
