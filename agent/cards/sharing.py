"""What was shown last as a text or picture for other chats: whole lines, contacts and links taken out. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from agent.cards import wording
from agent.cards.piece import Piece, Show
from agent.charts.option import Option
from agent.charts.poster import Poster, Tile
from agent.guardrails.contacts import mask
from agent.guardrails.foreign import clean
from memory.domain.cards import (
    CreatorCard,
    PlanCard,
    PlanRow,
    ReportCard,
    ShareCard,
    ShortlistCard,
    ShortlistRow,
    TotalShown,
)
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
FOOT_LETTERS: Final = 160
MOST_NOTES: Final = 2
MOST_ROWS: Final = 10
MOST_TILES: Final = 8
_A_SHARE: Final = 4  # of the room left over: no line beside the rows takes more


def shared(result: Shared, lang: Lang, texts: Texts) -> Piece:
    """A card that holds the text alone, or a picture to be drawn."""
    if result.image:
        poster = share_poster(result, lang, texts)
        said = texts.say("share_picture", lang, title=poster.title)
        return Piece(said, poster=poster, for_planner={"picture": poster.title})
    text = share_text(result, lang, texts)
    said = texts.say("share_ready", lang, count=len(text))
    return Piece(said, (ShareCard(text=text),), for_planner={"letters": len(text)})


def share_text(result: Shared, lang: Lang, texts: Texts) -> str:
    """At most 600 characters; a line is never cut through for want of room, and what is left out is counted."""
    lines = [for_others(part, TITLE_LETTERS) for part in _heads(result.card, lang, texts)]
    lines += [texts.say("share_demo", lang)] if result.demo else []
    foot: list[str] = []
    if isinstance(result.card, ReportCard):
        lines += _totals(result.card, lang)
        foot = [for_others(_source(result.card, result.zone, lang, texts), LINE_LETTERS)]
        most = _room((*lines, *foot)) // _A_SHARE
        lines += _short([_columns_said(result.card)], most)
        foot = [*_short(result.card.notes[:MOST_NOTES], most), *foot]
    rows = _said_rows(result, lang, texts)
    room, kept = _room((*lines, *foot)), 0
    for row in rows:
        room -= len(row) + 1
        if room < 0:
            break
        kept += 1
    lines += rows[:kept]
    if isinstance(result.card, ShortlistCard | PlanCard | ReportCard) and (total := _total(result, len(rows))) > kept:
        key = "share_rows" if isinstance(result.card, ReportCard) else "share_all"
        lines.append(texts.say(key, lang, total=total, shown=kept))
    return "\n".join((*lines, *foot))


def _room(lines: Sequence[str]) -> int:
    """Letters left for more lines."""
    return MOST_LETTERS - CLOSING_LETTERS - sum(len(line) + 1 for line in lines)


def _short(lines: Sequence[str], most: int) -> list[str]:
    """Those that leave room for rows."""
    return [said for said in map(for_others, lines) if said and len(said) < most]


def share_poster(result: Shared, lang: Lang, texts: Texts) -> Poster:
    """The same as a picture: figures as tiles, then the chart that was drawn of them, or the top of the table."""
    mark = texts.say("demo_mark", lang) if result.demo else ""
    card = result.card
    if not isinstance(card, ReportCard):
        joint = texts.say("share_facts_joint", lang)
        rows = tuple(_cells(row, joint) for row in _rows(result, lang, texts))
        title = for_others(_title(card, lang, texts), TITLE_LETTERS)
        return Poster(title, rows=rows[:MOST_ROWS], foot=_left_out(len(rows), lang, texts), mark=mark)
    table = tuple(rows_for_others(card)) if card.names or not card.totals else ()
    chart = _quiet(result.chart.option) if result.chart is not None else None
    foot = (
        *(() if chart else _left_out(len(table), lang, texts)),
        *(for_others(line, FOOT_LETTERS) for line in card.notes[:MOST_NOTES]),
        for_others(_source(card, result.zone, lang, texts), FOOT_LETTERS),
    )
    return Poster(
        for_others(card.title, TITLE_LETTERS),
        tuple(for_others(line, TITLE_LETTERS) for line in (card.period,) if line),
        tuple(Tile(one.label, one.value, one.change) for one in card.totals[:MOST_TILES]),
        tuple(for_others(name) for name in card.columns) if table else (),
        table[:MOST_ROWS],
        chart,
        foot,
        mark,
    )


def _cells(row: str, joint: str) -> tuple[str, ...]:
    """A line's first part, and the rest of it."""
    first, there, rest = row.partition(joint)
    return (for_others(first), for_others(rest)) if there else (for_others(row),)


