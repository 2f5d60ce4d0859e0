"""「这周还能联系谁」, "who can we still contact this week": whose turn it is while the week's contacts last."""

from typing import Final

from agent.planner.offline.reading.message import Reading
from agent.planner.plan import PlannedCall
from prompts import words

_ASKS = words.phrase("contacts", "whose_turn")
_ASKS_ELSE = words.phrase("contacts", "something_else")
_LONGEST: Final = 90  # letters of a message that asks this and nothing else


def whose_turn(reading: Reading) -> PlannedCall | None:
    """The call, when the whole message asks for this and nothing else."""
    text = reading.text.strip()
    if len(text) > _LONGEST or not _ASKS.search(text) or _ASKS_ELSE.search(text):
        return None
    return PlannedCall("quota_status", {"who": True})
