"""Rules of writing: drafts, edits, and what an import says of a creator."""

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from evals.suites.decisions.nouns import NOT_YET, Known, Reversible, Stack, Wording
from evals.suites.decisions.stage import ZONES, Stage
from evals.suites.selling_office import content
from memory.domain.creator import CreatorFacts
from memory.domain.money import Money
from memory.domain.offer import Offer
from memory.domain.outreach import FIRST_MESSAGES, Channel, Flag, NewDraft, Purpose
from memory.unit_of_work import UnitOfWork

MOST_BATCHES = 6
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
        place, by_hand = len(self.books.stacks), draw.random() < 0.42
        purpose = Purpose.INVITE if first else Purpose.THANKS
        wordings = [
            Wording(f"v1 of {place}.{number}", draw.choice(OFFERS), failing=draw.random() < 0.04)
            for number in range(1, len(places) + 1)
        ]

        async def work(unit: UnitOfWork) -> Stack:
            drafts = [
                NewDraft(
                    self.creators[creator],
                    content(wording.text, offer=wording.offer),
                    (Flag("too_long", {}),) if wording.failing else (),
                )
                for creator, wording in zip(places, wordings, strict=True)
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
                made.id, place, made.number, made.creator, purpose in FIRST_MESSAGES, by_hand, who, who, [wording]
            )
        self.tell(f"{who} drafts {place} ({purpose}{', by hand' if by_hand else ''}) to {places}: {wordings}")
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
