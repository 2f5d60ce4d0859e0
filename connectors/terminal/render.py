"""Replies as terminal tables and panels. Foreign text is shown as it is, without its control characters. Pure."""

from collections.abc import Callable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.markdown import Markdown
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from connectors.terminal.overview import overview
from memory.domain.cards import (
    Card,
    ChartCard,
    ChoiceCard,
    CreatorCard,
    DraftRow,
    DraftsCard,
    MoneyShown,
    PlanCard,
    RepliesCard,
    ReportCard,
    SendListCard,
    ShareCard,
    ShortlistCard,
)
from memory.domain.chat import Reply
from memory.domain.money import exponent, sign
from memory.domain.workspace import Lang

Say = Callable[..., str]


def reply(answer: Reply, *, lang: Lang, say: Say, team_zone: str, marked: bool) -> RenderableType:
    """A whole answer; `marked` puts 演示数据 above it."""
    parts: list[RenderableType] = []
    if marked:
        parts.append(Text(f"【{say('demo_mark', lang)}】", style="dim"))
    if answer.text:
        parts.append(Markdown(plain(answer.text).replace("\n", "  \n")))
    parts += [card(one, lang=lang, say=say, team_zone=team_zone) for one in answer.cards]
    parts += [Text(f"📎 {file.name}", style="cyan") for file in answer.files]
    if answer.undo is not None:
        parts.append(Text(say("undo_hint", lang), style="dim"))
    return Group(*parts)


def card(shown: Card, *, lang: Lang, say: Say, team_zone: str) -> RenderableType:
    """One card."""
    match shown:
        case ShortlistCard():
            return _shortlist(shown, lang, say)
        case DraftsCard():
            return Group(*_drafts(shown, lang, say, team_zone))
        case CreatorCard():
            return _creator(shown)
        case RepliesCard():
            return Group(*_replies(shown, lang, say, team_zone))
        case ReportCard():
            return _report(shown)
        case ChartCard():
            return Text(plain(shown.alt), style="dim")
        case PlanCard():
            return _plan(shown, lang, say, team_zone)
        case SendListCard():
            return _send_list(shown, lang, say, team_zone)
        case ShareCard():
            return Text(plain(shown.text))
        case ChoiceCard():
            return Text(f"{shown.prompt}\n" + "\n".join(f"· {choice}" for choice in shown.choices))


