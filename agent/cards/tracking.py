"""Tracking links and promo codes in words and cards. Pure."""

from agent.cards.piece import Piece, Show, file_out
from memory.domain.cards import ReportCard
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.tracking.results import TrackingExported, TrackingShown
from tools.tracking.sheet import followed


def tracking_shown(result: TrackingShown, lang: Lang, texts: Texts) -> Piece:
    """Tables of links and codes; without an address of ours, why there is no link to give away."""
    shown = len(result.links) + len(result.codes)
    if not shown:
        return Piece(texts.say("tracking_none", lang), for_planner={"links": 0, "codes": 0})
    if result.action == "list":
        lines = [texts.say("tracking_listed", lang, links=len(result.links), codes=len(result.codes))]
        if result.total > shown:
            lines.append(texts.say("tracking_more", lang, total=result.total, shown=shown))
    else:
        lines = [texts.say(f"tracking_made_{result.action}", lang, new=result.new, total=result.total)]
    if result.links and result.address is None:
        lines.append(texts.say("tracking_no_address", lang))
    if result.codes and result.action == "codes":
        lines.append(texts.say("tracking_upload", lang))
    cards = (_links(result, lang, texts), _codes(result, lang, texts))
    return Piece(
        "\n".join(lines),
        tuple(card for card in cards if card is not None),
        for_planner={
            "links": [{"handle": one.handle, "code": one.code, "clicks": one.clicks} for one in result.links[:20]],
            "codes": [{"handle": one.handle, "code": one.code} for one in result.codes[:20]],
        },
    )


def tracking_exported(result: TrackingExported, lang: Lang, texts: Texts) -> Piece:
    """A file to fetch."""
    said = texts.say("exported", lang, rows=result.rows, name=result.file.name)
    return Piece(said, files=(file_out(result.file),), for_planner={"file": result.file.name, "rows": result.rows})


def _links(result: TrackingShown, lang: Lang, texts: Texts) -> ReportCard | None:
    if not result.links:
        return None
    columns = ("tracking_handle", "tracking_link", "tracking_clicks", "tracking_campaign", "tracking_target")
    rows = tuple(
        (f"@{one.handle}", followed(one, result.address), str(one.clicks), one.campaign, one.target)
        for one in result.links
    )
    return _table("tracking_links_title", columns, rows, [one.handle for one in result.links], lang, texts)


def _codes(result: TrackingShown, lang: Lang, texts: Texts) -> ReportCard | None:
    if not result.codes:
        return None
    columns = ("tracking_handle", "tracking_code", "tracking_campaign")
    rows = tuple((f"@{one.handle}", one.code, one.campaign) for one in result.codes)
    return _table("tracking_codes_title", columns, rows, [one.handle for one in result.codes], lang, texts)


def _table(
    title: str, columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], names: list[str], lang: Lang, texts: Texts
) -> ReportCard:
    return ReportCard(
        title=texts.say(title, lang),
        period="",
        columns=tuple(texts.say(column, lang) for column in columns),
        rows=rows,
        as_of=None,
        source=texts.say("source_own_books", lang),
        names=tuple(names),
    )


SHOWN: dict[type, Show] = {TrackingShown: tracking_shown, TrackingExported: tracking_exported}
