"""What counts as shown to a member of a group chat: their own card, or the full texts their group was sent.

A text that was edited since the group read it counts as changed, as on a card of one's own.
"""

from collections.abc import Sequence
from dataclasses import replace

from agent.approval.whole import Newest
from memory.domain.ids import ConversationId, PresentationId
from memory.domain.outreach import Batch, Presentation
from memory.domain.owed import DeskUnit
from memory.domain.places import Place


async def in_chat(
    unit: DeskUnit, batch: Batch, own: Presentation | None, *, conversation: ConversationId | None, place: Place | None
) -> Presentation | None:
    """What the member decides by a text: `own`, or in a group what was sent there, recorded as shown to them too."""
    if place is None or not place.is_group:
        return own
    standing = await unit.card_places.shown(batch.id, place)
    if all(one.member == unit.scope.member for one in standing):
        return own
    now = {draft.number: draft.version.digest for draft in batch.drafts}
    unchanged = [one.number for one in standing if now.get(one.number) == one.digest]
    if not unchanged:
        return own
    in_full = [one.number for one in standing if one.in_full]
    mine = await unit.drafts.present(
        batch.id, conversation=conversation, numbers=unchanged, now=unit.now, in_full=in_full
    )
    await unit.drafts.delivered(mine.id, now=unit.now)
    read = {one.number: one.digest for one in standing}
    return replace(mine, shown=read, in_full=frozenset(in_full), delivered_at=unit.now)


def newest_there(unit: DeskUnit, *, conversation: ConversationId | None, place: Place | None) -> Newest:
    """What the member was shown last of any batch, where they decide."""

    async def newest(batch: Batch) -> Presentation | None:
        own = await unit.drafts.newest_presentation(batch.id, conversation=conversation)
        return await in_chat(unit, batch, own, conversation=conversation, place=place)

    return newest


async def standing_batches(unit: DeskUnit, own: Sequence[Batch], place: Place | None) -> list[Batch]:
    """The batches a line without a code may be about: one's own, and in a group those whose cards stand there."""
    found = list(own)
    if place is None or not place.is_group:
        return found
    known = {batch.code for batch in found}
    for code in await unit.card_places.batches(place):
        batch = await unit.drafts.batch(code) if code not in known else None
        if batch is not None and any(draft.approvable for draft in batch.drafts):
            found.append(batch)
    return found


async def quoted_batch(unit: DeskUnit, quoted: PresentationId | None, place: Place | None) -> str | None:
    """The batch of a quoted message of ours: one's own, or one that stands in the group it was quoted in."""
    if quoted is None:
        return None
    own = await unit.drafts.presentation(quoted)
    if own is not None:
        return own.batch_code
    return await unit.card_places.batch_of(place, quoted) if place is not None and place.is_group else None
