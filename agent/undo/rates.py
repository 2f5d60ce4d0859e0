"""A commission rate somebody wrote down by hand, taken back: what stood in its place holds again."""

from collections.abc import Sequence

from agent.cards import wording
from agent.sales.agreeing import BY_HAND, rate_of
from agent.undo.rights import needs
from memory.domain.errors import Conflict
from memory.domain.ids import CreatorId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change
from memory.domain.workspace import Role
from prompts.render import Texts


async def agreed_rate(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """What orders owe by it is reckoned anew. Raises Conflict where another rate was agreed in its place since."""
    needs(unit, Role.OPERATOR)
    (change,) = changes
    creator, kept = CreatorId(change.row), change.after or {}
    rate, handle = rate_of(kept, creator), str(kept["handle"])
    before = rate_of(change.before, creator) if change.before else None
    if change.brand is None or not await unit.sales.take_back_rate(rate, before, brand=change.brand, source=BY_HAND):
        raise Conflict("undo_changed_since", what=f"@{handle}")
    lang = unit.scope.lang
    if before is None:
        return texts.say("undo_rate", lang, handle=handle, rate=wording.share(rate.rate_bp))
    return texts.say("undo_rate_before", lang, handle=handle, rate=wording.share(before.rate_bp))
