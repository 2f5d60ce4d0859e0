"""Rules of writing: drafts, edits, and what an import says of a creator."""

from collections.abc import Sequence
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from evals.suites.decisions.nouns import NOT_YET, Known, Reversible, Stack, Wording
from evals.suites.decisions.stage import ZONES, Stage
from evals.suites.selling_office import content
from memory.domain.creator import CreatorFacts
from memory.domain.creator import Stage as Standing
from memory.domain.follow_ups import Condition, FollowUp
from memory.domain.ids import CreatorId
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import FIRST_MESSAGES, Channel, Flag, NewDraft, Purpose
from memory.unit_of_work import UnitOfWork

MOST_BATCHES = 6
MOST_FOLLOWED = 5
PLAIN = Offer()
OFFERS = (
    PLAIN, PLAIN, PLAIN, PLAIN, Offer(commission_bp=1_000), Offer(commission_bp=2_000),
    Offer(flat_fee=Money(4_000)), Offer(flat_fee=Money(9_000)), Offer(flat_fee=Money(1, "XXX")),
    Offer(free_sample=True), Offer(commission_bp=12_000),
)  # fmt: skip
AUTHORS = ("operator", "operator", "anna", "ben")


class Drafting(Stage):
    """What people write."""

    async def draft(self, draw: Random) -> None:
        """Somebody drafts messages to some creators, to be sent by a platform or by hand."""
        if len(self.books.stacks) < MOST_BATCHES:
            places = draw.sample(range(3), draw.randint(1, 3))
            await self.drafted(draw, draw.choice(AUTHORS), places, first=draw.random() < 0.6)

    async def follow_up(self, draw: Random) -> None:
        """Somebody plans what comes after a batch, some days later and unless its creators answer."""
        small = self.small()
        if small and len(self.books.stacks) < MOST_BATCHES:
            before = draw.choice(small)
            await self.followed(draw, draw.choice(AUTHORS), before, days=draw.choice([1, 1, 3]))

    async def edit(self, draw: Random) -> None:
        """Somebody words a draft anew: what was decided of it is void, or it is too late."""
        known = draw.choice(list(self.books.drafts.values()))
        await self.edited(draw, known, draw.choice(["operator", "ben"]))

    async def import_again(self, draw: Random) -> None:
        """Another file knows a creator, under the handle in capitals, and where they live now."""
        place, zone = draw.randrange(3), draw.choice(ZONES)

        async def work(unit: UnitOfWork) -> None:
            facts = [CreatorFacts(handle=f"CREATOR{place:03d}", name="again", market="US", zone=zone)]
            await unit.creators.upsert(facts, source="file", as_of=unit.now)

        await self.carried_out("owner", work)
        self.books.zones[self.creators[place]] = ZoneInfo(zone)
        self.tell(f"creator {place} lives in {zone}")
        self.count("imports")

    async def drafted(self, draw: Random, who: str, places: list[int], *, first: bool) -> int:
        """A published batch; its place."""
        by_hand = draw.random() < 0.42
        purpose = Purpose.INVITE if first else Purpose.THANKS
        creators = [self.creators[creator] for creator in places]
        return await self._written(draw, who, creators, purpose, by_hand=by_hand)

    def small(self) -> list[int]:
        """Batches that others come after: all but large ones, which are slow enough by themselves."""
        every = range(len(self.books.stacks))
        return [place for place in every if len(self.books.of_batch(place)) <= MOST_FOLLOWED]

    async def followed(self, draw: Random, who: str, before: int, *, days: int) -> int:
        """A published batch that comes after another one; its place."""
        earlier = list(self.books.of_batch(before).values())
        place = await self._written(
            draw, who, [one.creator for one in earlier], Purpose.FOLLOW_UP, by_hand=earlier[0].by_hand,
            after=earlier, days=days,
        )  # fmt: skip
        self.tell(f"which comes {days} days after {before}")
        self.count("follow-ups", len(earlier))
        return place

    async def _written(
        self,
        draw: Random,
        who: str,
        creators: Sequence[CreatorId],
        purpose: Purpose,
        *,
        by_hand: bool,
        after: Sequence[Known] = (),
        days: int = 0,
    ) -> int:
        place = len(self.books.stacks)
        wordings = [
            Wording(f"v1 of {place}.{number}", draw.choice(OFFERS), failing=draw.random() < 0.04)
            for number in range(1, len(creators) + 1)
        ]

        async def work(unit: UnitOfWork) -> Stack:
            relations = await unit.relations.of(creators)
            stages = {one: relations[one].stage if one in relations else Standing.NEW for one in creators}
            drafts = [
                NewDraft(
                    creator,
                    content(wording.text, offer=wording.offer),
                    (Flag("too_long", {}),) if wording.failing else (),
                    follow=_behind(after[number], stages[creator], days) if after else None,
                )
                for number, (creator, wording) in enumerate(zip(creators, wordings, strict=True))
            ]
            return Stack(
                await unit.drafts.add_batch(
                    drafts,
                    brand=self.office.brand,
                    conversation=None,
                    purpose=purpose,
                    channel=Channel.BY_HAND if by_hand else Channel.PLAYGROUND,
                    product=self.product,
                    decide_by=unit.now + timedelta(hours=72),
                    fence=None,
                )
            )

        stack = await self.carried_out(who, work)
        if stack is None:
            self.violate(["drafting was refused"])
            return 0
        self.books.stacks.append(stack)
        for made, wording in zip(stack.made.drafts, wordings, strict=True):
            self.books.drafts[made.id] = Known(
                made.id, place, made.number, made.creator, purpose in FIRST_MESSAGES, by_hand, who, who, [wording],
                after=after[made.number - 1] if after else None, days=days,
            )  # fmt: skip
        self.tell(f"{who} drafts {place} ({purpose}{', by hand' if by_hand else ''}) to {list(creators)}: {wordings}")
        return place

    async def edited(self, draw: Random, known: Known, who: str) -> None:
        """Another version, or a refusal."""
        wording = Wording(f"v{draw.randint(2, 10**6)} of {known}", draw.choice(OFFERS))

        async def work(unit: UnitOfWork) -> bool:
            await unit.drafts.add_version(known.draft, content(wording.text, offer=wording.offer), ())
            return True

        before = len(known.versions)
        if not await self.carried_out(who, work):
            return
        self.tell(f"{who} edits {known}: {wording}")
        if known.where not in NOT_YET:
            self.violate([f"{known} was edited although it is {known.where}"])
        known.reword(wording, who)
        self.books.changes[who].append(Reversible(self.now(), known.draft, before, before + 1))
        self.count("edits")


def _behind(before: Known, stage: Standing, days: int) -> FollowUp:
    root, count = before, 1
    while root.after is not None:
        root, count = root.after, count + 1
    return FollowUp(before.draft, root.draft, count, Condition.NO_REPLY, stage, delay_days=days)
