"""One line in every chat whose card is open, when its drafts are decided elsewhere: few channels can change a card."""

from collections.abc import Sequence

from agent.approval.recording import DecisionResult
from memory.domain.outreach import Batch
from memory.domain.owed import DeskUnit
from memory.domain.places import Place


async def tell_elsewhere(unit: DeskUnit, batch: Batch, result: DecisionResult, *, here: Place | None) -> None:
    """Tell chats where the decided drafts stand, but not the one they were decided in; forget cards that are done."""
    approved, rejected = (*result.approved, *result.waiting), result.rejected
    decided = {*approved, *rejected}
    if not decided:
        return
    standing = await unit.card_places.open(batch.id)
    cards = [card for card in standing if card.numbers & decided]
    if not cards:
        return
    fresh = await unit.drafts.batch(batch.code)
    waits = {draft.number for draft in (fresh or batch).drafts if draft.approvable}
    waiting = {(card.place.channel, card.place.chat) for card in standing if card.numbers & waits}
    members = await unit.people.members()
    by = next((member.name for member in members if member.id == unit.scope.member), "")
    told = {(here.channel, here.chat)} if here is not None else set()
    for card in cards:
        chat = (card.place.channel, card.place.chat)
        if chat in told:
            continue
        told.add(chat)
        await unit.card_places.tell(
            card.place, brand=batch.brand, batch=batch.code, by=by, approved=runs(approved), rejected=runs(rejected),
            over=chat not in waiting,
        )  # fmt: skip
    await unit.card_places.close([card.id for card in cards if not card.numbers & waits])


def runs(numbers: Sequence[int]) -> str:
    """1 2 3 7 as 1-3、7; empty for none. Pure."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return "、".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)
