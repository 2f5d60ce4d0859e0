"""A creator erased for good: what it means is said first, a lead confirms by the code, a job does it.

Erasing is no tool: no model and no foreign text can ask for it, only a member who types it or presses it.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Protocol

import structlog

from agent.team.rights import needs_own
from memory.domain import jobs
from memory.domain.chat import EraseCreator, Reply
from memory.domain.creator import Creator
from memory.domain.erasing import GONE, ErasingStore
from memory.domain.errors import NotAllowed, NotFound
from memory.domain.ids import CreatorId
from memory.domain.stores import CreatorIndex, Unit
from memory.domain.waiting_stores import WaitingChange
from memory.domain.workspace import Role, Scope
from prompts.render import Texts

log = structlog.get_logger(__name__)

ERASE = "erase"
DECIDE_WITHIN = timedelta(hours=72)


class ErasingUnit(Protocol):
    """One transaction that can erase."""

    @property
    def erasing(self) -> ErasingStore:
        """Takes creators out of every table."""
        ...


@dataclass(frozen=True, slots=True)
class Eraser:
    """Carries confirmed erasures out, rows first and the index after them; a repeat changes nothing."""

    unit: Callable[[Scope], AbstractAsyncContextManager[ErasingUnit]]
    index: CreatorIndex

    async def run(self, scope: Scope, creator: CreatorId) -> None:
        """Erase in every brand of the tenant. Raises Unavailable (retryable)."""
        if not scope.role.covers(Role.LEAD):
            log.warning("creator.not_erased", creator=creator, role=scope.role)
            return
        async with self.unit(replace(scope, brand=None)) as unit:
            done = await unit.erasing.erase(creator)
        await self.index.delete([creator])
        log.info("creator.erased", creator=creator, was_there=done)


def is_of_erasing(change: WaitingChange) -> bool:
    """Whether a waiting change is an erasure."""
    return change.change.get(ERASE) is True


async def ask_to_erase(unit: Unit, handle: str, texts: Texts) -> Reply:
    """Keep it under a code and say what it would take away. Raises NotAllowed and NotFound by their texts."""
    needs_own(unit, await unit.people.members(), Role.LEAD)
    creator = await _creator(unit, handle)
    lines = await unit.creator_messages.thread(creator.id)
    kept = await unit.waiting.add([creator.id], {ERASE: True}, decide_by=unit.now + DECIDE_WITHIN)
    said = texts.say(
        "erase_asked", unit.scope.lang, handle=creator.handle, messages=len(lines), code=kept.code
    )  # fmt: skip
    return Reply(text=said)


async def confirmed_erasing(unit: Unit, change: WaitingChange, texts: Texts) -> Reply:
    """Decide it: from this transaction on nobody writes to them, and the job that erases is queued.

    Raises NotAllowed where the member is no lead any more.
    """
    needs_own(unit, await unit.people.members(), Role.LEAD)
    for creator in change.creators:
        if unit.scope.brand is not None:
            await unit.relations.update([creator], blocked=True)
        await unit.defer(jobs.erase_creator(creator, scope=unit.scope))
    return Reply(text=texts.say("erase_confirmed", unit.scope.lang))


async def erase_by_form(unit: Unit, form: EraseCreator, texts: Texts) -> Reply:
    """The same two steps on the profile page: without a code it is asked, with the code it is decided."""
    needs_own(unit, await unit.people.members(), Role.LEAD)
    if not form.code.strip():
        return await ask_to_erase(unit, form.handle, texts)
    creator = await _creator(unit, form.handle)
    taken = await unit.waiting.take(form.code)
    if taken is None or not is_of_erasing(taken) or taken.creators != (creator.id,):
        raise NotFound("nothing_to_confirm", code=form.code.strip())
    return await confirmed_erasing(unit, taken, texts)


async def asked_in_chat(unit: Unit, handle: str, texts: Texts) -> Reply:
    """The same as an answer: a refusal is told, not raised."""
    try:
        return await ask_to_erase(unit, handle, texts)
    except (NotAllowed, NotFound) as refused:
        return Reply(text=texts.say(refused.text_key, unit.scope.lang, **refused.facts))


async def confirmed_in_chat(unit: Unit, change: WaitingChange, texts: Texts) -> Reply:
    """The same as an answer: a refusal is told, not raised."""
    try:
        return await confirmed_erasing(unit, change, texts)
    except NotAllowed as refused:
        return Reply(text=texts.say(refused.text_key, unit.scope.lang, **refused.facts))


async def _creator(unit: Unit, handle: str) -> Creator:
    found = await unit.creators.by_handles([handle.removeprefix("@")])
    creator = next(iter(found.values()), None)
    if creator is None or creator.facts.platform == GONE:
        raise NotFound("creator_unknown", handles=f"@{handle.removeprefix('@')}")
    return creator
