"""Rows as posts of creators, each with what it gathered on one day. Pure: a row without use says why."""

import re
from collections.abc import Mapping
from datetime import date
from zoneinfo import ZoneInfo

from connectors.files.cells import Cells, Columns
from connectors.files.choices import choice_in
from connectors.files.foreign import handle_in, link_in, one_line
from connectors.files.moments import Moments
from connectors.ports.files import PostRow, Sheet
from memory.domain.outreach import Flag
from memory.domain.sales import ContentKind, ContentPost, DayCounters

_LONGEST_ID = 64
_LONGEST_NAME = 200
_MOST = 10**12
_COUNTED = ("views", "likes", "comments", "shares", "clicks", "orders")
# A post's page: its creator, what it is, and its id.
_PAGE = re.compile(r"tiktok\.com/@[^/?#\s]+/(?P<kind>video|photo|live)/?(?P<id>\d{8,32})?", re.IGNORECASE)


def posts(sheet: Sheet, mapping: Mapping[str, str], *, zone: ZoneInfo) -> list[PostRow]:
    """Every row of the sheet in its order; of a post's day named twice the first row counts.

    Moments without a zone, and days, are of `zone`, the shop's.
    """
    columns = Columns.of(sheet, mapping, rates={})
    moments = {name: Moments.of(columns.texts(sheet, name), zone=zone) for name in ("posted", "day")}
    first: dict[tuple[str, date | None], int] = {}
    owners: dict[str, tuple[str, int]] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, "USD")
        read = _post(cells, moments, zone)
        if isinstance(read, Flag):
            rows.append(PostRow(row.number, None, (read,)))
            continue
        owner, line = owners.setdefault(read.content, (read.handle.lower(), row.number))
        if owner != read.handle.lower():
            rows.append(PostRow(row.number, None, (Flag("row_post_of_another", {"line": line}),)))
            continue
        day = read.counters[0].day if read.counters else None
        line = first.setdefault((read.content, day), row.number)
        if line != row.number:
            rows.append(PostRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        rows.append(PostRow(row.number, read, tuple(cells.problems)))
    return rows


def _post(cells: Cells, moments: Mapping[str, Moments], zone: ZoneInfo) -> ContentPost | Flag:
    """The row as a post, or why it is none."""
    cells.surplus()
    link = cells.read("link", link_in) or ""
    page = _PAGE.search(link)
    content = one_line(cells.text("content_id"), limit=_LONGEST_ID) or (page["id"] if page else None)
    if not content:
        return Flag("row_no_content", {})
    handle = handle_in(cells.text("handle")) or (handle_in(link) if page else None)
    if handle is None:
        return Flag("row_no_handle", {})
    posted_at = moments["posted"].read(cells.text("posted"))
    if posted_at is None:
        return Flag("row_no_posted", {"text": one_line(cells.text("posted"), limit=_LONGEST_ID)})
    said = choice_in(cells.text("content_type"), "content_kind")
    is_live = page is not None and page["kind"].lower() == "live"
    day = cells.read("day", moments["day"].read)
    counted = {name: _count(cells, name) for name in _COUNTED}
    told = any(value is not None for value in counted.values())
    if told and day is None:
        cells.undated()
    counters = (DayCounters(day.astimezone(zone).date(), **counted),) if told and day is not None else ()
    return ContentPost(
        content=content,
        handle=handle,
        kind=ContentKind(said) if said else ContentKind.LIVE if is_live else ContentKind.VIDEO,
        posted_at=posted_at,
        product=one_line(cells.text("product_id"), limit=_LONGEST_ID),
        link=link,
        counters=counters,
        product_name=one_line(cells.text("product"), limit=_LONGEST_NAME),
    )


def _count(cells: Cells, name: str) -> int | None:
    span = cells.span(name)
    if span is None:
        return None
    if span.low != span.high or not 0 <= span.low <= _MOST:
        cells.unreadable(cells.columns.by_field[name][0].header, cells.text(name))
        return None
    return span.low
