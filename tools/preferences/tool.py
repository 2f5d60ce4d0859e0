"""What a member wants remembered: listed, set, forgotten."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, JsonValue
from rapidfuzz.fuzz import partial_ratio

from memory.domain.errors import BadRequest
from memory.domain.product_stores import Preference
from memory.domain.stores import Unit, Units
from tools.contract import Arguments, Effect, Tool, TurnContext

LIMIT = 20
SAID_ALIKE = 80  # rapidfuzz partial ratio: a planner may tidy a person's words, not make up others


class PreferencesArgs(Arguments):
    """`text` in the member's own words, or the number or words of the one to forget."""

    action: Literal["list", "set", "forget"]
    text: str | None = Field(default=None, max_length=300)


@dataclass(frozen=True, slots=True)
class PreferencesShown:
    """What is remembered now; `changed` was set or forgotten by this call."""

    preferences: tuple[Preference, ...]
    action: Literal["list", "set", "forget"]
    changed: Preference | None = None


def preferences(units: Units, read_criteria: Callable[[str], dict[str, JsonValue]]) -> Tool[PreferencesArgs]:
    """Remember what a member says about every search to come. `read_criteria` reads filters out of words."""

    async def run(args: PreferencesArgs, turn: TurnContext) -> PreferencesShown:
        """Only what the member wrote in this turn is remembered. Raises BadRequest."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            kept = await unit.preferences.all()
            if args.action == "list":
                return PreferencesShown(tuple(kept), "list")
            text = (args.text or "").strip()
            if not text:
                raise BadRequest("preference_needs_text")
            if args.action == "forget":
                gone = _meant(kept, text)
                await unit.preferences.forget(gone.id)
                await _record(unit, "preference.forgotten", before=gone)
                return PreferencesShown(tuple(p for p in kept if p.id != gone.id), "forget", gone)
            if not _said(text, turn.said[-1] if turn.said else ""):
                raise BadRequest("preference_not_said", text=text)
            if len(kept) >= LIMIT:
                raise BadRequest("too_many_preferences", limit=LIMIT)
            added = await unit.preferences.add(text, read_criteria(text))
            replaced = next((p for p in kept if p.text == added.text), None)
            await _record(unit, "preference.kept", before=replaced, after=added)
            return PreferencesShown((*kept, added), "set", added)

    about = "Remember, list or forget what the member wants applied to every search of theirs."
    return Tool("preferences", Effect.CHANGES, PreferencesArgs, run, about)


async def _record(unit: Unit, event: str, *, before: Preference | None = None, after: Preference | None = None) -> None:
    """Write down what a member may want to undo."""
    kept = before or after
    await unit.audit.record(
        event,
        subject=f"preference:{kept.id if kept else 0}",
        before={"text": before.text, "criteria": before.criteria} if before else None,
        after={"text": after.text, "criteria": after.criteria} if after else None,
    )


def _said(text: str, message: str) -> bool:
    """A preference must come from the member's own message: a model cannot be talked into one by foreign text."""
    wanted, heard = ("".join(char for char in words.casefold() if char.isalnum()) for words in (text, message))
    return bool(wanted) and partial_ratio(wanted, heard) >= SAID_ALIKE and len(wanted) <= len(heard) + 4


def _meant(kept: list[Preference], text: str) -> Preference:
    if text.isdigit() and 1 <= int(text) <= len(kept):
        return kept[int(text) - 1]
    wanted = text.casefold()
    found = [p for p in kept if wanted in p.text.casefold() or p.text.casefold() in wanted]
    if len(found) != 1:
        raise BadRequest("preference_unknown", text=text, preferences="；".join(p.text for p in kept) or "-")
    return found[0]
