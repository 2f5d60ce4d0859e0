"""When a card of drafts has done its work, and what it says then.

That follows from how its drafts stand, not from what one press did: pressed in vain, a card keeps its buttons for
whoever may decide.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from connectors.ports.queries import Queries
from connectors.wecom.saying import Say
from memory.domain.cards import DraftsCard
from memory.domain.chat import Reply, Tap
from memory.domain.errors import AppError, BadRequest
from memory.domain.outreach import Batch, Draft, DraftStatus
from memory.domain.workspace import Lang, Scope

MAY_NOT_DECIDE: Final = "decide_not_allowed"  # whoever pressed decides nothing, whatever stands on the card
_DECIDED: Final = frozenset({
    DraftStatus.APPROVED, DraftStatus.REJECTED, DraftStatus.HELD, DraftStatus.SENDING, DraftStatus.UNKNOWN,
    DraftStatus.SENT, DraftStatus.FAILED,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Spent:
    """A card that can do nothing more: its title, and what stands where its buttons were."""

    title: str
    button: str


def spent(drafts: Iterable[Draft], *, batch: str, lang: Lang, say: Say) -> Spent | None:
    """What a card of these drafts has become; None while one waits for a word, be it behind a stop. Pure."""
    shown = list(drafts)
    if any(draft.approvable or draft.paused for draft in shown):
        return None
    states = {draft.status for draft in shown}
    if DraftStatus.EXPIRED in states:
        return Spent(say("wecom_card_expired", lang, batch=batch), say("wecom_card_expired_button", lang))
    if states & _DECIDED:
        return Spent(say("wecom_card_done", lang, batch=batch), say("wecom_card_done_button", lang))
    return gone(lang, say)


def gone(lang: Lang, say: Say) -> Spent:
    """A card that means nothing any more. Pure."""
    return Spent(say("wecom_card_gone", lang), say("wecom_card_gone_button", lang))


async def after_a_press(
    queries: Queries, scope: Scope, batch: str, *, tap: Tap, reply: Reply, failure: AppError | None, say: Say
) -> Spent | None:
    """What the pressed card has become; None while it keeps its buttons. Raises as `Queries.batch`."""
    if isinstance(failure, BadRequest):
        return gone(scope.lang, say)
    found = (await queries.batch(scope, batch)).batch
    return spent(_left_on_it(found, tap, reply), batch=batch, lang=scope.lang, say=say)


def _left_on_it(batch: Batch, tap: Tap, reply: Reply) -> Iterable[Draft]:
    """What stood on the card, without what the answer shows anew: of that the fresh card decides."""
    cards = [card for card in reply.cards if isinstance(card, DraftsCard) and card.batch == batch.code]
    anew = {row.number for card in cards for row in card.items}
    return (draft for draft in batch.drafts if draft.number in {*tap.approve, *tap.reject} - anew)
