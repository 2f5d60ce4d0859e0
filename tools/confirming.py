"""Changes that waited for a member's confirmation, carried out: whichever tool kept them."""

from dataclasses import dataclass

from memory.domain.ids import DraftId
from memory.domain.stores import Unit
from memory.domain.waiting_stores import WaitingChange
from tools.crm.tool import apply_change
from tools.follow_ups.waiting_tool import CANCEL


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a confirmation did; `follow_ups`: it was about follow-ups and not about relations."""

    count: int
    follow_ups: bool = False


async def carry_out(unit: Unit, taken: WaitingChange) -> Confirmed:
    """Do what was kept. What ended in the meantime is left as it is."""
    drafts = taken.change.get(CANCEL)
    if isinstance(drafts, list):
        ended = await unit.steps.cancel_follow_ups([DraftId(one) for one in drafts if isinstance(one, int)])
        return Confirmed(len(ended), follow_ups=True)
    return Confirmed(await apply_change(unit, taken.creators, taken.change))
