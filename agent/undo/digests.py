"""When a conversation gets its digest, as it was before its member changed it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import time

from agent.cards.digest_shown import schedule_text
from memory.domain.digests import Schedule, Wish
from memory.domain.errors import Conflict
from memory.domain.ids import ConversationId
from memory.domain.stores import Unit
from memory.domain.undo_stores import Change, Snapshot
from prompts.render import Texts
from tools.digest.tool import kept_wish


async def changed_digest(unit: Unit, changes: Sequence[Change], texts: Texts) -> str:
    """The newest change of a turn stands for all of them. Raises Conflict where it was changed since."""
    lang, conversation = unit.scope.lang, ConversationId(changes[0].row)
    first, last = min(changes, key=lambda one: one.id), max(changes, key=lambda one: one.id)
    present = await unit.digests.of(conversation)
    if present is None or kept_wish(present.wish) != dict(last.after or {}):
        raise Conflict("undo_changed_since", what=texts.say("undo_digest_name", lang))
    wish = read_wish(present.wish, first.before) if first.before else replace(present.wish, active=False)
    await unit.digests.save(conversation, wish)
    on = schedule_text(wish.schedule, lang, texts)
    return texts.say("undo_digest", lang, what=on if wish.active else texts.say("undo_digest_off", lang))


def read_wish(present: Wish, kept: Snapshot) -> Wish:
    """A wish out of the trail of changes; where it is sent to stays."""
    hour, minute = str(kept["at"]).split(":")
    schedule = Schedule(time(int(hour), int(minute)), str(kept["timezone"]), tuple(int(day) for day in kept["days"]))
    return Wish(schedule, "en" if kept["lang"] == "en" else "zh", bool(kept["enabled"]), present.place)
