"""Which change an answer brought about, so that a surface can offer to take it back beside it."""

from collections.abc import Collection
from datetime import datetime
from typing import Final

from agent.undo.registry import REVERSERS, STAYS
from memory.domain.chat import Reply
from memory.domain.stores import Unit

_OFFERED: Final = tuple(event for event in REVERSERS if event not in STAYS)
# What the tools of a turn may have changed.
_OF_TOOL: Final = {
    "crm_update": "relation.updated",
    "products": "product.changed",
    "samples": "sample.",
    "preferences": "preference.",
    "templates": "template.",
    "revise_drafts": "draft.edited",
}


async def offered(unit: Unit, reply: Reply) -> Reply:
    """The reply with the change of the unit's member that this transaction made, where it can be reversed."""
    return await _with_newest(unit, reply, _OFFERED, since=unit.now)


async def offered_after(unit: Unit, reply: Reply, *, began_at: datetime) -> Reply:
    """The reply with the change that its turn, begun at that time, made through its tools."""
    kinds = tuple(_OF_TOOL[call.name] for call in reply.tool_calls if call.ok and call.name in _OF_TOOL)
    events = [event for event in _OFFERED if event.startswith(kinds)] if kinds else []
    return await _with_newest(unit, reply, events, since=began_at) if events else reply


async def _with_newest(unit: Unit, reply: Reply, events: Collection[str], *, since: datetime) -> Reply:
    changes = await unit.audit.last_change(events, since=since)
    return reply.model_copy(update={"undo": changes[0].id}) if changes else reply