def _left_out(rows: int, lang: Lang, texts: Texts) -> tuple[str, ...]:
    return (texts.say("share_rows", lang, total=rows, shown=MOST_ROWS),) if rows > MOST_ROWS else ()


def _totals(card: ReportCard, lang: Lang) -> list[str]:
    """The figures over all rows in one line, where rows are something else."""
    if not card.names:
        return []
    said = [f"{one.label} {one.value}{_moved(one, lang)}" for one in card.totals]
    return [for_others(" · ".join(said), TITLE_LETTERS)] if said else []


def _moved(one: TotalShown, lang: Lang) -> str:
    if not one.change:
        return ""
    return f"（{one.change}）" if lang == "zh" else f" ({one.change})"


def _source(card: ReportCard, zone: str, lang: Lang, texts: Texts) -> str:
    if card.as_of is None:
        return texts.say("share_source", lang, name=card.source)
    return texts.say("web_source", lang, name=card.source, at=wording.clock(card.as_of, zone, lang))


def _quiet(option: Option) -> Option:
    """A chart whose names of rows reach nobody."""
    axis = option.get("yAxis")
    if not isinstance(axis, dict) or not isinstance(names := axis.get("data"), list):
        return option
    return {
        **option,
        "yAxis": {**axis, "data": [name if f"{name}".isdecimal() else for_others(f"{name}") for name in names]},
    }


def _heads(card: Shareable, lang: Lang, texts: Texts) -> tuple[str, ...]:
    """What it is and of which days, on one line where both fit."""
    title = _title(card, lang, texts)
    if not isinstance(card, ReportCard) or not card.period:
        return (title,)
    whole = f"{title} {card.period}"
    return (whole,) if len(whole) <= TITLE_LETTERS else (title[:LINE_LETTERS], card.period)


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
            return card.title


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
        case ReportCard():
            return  # cell by cell: `rows_for_others`


def _said_rows(result: Shared, lang: Lang, texts: Texts) -> list[str]:
    if not isinstance(result.card, ReportCard):
        return [for_others(row) for row in _rows(result, lang, texts)]
    shown = _columns(result.card)
    return [_cut(" · ".join(row[:shown]), LINE_LETTERS) for row in rows_for_others(result.card)]


def rows_for_others(card: ReportCard, limit: int = LINE_LETTERS) -> Iterator[tuple[str, ...]]:
    """Rows as whoever may read them; what a row is named by and is a number alone is a platform's id, no phone."""
    for place, row in enumerate(card.rows):
        name = card.names[place] if place < len(card.names) else ""
        first = row[0] if row[0].isdecimal() and row[0] == name else for_others(row[0], limit)
        yield (first, *(for_others(cell, limit) for cell in row[1:]))


def _columns_said(card: ReportCard) -> str:
    return " · ".join(card.columns[: _columns(card)])


def _columns(card: ReportCard) -> int | None:
    """How many columns a text has room for: of figures whose sums stand above, the first."""
    return 2 if card.names and card.totals else None


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


def for_others(line: str, limit: int = LINE_LETTERS) -> str:
    """One line of other people's words, as whoever may read it: no contact, no link, no break."""
    return _cut(" ".join(mask(_LINK.sub("", clean(line))).split()), limit)


def _cut(said: str, limit: int) -> str:
    return said if len(said) <= limit else f"{said[: limit - 1]}…"


SHOWN: dict[type, Show] = {Shared: shared}
