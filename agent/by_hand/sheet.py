"""What a member holds of the send list as a table for a file. Pure."""

from zoneinfo import ZoneInfo

from memory.domain.cards import SendListCard
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.shortlists.sheet import Sheet

_COLUMNS = (
    "column_batch", "column_number", "export_handle", "column_profile", "column_local_time", "column_text",
)  # fmt: skip


def texts_sheet(card: SendListCard, *, lang: Lang, texts: Texts) -> Sheet:
    """Each text the member holds, with the creator's clock at the moment of the file."""
    rows = tuple(
        (
            row.batch,
            row.number,
            row.handle,
            row.profile_url,
            f"{card.as_of.astimezone(ZoneInfo(row.zone)):%Y-%m-%d %H:%M} {row.zone}",
            row.text,
        )
        for row in card.items
        if row.text is not None
    )
    titles = tuple(texts.say(key, lang) for key in _COLUMNS)
    return Sheet(titles, rows, texts.say("export_demo_mark", lang))
