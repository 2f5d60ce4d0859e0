"""Read-only links to figures in words and cards. Pure."""

from agent.cards import wording
from agent.cards.piece import Piece, Show
from memory.domain.cards import ReportCard
from memory.domain.report_links import ReportLinkSheet, ReportWish
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.report_links.results import ReportLinkAsked, ReportLinksListed


def link_asked(result: ReportLinkAsked, lang: Lang, texts: Texts) -> Piece:
    """Exactly what a lead's word would open, and the word."""
    said = texts.say(
        "report_link_asked", lang, brand=result.brand, shows=_days(result.wish, lang, texts),
        parts=_parts(result.wish, lang, texts), days=result.wish.days, code=result.code,
    )  # fmt: skip
    return Piece(said, for_planner={"waits_for": result.code, "days": result.wish.days})


def links_listed(result: ReportLinksListed, lang: Lang, texts: Texts) -> Piece:
    """A table of links, and where they are taken back."""
    if not result.sheets:
        return Piece(texts.say("report_link_none", lang), for_planner={"links": 0})
    names = ("shows", "parts", "state", "until", "opened", "maker")
    table = ReportCard(
        title=texts.say("web_report_links", lang),
        period="",
        columns=tuple(texts.say(f"report_link_column_{name}", lang) for name in names),
        rows=tuple(_row(sheet, result.zone, lang, texts) for sheet in result.sheets),
        as_of=None,
        source=texts.say("source_own_books", lang),
    )
    said = texts.say("report_link_listed", lang, count=len(result.sheets))
    return Piece(said, (table,), for_planner={"links": len(result.sheets)})


def _row(sheet: ReportLinkSheet, zone: str, lang: Lang, texts: Texts) -> tuple[str, ...]:
    link = sheet.link
    return (
        f"{sheet.brand} · {_days(link.wish, lang, texts)}",
        _parts(link.wish, lang, texts),
        texts.say(f"web_report_link_{sheet.state}", lang),
        wording.clock(link.expires_at, zone, lang),
        str(link.opened),
        sheet.made_by,
    )


def _days(wish: ReportWish, lang: Lang, texts: Texts) -> str:
    if wish.period is not None:
        return f"{texts.say(f'web_figures_{wish.period}', lang)}{texts.say('web_report_link_rolls', lang)}"
    return f"{wish.first} ~ {wish.last}"


def _parts(wish: ReportWish, lang: Lang, texts: Texts) -> str:
    return wording.listed([texts.say(f"web_figures_part_{part}", lang) for part in wish.parts], lang)


SHOWN: dict[type, Show] = {ReportLinkAsked: link_asked, ReportLinksListed: links_listed}
