"""The week itself: what three members do on each day at the desks of two brands, drawn from one seed."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

from evals.suites.week.diary import Block, Diary, Number, StandingIn, Stop
from evals.suites.week.house import House
from evals.suites.week.person import Person, listed, sit_down
from evals.suites.week.running import be_off, die_sending, pass_time
from evals.suites.week.shifts import at_night, have_doubts, paste, shift, skip_unread, stand_in_at_the_list
from memory.domain.ids import BrandId
from memory.domain.outreach import DraftStatus, Intent

TEAM = ZoneInfo("Asia/Shanghai")
MORNING = timedelta(hours=9, minutes=30)
NIGHT_OFF = timedelta(hours=9)
_SENT, _APPROVED = DraftStatus.SENT, DraftStatus.APPROVED
_ANSWERABLE = (Intent.INTERESTED, Intent.PRICE, Intent.SAMPLE, Intent.ADDRESS, Intent.QUESTION)
DESKS = (("chen", "pets"), ("zhou", "pets"), ("lin", "pets"), ("chen", "home"), ("zhou", "home"), ("lin", "home"))


@dataclass(frozen=True, slots=True)
class Scale:
    """How large a week is. `batch`: drafts of an ordinary batch; `large`: of the one signed by its count.

    `hours` pass between two looks of the workers, `shifts` between two of the members at the send list.
    """

    creators: int
    days: int
    batch: int
    large: int
    hours: int
    shifts: int


FULL = Scale(creators=300, days=7, batch=20, large=57, hours=1, shifts=6)
FAST = Scale(creators=30, days=2, batch=8, large=9, hours=6, shifts=12)


@dataclass(slots=True)
class Week:
    """Everybody at their desks, and what is still to be done."""

    house: House
    diary: Diary
    scale: Scale
    seed: int
    desks: dict[tuple[str, str], Person] = field(default_factory=dict)
    codes: dict[BrandId, list[str]] = field(default_factory=dict)
    handles: dict[Number, str] = field(default_factory=dict)
    fresh: dict[BrandId, list[str]] = field(default_factory=dict)
    _stop: Stop | None = None
    _stopped: tuple[Person, str | None] | None = None
    _block: Block | None = None
    _stand_in: StandingIn | None = None
    _first: str = ""

    def desk(self, name: str, brand: str) -> Person:
        """A member at a brand's desk."""
        return self.desks[name, brand]

    async def begin(self) -> None:
        """Everybody sits down; creators are dealt out in an order of the seed."""
        brands = {"pets": self.house.pets, "home": self.house.home}
        for name, brand in DESKS:
            self.desks[name, brand] = await sit_down(self.house, self.diary, name, brands[brand])
        draw = Random(f"{self.seed}/order")
        for each in brands.values():
            self.fresh[each] = draw.sample(self.house.handles, len(self.house.handles))
            self.codes[each] = []

    async def live(self, day: int) -> None:
        """One day, from half past nine at the team's desks until the same time tomorrow."""
        draw = Random(f"{self.seed}/{day}")
        await self._until_morning()
        await self._morning(day, draw)
        before = 0
        for hour in (*range(self.scale.hours, 24, self.scale.hours), 24):
            due = [act for at, act in sorted(self._plan(day).items()) if before < at <= hour]
            await self._an_hour(draw, due, by=timedelta(hours=hour - before))
            before = hour

    async def _until_morning(self) -> None:
        now = (await self.house.now()).astimezone(TEAM)
        morning = now.replace(hour=0, minute=0, second=0, microsecond=0) + MORNING
        await self.house.move_clock((morning if morning > now else morning + timedelta(days=1)) - now)

    async def _an_hour(self, draw: Random, due: list[Callable[[Random], Awaitable[None]]], *, by: timedelta) -> None:
        for act in due:
            await act(draw)
        await pass_time(self.house, self.diary, draw, by=by)

    def _plan(self, day: int) -> Mapping[float, Callable[[Random], Awaitable[None]]]:
        """Hour after the morning → what happens then."""
        plan: dict[float, Callable[[Random], Awaitable[None]]] = {
            0.5: self._die_in_this_process,
            1.5: self._change_of_mind,
            2: self._stop_something if day % 7 != 3 else self._stop_everything,
            2.5: self._block_somebody,
            5: self._go_on,
            6: self._unblock if day % 2 == 0 else self._leave_blocked,
            8: self._answer_and_follow_up,
        }
        if day == 0 or self.scale.days > 2:  # a process takes seconds to start
            plan[12.5] = self._die_as_a_process
        plan |= {hour + 0.9: self._shifts for hour in range(0, 24, self.scale.shifts)}
        if day == min(2, self.scale.days - 1):
            plan[12] = self._machine_off
        return plan

    # The morning

    async def _morning(self, day: int, draw: Random) -> None:
        await self._change_deputies(day)
        chen, zhou, lin = (self.desk(name, "pets") for name in ("chen", "zhou", "lin"))
        large = day == 1
        first = self._deal(self.house.pets, self.scale.large if large else self.scale.batch)
        overlap = first[-max(len(first) // 3, 1) :][: self.scale.batch // 3]
        second = overlap + self._deal(self.house.pets, self.scale.batch - len(overlap))
        if len(first) > 3:
            code = await self._draft(chen, first, "写邀约，佣金12%，可以寄样")
            other = await self._draft(zhou, second, "写邀约，佣金15%")
            self._first = code
            await chen.edit(code, 2, "Have a lovely day!")
            await chen.edit(code, 3, "See you soon!")
            await chen.undo()
            size = len(first)
            await zhou.look(code)
            second_decider = chen if self._stand_in is not None and day % 2 == 1 else lin
            await second_decider.look(other)
            line = (
                f"批准 {code} 全部 {size} 条" if large
                else f"批准 {code} 1-{size - 2}，改 {size - 1}：佣金改成11%，拒 {size}"
            )  # fmt: skip
            await asyncio.gather(zhou.decide(line), second_decider.decide(f"批准 {other} 1-{len(second)}"))
            await zhou.decide(f"批准 {code} 2")
            if not large:
                await lin.look(code, [size - 1])
                await lin.decide(f"批准 {code} {size - 1}")
            await self._take_some_back(zhou, code, draw)
        await self._brand_of_ceilings(day)

    async def _brand_of_ceilings(self, day: int) -> None:
        """The other brand: creators of the first one among them, and a commission only a lead may give."""
        chen, zhou, lin = (self.desk(name, "home") for name in ("chen", "zhou", "lin"))
        meant = self._deal(self.house.home, self.scale.batch)
        if not meant:
            return
        above = day % 2 == 0
        code = await self._draft(chen, meant, f"写邀约，佣金{18 if above else 10}%，可以寄样")
        await zhou.look(code)
        await zhou.decide(f"批准 {code} 1-{len(meant)}")
        if above:
            await lin.look(code)
            await lin.decide(f"批准 {code} 全部 {len(meant)} 条")

    async def _change_deputies(self, day: int) -> None:
        """On odd days the operator stands in for the approver at both brands, to the end of the day."""
        now = await self.house.now()
        if self._stand_in is not None and self._stand_in.until is not None and self._stand_in.until <= now:
            self._stand_in = None
        if day % 2 == 1:
            today = now.astimezone(TEAM).date()
            entry = await self.desk("lin", "pets").let_stand_in("chen", for_="zhou", until=today.isoformat())
            end = now.astimezone(TEAM).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
            entry.until = end.astimezone(now.tzinfo)
            self._stand_in = entry
            self.diary.happened["deputies"] += 1

    async def _take_some_back(self, person: Person, code: str, draw: Random) -> None:
        """Withdraw three of one's approvals in their minute, and give one of them again."""
        own = [
            one.what[1] for one in self.diary.verdicts
            if one.what[0] == code and one.verdict == "approve" and one.member == person.member
        ]  # fmt: skip
        some = sorted(draw.sample(own, min(3, len(own))))
        if some:
            await person.withdraw(code, some)
            await person.look(code, some[:1])
            await person.decide(f"批准 {code} {some[0]}")

    # The hours after it

    async def _die_in_this_process(self, draw: Random) -> None:
        await self._die(draw, as_process=False)

    async def _die_as_a_process(self, draw: Random) -> None:
        """In the hours in which the American morning begins."""
        await self._die(draw, as_process=True)

    async def _die(self, draw: Random, *, as_process: bool) -> None:
        """Once something is due; half an hour later, and at an earlier message, if so many were not sent."""
        for most in (4, 3, 2, 1, 1):
            await self.house.move_clock(timedelta(minutes=30))
            if await die_sending(self.house, self.diary, draw, most=most, as_process=as_process):
                return

    async def _change_of_mind(self, draw: Random) -> None:
        """A text is edited after its approval, and approved anew; one approval is followed by a rejection."""
        del draw
        chen, lin, zhou = (self.desk(name, "pets") for name in ("chen", "lin", "zhou"))
        waiting = [row.number for row in (await lin.look(self._first)).items if row.status == "approved"]
        if len(waiting) > 2:
            await chen.edit(self._first, waiting[0], "Thank you!")
            await lin.look(self._first, [waiting[0]])
            await lin.decide(f"批准 {self._first} {waiting[0]}")
            await zhou.look(self._first, [waiting[1]])
            await zhou.decide(f"拒 {self._first} {waiting[1]}")

    async def _stop_something(self, draw: Random) -> None:
        del draw
        await self._stop_by(self.desk("chen", "pets"), self._first)

    async def _stop_everything(self, draw: Random) -> None:
        del draw
        await self._stop_by(self.desk("chen", "pets"), None)

    async def _stop_by(self, person: Person, code: str | None) -> None:
        if code != "":
            self._stop = await person.stop(code)
            self._stopped = (self.desk("zhou", "pets"), code)

    async def _go_on(self, draw: Random) -> None:
        """Somebody takes from the list while its batch is stopped; then an approver resumes it."""
        await shift(self.desk("lin", "pets"), self.diary, draw, codes=self.codes[self.house.pets])
        if self._stop is not None and self._stopped is not None:
            person, code = self._stopped
            await person.resume(self._stop, code)
            self._stop = None

    async def _block_somebody(self, draw: Random) -> None:
        """A creator who is about to be written to."""
        person = self.desk("chen", "home")
        async with self.house.database.unit(await self.house.scope(person.member, person.brand)) as unit:
            batches = await unit.drafts.batches(limit=3)
        waiting = [draft.handle for batch in batches for draft in batch.drafts if draft.status == "approved"]
        blocked = {block.handle for block in self.diary.blocks}
        waiting = [handle for handle in waiting if handle not in blocked]
        self._block = await person.block(draw.choice(waiting)) if waiting else None

    async def _unblock(self, draw: Random) -> None:
        del draw
        if self._block is not None:
            await self.desk("chen", "home").unblock(self._block)

    async def _leave_blocked(self, draw: Random) -> None:
        del draw
        self._block = None

    async def _answer_and_follow_up(self, draw: Random) -> None:
        """Answers to who wrote back, a second message to some who did not, and one planned for tomorrow."""
        for brand in ("pets", "home"):
            chen, zhou = self.desk("chen", brand), self.desk("zhou", brand)
            async with self.house.database.unit(await self.house.scope(chen.member, chen.brand)) as unit:
                unanswered = await unit.creator_messages.find(status="unanswered")
                sent = [draft for draft in await unit.drafts.find(statuses=[_SENT]) if draft.replied_at is None]
                approved = await unit.drafts.find(statuses=[_APPROVED])
                now = unit.now
            wrote = list(dict.fromkeys(m.handle for m in unanswered if m.gist.intent in _ANSWERABLE))
            silent = {draft.handle for draft in sent if draft.sent_at and now - draft.sent_at > timedelta(hours=20)}
            lately = sorted({draft.handle for draft in (*sent, *approved) if draft.follow is None} - silent)
            for handles, wish in (
                (draw.sample(wrote, min(2, len(wrote))), "给 {} 写回复"),
                (sorted(silent)[:4], "给 {} 写跟进"),
                (draw.sample(lately, min(6, len(lately))), "{} 要是1天没回，自动跟进一次"),
            ):
                if handles:
                    await self._written_and_signed(chen, zhou, handles, wish)

    async def _written_and_signed(self, author: Person, decider: Person, handles: list[str], wish: str) -> None:
        reply = await author.say(wish.format("、".join(f"@{handle}" for handle in handles)))
        for code in dict.fromkeys(card.batch for card in reply.cards if card.kind == "drafts"):
            card = await decider.look(code)
            self._know(author.brand, code, {row.number: row.handle for row in card.items})
            ready = [row.number for row in card.items if row.approvable]
            self.diary.happened["follow-ups and answers drafted"] += len(ready)
            if ready:
                await decider.decide(f"批准 {code} {listed(ready)}")

    async def _machine_off(self, draw: Random) -> None:
        del draw
        await be_off(self.house, self.diary, time=NIGHT_OFF)
        await self.house.upkeep.sweep()
        for brand in ("pets", "home"):
            await self.desk("lin", brand).say("发送清单")

    async def _shifts(self, draw: Random) -> None:
        """Whoever is at a desk looks at the list."""
        for name, brand in (("chen", "pets"), ("zhou", "pets"), ("chen", "home"), ("lin", "home")):
            person, codes = self.desk(name, brand), self.codes[self.desk(name, brand).brand]
            await shift(person, self.diary, draw, codes=codes)
            luck = draw.random()
            if luck < 0.15:
                await have_doubts(person, self.diary, codes=codes)
            elif luck < 0.25 and name != "chen":
                await stand_in_at_the_list(person, self.diary, codes=codes)
            elif luck < 0.35:
                await skip_unread(person)
            elif luck < 0.6 and brand == "home":
                await at_night(person)
            own = {what: handle for what, handle in self.handles.items() if what[0] in codes}
            await paste(person, self.diary, draw, handles=own, most=1)

    # Drafting

    def _deal(self, brand: BrandId, count: int) -> list[str]:
        dealt, self.fresh[brand] = self.fresh[brand][:count], self.fresh[brand][count:]
        return dealt

    async def _draft(self, person: Person, handles: list[str], wish: str) -> str:
        code = await person.draft(handles, wish)
        card = await person.look(code)
        self._know(person.brand, code, {row.number: row.handle for row in card.items})
        return code

    def _know(self, brand: BrandId, code: str, handles: Mapping[int, str]) -> None:
        if code not in self.codes[brand]:
            self.codes[brand].append(code)
        self.handles |= {(code, number): handle for number, handle in handles.items()}