def plain(text: str) -> str:
    """Text without escape sequences or other control characters: a bio must not drive the terminal."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())


def _shortlist(shown: ShortlistCard, lang: Lang, say: Say) -> RenderableType:
    table = Table(show_lines=False, header_style="bold", expand=False)
    table.add_column("#", justify="right")
    for key in ("column_creator", "column_market", "label_followers", "label_gmv_30d", "column_reasons"):
        table.add_column(say(key, lang), justify="right" if key.startswith("label") else "left")
    for row in shown.items:
        mark = " ?" if row.possible else ""
        table.add_row(
            str(row.rank),
            Text(f"@{plain(row.handle)}{mark}"),
            row.market or say("unknown", lang),
            _count(row.followers) or say("unknown", lang),
            _money(row.gmv_30d) or say("unknown", lang),
            Text(plain("；".join(row.reasons) if lang == "zh" else "; ".join(row.reasons))),
        )
    if shown.rates_day:
        table.caption = say("rates_of", lang, day=shown.rates_day)
    return table


def _drafts(shown: DraftsCard, lang: Lang, say: Say, team_zone: str) -> Iterator[RenderableType]:
    yield from overview(shown, lang=lang, say=say, plain=plain)
    for row in shown.items:
        if not row.in_full:
            continue
        yield draft(row, batch=shown.batch, lang=lang, say=say, team_zone=team_zone)
    if shown.stopped:
        names = ("、" if lang == "zh" else ", ").join(plain(name) for name in shown.may_resume)
        yield Text(say("card_stopped", lang, batch=shown.batch, who=names or "-"), style="yellow")
    for note in shown.notes:
        yield Text(note, style="dim")
    if shown.how_to_sign:
        yield Text(shown.how_to_sign)


def draft(row: DraftRow, *, batch: str, lang: Lang, say: Say, team_zone: str) -> RenderableType:
    """One draft in full: both languages, what the checks found, when it goes."""
    body = Table.grid(padding=(0, 2), expand=True)
    body.add_column(ratio=1, overflow="fold")
    body.add_column(ratio=1, overflow="fold")
    body.add_row(Text(f"[{row.language}]", style="dim"), Text("[zh]", style="dim"))
    body.add_row(Text(plain(row.text)), Text(plain(row.text_zh)))
    parts: list[RenderableType] = [body]
    parts += [Text(f"! {plain(flag)}", style="yellow") for flag in row.flags]
    if row.due_at is not None:
        parts.append(Text(clocks(row.due_at, row.zone, team_zone, estimated=row.zone_estimated, lang=lang, say=say)))
    title = f"{batch} · {row.number} · @{plain(row.handle)} · {row.status_text or row.status}"
    return Panel(Group(*parts), title=Text(title), title_align="left", border_style="red" if row.flags else "blue")


def clocks(moment: datetime, zone: str | None, team_zone: str, *, estimated: bool, lang: Lang, say: Say) -> str:
    """A moment on the creator's and the team's clock."""
    there = f"{moment.astimezone(ZoneInfo(zone)):%m-%d %H:%M} {zone}" if zone else ""
    mark = say("estimated", lang) if estimated else ""
    here = f"{moment.astimezone(ZoneInfo(team_zone)):%m-%d %H:%M} {team_zone}"
    return f"{there}{mark} / {here}" if there else here


def _creator(shown: CreatorCard) -> RenderableType:
    grid = Table.grid(padding=(0, 2))
    for label, value in shown.facts:
        grid.add_row(Text(label, style="dim"), Text(plain(value)))
    bio = Text(plain(shown.bio), style="italic")
    captions = [Text(f"· {plain(caption)}", style="dim") for caption in shown.captions]
    source = Text(f"{plain(shown.source)} · {shown.as_of:%Y-%m-%d}", style="dim")
    return Panel(Group(bio, grid, *captions, source), title=Text(f"@{plain(shown.handle)} {plain(shown.name)}"))


def _replies(shown: RepliesCard, lang: Lang, say: Say, team_zone: str) -> Iterator[RenderableType]:
    for row in shown.items:
        when = f"{row.received_at.astimezone(ZoneInfo(team_zone)):%m-%d %H:%M}"
        parts: list[RenderableType] = [Text(plain(row.text)), Text(row.heading, style="dim")]
        if row.translation:
            parts.append(Text(plain(row.translation)))
        parts += [Text(f"· {plain(line)}") for line in row.summary]
        if row.suggested is not None and row.suggested_batch:
            parts.append(draft(row.suggested, batch=row.suggested_batch, lang=lang, say=say, team_zone=team_zone))
        yield Panel(Group(*parts), title=Text(f"@{plain(row.handle)} · {when}"), title_align="left")


def _report(shown: ReportCard) -> RenderableType:
    table = Table(title=shown.title, header_style="bold")
    for column in shown.columns:
        table.add_column(column)
    for row in shown.rows:
        table.add_row(*(Text(plain(cell)) for cell in row))
    as_of = f" · {shown.as_of:%Y-%m-%d %H:%M} UTC" if shown.as_of else ""
    table.caption = f"{shown.period} {shown.source}{as_of}".strip()
    return table


def _plan(shown: PlanCard, lang: Lang, say: Say, team_zone: str) -> RenderableType:
    table = Table(header_style="bold")
    for key in ("column_number", "column_creator", "column_state", "column_when"):
        table.add_column(say(key, lang))
    for row in shown.items:
        when = (
            clocks(row.due_at, row.zone, team_zone, estimated=row.zone_estimated, lang=lang, say=say)
            if row.due_at
            else "-"
        )
        table.add_row(f"{shown.batch} {row.number}", Text(f"@{plain(row.handle)}"), row.state_text, when)
    return table


def texts_to_copy(answer: Reply) -> Iterator[Text]:
    """Each text of a send list that the member holds: to be printed without wrapping, so that it copies clean."""
    for shown in answer.cards:
        for row in shown.items if isinstance(shown, SendListCard) else ():
            if row.text is not None:
                yield Text(f"── {row.batch} · {row.number} · @{plain(row.handle)}", style="dim")
                yield Text(plain(row.text))


def _send_list(shown: SendListCard, lang: Lang, say: Say, team_zone: str) -> RenderableType:
    """A table of all items; their texts come after the answer."""
    table = Table(header_style="bold")
    for key in ("column_number", "column_creator", "column_state", "column_local_time", "column_profile"):
        table.add_column(say(key, lang))
    for row in shown.items:
        now = clocks(shown.as_of, row.zone, team_zone, estimated=row.zone_estimated, lang=lang, say=say)
        name = Text(f"@{plain(row.handle)}")
        link = Text(plain(row.profile_url or "-"), overflow="fold")
        table.add_row(f"{row.batch} {row.number}", name, Text(plain(row.place_text)), now, link)
    table.caption = "\n".join(shown.notes) or None
    return table


def _count(value: tuple[int, int] | None) -> str:
    if value is None:
        return ""
    low, high = value
    return f"{low:,}" if low == high else f"{low:,}–{high:,}"


def _money(value: MoneyShown | None) -> str:
    if value is None:
        return ""
    scale = 10 ** exponent(value.currency)
    low, high = f"{value.low / scale:,.0f}", f"{value.high / scale:,.0f}"
    return sign(value.currency) + (low if low == high else f"{low}–{high}")
