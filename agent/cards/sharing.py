"""What was shown last as a text for other chats: as many whole lines as fit, contacts and links taken out. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agent.cards import wording
from agent.cards.piece import Piece, Show
from agent.guardrails.contacts import mask
from agent.guardrails.foreign import clean
from memory.domain.cards import CreatorCard, PlanCard, PlanRow, ReportCard, ShareCard, ShortlistCard, ShortlistRow
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.sharing.tool import Shareable, Shared

MOST_LETTERS: Final = 600
TITLE_LETTERS: Final = 120
LINE_LETTERS: Final = 110
_LINK: Final = re.compile(r"(?:https?://|\bwww\.)\S{1,2000}", re.IGNORECASE)
_OURS: Final = ("label_stage", "label_tags")  # of a profile: how the team stands to somebody
_LANGS: Final[tuple[Lang, ...]] = ("zh", "en")
CLOSING_LETTERS: Final = 40


def shared(result: Shared, lang: Lang, texts: Texts) -> Piece:
    """A card that holds the text alone."""
    text = share_text(result, lang, texts)
    said = texts.say("share_ready", lang, count=len(text))
    return Piece(said, (ShareCard(text=text),), for_planner={"letters": len(text)})


def share_text(result: Shared, lang: Lang, texts: Texts) -> str:
    """At most 600 characters; a line is never cut through for want of room, and what is left out is counted."""
    title = _plain(_title(result.card, lang, texts), TITLE_LETTERS)
    lines = [title, *([texts.say("share_demo", lang)] if result.demo else [])]
    rows = [_plain(row, LINE_LETTERS) for row in _rows(result, lang, texts)]
    room = MOST_LETTERS - sum(len(line) + 1 for line in lines) - CLOSING_LETTERS
    kept = 0
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        kept += 1
    lines += rows[:kept]
    if isinstance(result.card, ShortlistCard | PlanCard | ReportCard) and (total := _total(result, len(rows))) > kept:
        lines.append(texts.say("share_all", lang, total=total, shown=kept))
    return "\n".join(lines)


def _total(result: Shared, rows: int) -> int:
    return result.card.total if isinstance(result.card, ShortlistCard) and not result.ranks else rows


def _title(card: Shareable, lang: Lang, texts: Texts) -> str:
    match card:
        case ShortlistCard(name=str(name)) if name:
            return texts.say("share_title_named", lang, name=name)
        case ShortlistCard() if card.filters:
            return texts.say("share_title_found", lang, filters=" · ".join(card.filters))
        case ShortlistCard():
            return texts.say("share_title_none", lang)
        case CreatorCard():
            return texts.say("share_title_creator", lang, handle=card.handle)
        case PlanCard():
            return texts.say("share_title_plan", lang, batch=card.batch)
        case ReportCard():
            return f"{card.title} {card.period}".strip()


def _rows(result: Shared, lang: Lang, texts: Texts) -> Iterator[str]:
    match result.card:
        case ShortlistCard(items=items):
            for row in items:
                if not result.ranks or row.rank in result.ranks:
                    facts = texts.say("share_facts_joint", lang).join(_facts(row, lang, texts))
                    yield texts.say("share_row", lang, rank=row.rank, handle=row.handle, facts=facts)
        case CreatorCard(facts=facts):
            ours = {texts.say(key, said) for key in _OURS for said in _LANGS}
            yield from (
                f"{label}：{value}" if lang == "zh" else f"{label}: {value}"
                for label, value in facts
                if label not in ours
            )
        case PlanCard(items=items):
            yield from (_planned(row, lang) for row in items)
        case ReportCard(columns=columns, rows=rows):
            yield " · ".join(columns)
            yield from (" · ".join(row) for row in rows)


def _facts(row: ShortlistRow, lang: Lang, texts: Texts) -> Sequence[str]:
    """Known figures alone: a reason may tell what only the team should know."""
    found = [row.market] if row.market else []
    if row.followers is not None:
        found.append(f"{texts.say('label_followers', lang)} {wording.span(row.followers, lang)}")
    if row.gmv_30d is not None:
        found.append(f"{texts.say('label_gmv_30d', lang)} {wording.money(row.gmv_30d, lang)}")
    if row.engagement_bp is not None:
        found.append(f"{texts.say('label_engagement', lang)} {wording.share(row.engagement_bp)}")
    return found


def _planned(row: PlanRow, lang: Lang) -> str:
    when = wording.there(row.due_at, row.zone, lang, estimated=row.zone_estimated) if row.due_at else ""
    return " · ".join(filter(None, (f"{row.number}. @{row.handle}", row.state_text, when)))


def _plain(line: str, limit: int) -> str:
    """One line of other people's words: no contact, no link, no break."""
    said = " ".join(mask(_LINK.sub("", clean(line))).split())
    return said if len(said) <= limit else f"{said[: limit - 1]}…"


SHOWN: dict[type, Show] = {Shared: shared}
