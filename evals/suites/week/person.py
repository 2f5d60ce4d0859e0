"""One member at one brand's desk: what they type, tap and hand in, and what of it they write into the diary."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import count

from evals.suites.week.diary import Block, Diary, Fate, Number, StandingIn, Stop
from evals.suites.week.house import ROLES, House
from memory.domain.cards import DraftsCard, SendListCard
from memory.domain.chat import Accepted, Command, EditDraft, Inbound, Reply, SaveDeputy, Undo, UpdateRelation
from memory.domain.errors import Conflict
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import BrandId, ConversationId, DraftId, MemberId

_OUTSIDE_IDS = count(1)
_RANGES = re.compile(r"(\d+)(?:[-–](\d+))?")
_TAKEN_BACK = "已撤回"
_MARKS = {Fate.SENT: "已发", Fate.FAILED: "没发成", Fate.SKIPPED: "跳过", Fate.OFFERED: "再来一次"}
_DONE = {
    Fate.SENT: "hand_marked_sent", Fate.FAILED: "hand_marked_failed", Fate.SKIPPED: "hand_marked_skipped",
    Fate.OFFERED: "hand_marked_again",
}  # fmt: skip


@dataclass(slots=True)
class Person:
    """A member in one conversation of one brand."""

    house: House
    diary: Diary
    name: str
    member: MemberId
    brand: BrandId
    conversation: ConversationId

    async def say(self, text: str) -> Reply:
        """Type a line and read the answer, whether a command or a turn gave it; cards arrive with it."""
        scope = await self.house.scope(self.member, self.brand)
        line = Inbound(connector="web", outside_id=f"w{next(_OUTSIDE_IDS)}", text=text, conversation=self.conversation)
        receipt = await self.house.desk.receive(scope, line)
        if isinstance(receipt, Accepted):
            await self.house.runner.run(scope, receipt.turn)
            async with self.house.database.unit(scope) as unit:
                lines = await unit.conversations.transcript(self.conversation, limit=5)
            reply = next(each.reply for each in reversed(lines) if each.turn == receipt.turn and each.reply.planner)
        else:
            reply = receipt.reply
        self.diary.happened["lines typed"] += 1
        self.diary.happened["downtimes told"] += "关机" in reply.text
        await self._read(reply)
        return reply

    async def submit(self, form: Command) -> Reply:
        """Hand in a form of a page."""
        reply = await self.house.desk.submit(await self.house.scope(self.member, self.brand), form)
        await self._read(reply)
        return reply

    async def draft(self, handles: Sequence[str], wish: str) -> str:
        """Ask for messages; the code of the batch. Raises LookupError with the answer where none was made."""
        reply = await self.say(f"给 {'、'.join(f'@{handle}' for handle in handles)} {wish}")
        code = next((card.batch for card in reply.cards if isinstance(card, DraftsCard)), None)
        if code is None:
            raise LookupError(reply.text)
        self.diary.happened["batches"] += 1
        return code

    async def look(self, code: str, numbers: Collection[int] | None = None) -> DraftsCard:
        """Open a batch: its card is delivered."""
        scope = await self.house.scope(self.member, self.brand)
        card = await self.house.desk.present(scope, code, conversation=self.conversation, numbers=numbers)
        await self._saw(card)
        return card

    async def decide(self, line: str) -> Reply:
        """Type a decision and note what it is said to have done."""
        reply = await self.say(line)
        now, told = await self.house.now(), reply.decision
        if told is not None:
            self.diary.approved(self.member, [(told.batch, number) for number in told.approved], at=now)
            self.diary.refused(self.member, [(told.batch, number) for number in told.rejected], at=now)
            self.diary.happened["batches signed by their count"] += bool(told.approved) and "全部" in line
            self.diary.happened["edits by command"] += len(told.revised)
            self.diary.happened["approvals refused"] += len(told.refused)
        else:
            self.diary.happened["decisions refused"] += 1
        return reply

    async def withdraw(self, code: str, numbers: Sequence[int]) -> None:
        """Take approvals back within their minute."""
        reply = await self.say(f"撤回 {code} {listed(numbers)}")
        taken = numbers_in(reply.text.partition(_TAKEN_BACK)[2].partition("，")[0])
        self.diary.took_back([(code, number) for number in taken], at=await self.house.now())

    async def stop(self, code: str | None) -> Stop:
        """Stop a batch or everything of the brand that is there now; the entry ends when somebody resumes it."""
        scope = await self.house.scope(self.member, self.brand)
        async with self.house.database.unit(scope) as unit:
            running = {batch.code for batch in await unit.drafts.batches(limit=1_000) if not batch.stopped}
        await self.say(f"停 {code}" if code else "停")
        entry = Stop(await self.house.now(), None, self.brand, frozenset({code} if code else running))
        self.diary.stops.append(entry)
        self.diary.happened["stops"] += 1
        return entry

    async def resume(self, stop: Stop, code: str | None) -> None:
        """Lift a stop."""
        stop.until = await self.house.now()
        await self.say(f"恢复 {code}" if code else "恢复")
        self.diary.happened["resumptions"] += 1

    async def edit(self, code: str, number: int, ending: str) -> None:
        """Add a sentence to the creator's text by hand."""
        card = await self.look(code, [number])
        (row,) = card.items
        await self.submit(EditDraft(draft=row.draft, seen_digest=row.digest, text=f"{row.text} {ending}"))
        self.diary.happened["edits by hand"] += 1

    async def undo(self) -> None:
        """「撤销」."""
        await self.say("撤销")
        self.diary.happened["undone changes"] += 1

    async def block(self, handle: str) -> Block:
        """Keep a creator from being written to; the entry ends when it is undone."""
        await self.submit(UpdateRelation(handle=handle, blocked=True))
        entry = Block(await self.house.now(), None, self.brand, handle)
        self.diary.blocks.append(entry)
        self.diary.happened["blocks"] += 1
        return entry

    async def unblock(self, block: Block) -> None:
        """Undo one's own block on the page."""
        block.until = await self.house.now()
        await self.submit(Undo())
        self.diary.happened["undone changes"] += 1

    async def let_stand_in(self, who: str, *, for_: str, until: str) -> StandingIn:
        """Let a member decide as another to the end of a day; the diary's entry ends when its caller says so."""
        members = self.house.members
        await self.submit(SaveDeputy(member=members[who], stands_for=members[for_], until=until))
        self.house.sign_in_again()
        entry = StandingIn(await self.house.now(), None, members[who], ROLES[for_])
        self.diary.deputies.append(entry)
        return entry

    async def take_texts(self) -> None:
        """「发送清单」: texts to copy."""
        await self.say("发送清单")

    async def take_at_night(self, what: Number, draft: DraftId) -> None:
        """Confirm on the page that one is sent outside the creator's daytime."""
        try:
            await self.submit(HandOut(draft=draft, night=True))
        except Conflict:  # somebody has it, or the minute is full
            return
        self.diary.nights.add(what)
        self.diary.happened["by hand: at night, confirmed"] += 1

    async def mark(self, numbers: Iterable[Number], fate: Fate) -> None:
        """「K7 的 1-3 已发」, batch by batch."""
        by_batch: defaultdict[str, list[int]] = defaultdict(list)
        for code, number in numbers:
            by_batch[code].append(number)
        for code, own in by_batch.items():
            reply = await self.say(f"{code} 的 {listed(own)} {_MARKS[fate]}")
            told = said_done(reply.text, code, self.house.words.say(_DONE[fate], "zh"))
            self.diary.marked([(code, number) for number in told], fate, at=await self.house.now())
            self.diary.happened["by hand: marks refused"] += len(own) - len(told)

    async def doubt(self, what: Number) -> None:
        """Take 「已发」 back on the page: perhaps it was not sent."""
        card = await self.send_list()
        row = next(row for row in card.items if (row.batch, row.number) == what)
        await self.submit(MarkByHand(draft=row.draft, said="undone", attempt=row.attempt))
        self.diary.marked([what], Fate.UNSURE, at=await self.house.now())

    async def send_list(self) -> SendListCard:
        """The page of the send list, which claims nothing."""
        return await self.house.hand.listed(await self.house.scope(self.member, self.brand))

    async def _read(self, reply: Reply) -> None:
        for card in reply.cards:
            if isinstance(card, DraftsCard):
                await self._saw(card)
            elif isinstance(card, SendListCard):
                now = await self.house.now()
                for row in card.items:
                    if row.text is not None:
                        self.diary.took(self.member, (row.batch, row.number), row.text, at=now)

    async def _saw(self, card: DraftsCard) -> None:
        if card.presentation is not None:
            await self.house.desk.delivered(await self.house.scope(self.member, self.brand), card.presentation)
            for row in card.items:
                self.diary.saw(self.member, (card.batch, row.number), row.text)


async def sit_down(house: House, diary: Diary, name: str, brand: BrandId) -> Person:
    """A new conversation of a member at a brand's desk."""
    member = house.members[name]
    async with house.database.unit(await house.scope(member, brand)) as unit:
        conversation = (await unit.conversations.start(connector="web", chat="direct", now=unit.now)).id
    return Person(house, diary, name, member, brand, conversation)


def listed(numbers: Iterable[int]) -> str:
    """1、3、4."""
    return "、".join(str(number) for number in numbers)


def said_done(answer: str, code: str, done: str) -> list[int]:
    """Numbers of a batch of which an answer says, line by line, that they were marked: 「K7 的 1-3：已记为已发」."""
    lines = [line for line in answer.splitlines() if line.startswith(f"{code} ") and line.endswith(done)]
    return [number for line in lines for number in numbers_in(line.removeprefix(code).removesuffix(done))]


def numbers_in(text: str) -> list[int]:
    """「1-3、5」 as numbers."""
    found: list[int] = []
    for low, high in _RANGES.findall(text):
        found += range(int(low), int(high or low) + 1)
    return found
