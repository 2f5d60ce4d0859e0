"""Marks of the send list: whether 「已发」 is true is asked again; what else was said of an item stays said."""

from collections.abc import Sequence

from agent.by_hand.marking import against, mark
from agent.cards import wording
from agent.cards.drafts import flag_text
from agent.undo.rights import needs
from memory.domain.by_hand import HandMark, HandStep, HandUnit
from memory.domain.errors import Conflict
from memory.domain.ids import DraftId
from memory.domain.outreach import FIRST_MESSAGES, Flag, StepState
from memory.domain.undo_stores import Change
from memory.domain.workspace import Lang, Role
from prompts.render import Texts


async def marked_sent(unit: HandUnit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict where one of them was marked otherwise since; then all stay as they are."""
    needs(unit, Role.OPERATOR)
    lang = unit.scope.lang
    steps = await _steps(unit, changes)
    attempts = {change.row: (change.before or {}).get("attempt") for change in changes}
    others = await _other_firsts(unit, steps)
    for step in steps:
        moved = Flag("hand_moved_on", {}) if step.attempt != attempts[step.step] else None
        waits = Flag("hand_other_waits", {}) if step.draft in others else None
        if why := moved or against(unit, step, HandMark.UNDONE) or waits:
            said = flag_text(why, lang=lang, texts=texts, now=unit.now)
            raise Conflict("undo_hand_stays", batch=step.batch_code, number=step.number, why=said)
    await mark(unit, [step.draft for step in steps], HandMark.UNDONE)
    return texts.say("undo_hand_sent", lang, batch=_batch(changes), numbers=_numbers(changes, lang))


async def marked_failed(unit: HandUnit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict: it may have gone out after all, so nothing is offered again without a word for it."""
    del texts
    lang = unit.scope.lang
    unclear = all((change.before or {}).get("state") == StepState.UNKNOWN for change in changes)
    key = "undo_hand_offered" if unclear else "undo_hand_failed"
    raise Conflict(key, batch=_batch(changes), numbers=_numbers(changes, lang))


async def marked_skipped(unit: HandUnit, changes: Sequence[Change], texts: Texts) -> str:
    """Raises Conflict: what was skipped has ended."""
    del texts
    raise Conflict("undo_hand_skipped", batch=_batch(changes), numbers=_numbers(changes, unit.scope.lang))


async def _steps(unit: HandUnit, changes: Sequence[Change]) -> list[HandStep]:
    """The items of the marks, locked."""
    batch = await unit.drafts.batch(_batch(changes))
    numbers = {(change.after or {}).get("number") for change in changes}
    drafts: list[DraftId] = [draft.id for draft in batch.drafts if draft.number in numbers] if batch else []
    found = await unit.by_hand.by_drafts(drafts, lock=True)
    if len(found) < len(changes):
        raise Conflict("undo_changed_since", what=_batch(changes))
    return found


async def _other_firsts(unit: HandUnit, steps: Sequence[HandStep]) -> set[DraftId]:
    """First messages of which another one to the same person waits by now: both cannot be open."""
    drafts = [await unit.drafts.by_id(step.draft) for step in steps]
    firsts = [draft for draft in drafts if draft is not None and draft.purpose in FIRST_MESSAGES]
    if not firsts:
        return set()
    creators, own = [draft.creator for draft in firsts], [draft.id for draft in firsts]
    contacts = await unit.steps.first_contacts(creators, brand=steps[0].brand, but=own)
    return {draft.id for draft in firsts if draft.creator in contacts and not contacts[draft.creator].settled}


def _batch(changes: Sequence[Change]) -> str:
    return str((changes[0].after or {}).get("batch", ""))


def _numbers(changes: Sequence[Change], lang: Lang) -> str:
    return wording.ranges([int((change.after or {}).get("number", 0)) for change in changes], lang)
