"""Drafts in full, as messages before their card: to the letter, each headed with what it belongs to. Pure.

The head carries 「K7#41」, batch and presentation: a member who quotes such a message means that presentation.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from connectors.wecom.cut import numbered, size
from connectors.wecom.foreign import fenced, line
from connectors.wecom.saying import Say
from memory.domain.cards import DraftRow, DraftsCard, Filled
from memory.domain.ids import PresentationId
from memory.domain.workspace import Lang

_REFERENCE = re.compile(r"「(?P<batch>[A-Z]{1,4}\d{1,6})#(?P<presentation>\d{1,18})」")


def reference(card: DraftsCard) -> str:
    """What names the presentation in a message; empty for a card nobody can answer."""
    return f"「{card.batch}#{card.presentation}」" if card.presentation is not None else ""


def referred(text: str) -> PresentationId | None:
    """The presentation a quoted message of ours belongs to."""
    found = _REFERENCE.search(text)
    return PresentationId(int(found["presentation"])) if found else None


def messages(card: DraftsCard, *, limit: int, lang: Lang, say: Say, team_zone: str) -> list[str]:
    """Everything a member signs for, in as few messages of at most `limit` bytes as hold it, in order."""
    head = reference(card)
    room = limit - size(head) - 1
    packed: list[str] = []
    for block in _blocks(card, lang=lang, say=say, team_zone=team_zone):
        for piece in numbered(block, room):
            if packed and size(packed[-1]) + size(piece) + 2 <= room:
                packed[-1] += f"\n\n{piece}"
            else:
                packed.append(piece)
    return [f"{head}\n{one}" if head else one for one in packed]


def clocks(moment: datetime, zone: str | None, team_zone: str, *, estimated: bool, lang: Lang, say: Say) -> str:
    """A moment on the creator's and the team's clock."""
    here = f"{moment.astimezone(ZoneInfo(team_zone)):%m-%d %H:%M} {team_zone}"
    if not zone:
        return here
    there = f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M} {zone}"
    return f"{there}{say('estimated', lang) if estimated else ''} / {here}"


def _blocks(card: DraftsCard, *, lang: Lang, say: Say, team_zone: str) -> Iterator[str]:
    if card.wordings:
        for wording in card.wordings:
            head = f"**{line(wording.label)}** [{line(wording.language)}]"
            yield f"{head}\n{fenced(wording.text)}\n{fenced(wording.text_zh)}"
        if card.same:
            yield f"{say('overview_same', lang)} {_words(card.same)}"
        yield "\n".join(_made_of(card.batch, row) for row in card.items if not row.in_full)
    for row in card.items:
        if row.in_full:
            yield draft(row, batch=card.batch, lang=lang, say=say, team_zone=team_zone)
    if card.notes:
        yield "\n".join(line(note) for note in card.notes)


def draft(row: DraftRow, *, batch: str, lang: Lang, say: Say, team_zone: str) -> str:
    """One draft in full: both languages, what the checks found, when it goes."""
    status = row.status_text or row.status
    head = say("wecom_draft_head", lang, batch=batch, number=row.number, handle=line(row.handle), status=status)
    parts = [f"**{head}**", fenced(row.text)]
    if row.text_zh and row.text_zh != row.text:
        parts += [say("wecom_draft_zh", lang), fenced(row.text_zh)]
    parts += [f"⚠ {line(flag)}" for flag in row.flags]
    if row.due_at is not None:
        when = clocks(row.due_at, row.zone, team_zone, estimated=row.zone_estimated, lang=lang, say=say)
        parts.append(say("wecom_draft_due", lang, when=when))
    return "\n".join(parts)


def _made_of(batch: str, row: DraftRow) -> str:
    state = "；".join((row.status_text or row.status, *(line(flag) for flag in row.flags)))
    made = " ¶ ".join(line(part) for part in row.made_of)
    return f"{batch} {row.number} · @{line(row.handle)} [{row.language}] · {state} · {made} · {_words(row.variables)}"


def _words(filled: Iterable[Filled]) -> str:
    said = (f"{{{one.name}}} {one.text}" + (f" / {one.text_zh}" if one.text_zh != one.text else "") for one in filled)
    return line("  ".join(said))
