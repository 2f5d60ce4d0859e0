"""Every sample as a CSV: the columns an import of samples reads, then what only a reader wants."""

from datetime import datetime
from zoneinfo import ZoneInfo

from agent.cards.samples import last_text, status_text
from memory.domain.office_stores import StoredFile
from memory.domain.sample import SampleStatus
from memory.domain.sample_views import SampleLine
from memory.domain.stores import Unit
from memory.domain.workspace import Lang
from prompts.render import Texts
from tools.samples.listing import listed
from tools.shortlists.sheet import Cell, Sheet
from tools.shortlists.writing import CSV, file_name, to_csv
from tools.team_zone import team_zone

MOST = 100_000
_COLUMNS = (
    "export_handle", "column_product", "column_sample_status", "column_sample_tracking", "column_cost",
    "export_currency", "column_sample_shipped", "column_sample_delivered", "column_sample_posted",
    "column_sample_link", "column_sample_due", "column_owner", "column_last_message",
)  # fmt: skip


async def samples_file(unit: Unit, texts: Texts) -> StoredFile:
    """The scope's samples in their member's language; days are the team's."""
    lang, zone = unit.scope.lang, await team_zone(unit)
    lines = await listed(unit, tuple(SampleStatus), limit=MOST)
    rows = tuple(_row(line, zone, lang, texts, now=unit.now) for line in lines)
    titles = tuple(texts.say(key, lang) for key in _COLUMNS)
    sheet = Sheet(titles, rows, texts.say("export_demo_mark", lang))
    demo = (await unit.people.workspace()).is_demo
    day = unit.now.astimezone(ZoneInfo(zone)).date()
    name = file_name(texts.say("samples_title", lang), day=day, extension="csv", demo=demo)
    return StoredFile(key="", name=name, media_type=CSV, content=to_csv(sheet, demo=demo))


def _row(line: SampleLine, zone: str, lang: Lang, texts: Texts, *, now: datetime) -> tuple[Cell, ...]:
    sample = line.sample
    days = [_day(moment, zone) for moment in (sample.shipped_at, sample.delivered_at, sample.posted_at)]
    return (
        line.handle,
        line.product,
        status_text(sample.status, lang, texts),
        sample.tracking_number,
        float(sample.cost.amount) if sample.cost else None,
        sample.cost.currency if sample.cost else None,
        *days,
        sample.content_link,
        _day(sample.due_at, zone),
        line.owner,
        last_text(line, zone, lang, texts, now=now),
    )


def _day(moment: datetime | None, zone: str) -> str | None:
    return moment.astimezone(ZoneInfo(zone)).date().isoformat() if moment else None
