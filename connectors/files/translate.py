"""Rows as creators. Pure: a row that cannot be used says why, a cell that cannot be read is unknown; none raises."""

import re
from collections.abc import Mapping

from connectors.files.cells import Cells, Columns
from connectors.files.choices import (
    age_in,
    categories_in,
    choice_in,
    gender_in,
    language_in,
    market_in,
    moment_in,
    parts_in,
    zone_in,
)
from connectors.files.foreign import cleaned, each_once, email_in, handle_in, link_in, one_line, parts_of
from connectors.ports.files import CreatorRow, Sheet
from memory.domain.creator import CreatorFacts
from memory.domain.money import BASIS_POINTS
from memory.domain.outreach import Flag

_LONGEST_NAME = 200
_LONGEST_BIO = 5_000
_LONGEST_CAPTION = 2_200
_MOST_CAPTIONS = 50
_LONGEST_HASHTAG = 100
_MOST_HASHTAGS = 100
# How many in a hundred bare numbers above one make a column one of percent. Engagement is often below one percent;
# commissions and fulfilment are not.
RATES: Mapping[str, int] = {"engagement": 10, "commission": 50, "fulfilment": 50}
_MOST_ENGAGEMENT = 10 * BASIS_POINTS


def creators(sheet: Sheet, mapping: Mapping[str, str], *, currency: str) -> list[CreatorRow]:
    """Every row of the sheet in its order; of a handle named twice the first row counts."""
    columns = Columns.of(sheet, mapping, rates=RATES)
    first: dict[str, int] = {}
    rows = []
    for row in sheet.rows:
        cells = Cells(columns, row.cells, currency)
        handle = handle_in(cells.text("handle")) or (None if cells.text("handle") else _from_link(cells))
        if handle is None:
            rows.append(CreatorRow(row.number, None, (_without_handle(cells.text("handle")),)))
            continue
        line = first.setdefault(handle.lower(), row.number)
        if line != row.number:
            rows.append(CreatorRow(row.number, None, (Flag("row_repeats", {"line": line}),)))
            continue
        facts = _facts(cells, handle)
        rows.append(CreatorRow(row.number, facts, tuple(cells.problems)))
    return rows


def _from_link(cells: Cells) -> str | None:
    link = cells.text("profile_url")
    return handle_in(link) if "@" in link else None


def _without_handle(written: str) -> Flag:
    shown = one_line(written, limit=60)
    return Flag("handle_unreadable", {"text": shown}) if shown else Flag("row_no_handle", {})


def _facts(cells: Cells, handle: str) -> CreatorFacts:
    cells.surplus()
    return CreatorFacts(
        handle=handle,
        name=one_line(cells.text("name"), limit=_LONGEST_NAME),
        bio=cleaned(cells.text("bio"), limit=_LONGEST_BIO),
        market=cells.read("market", market_in),
        zone=cells.read("zone", zone_in),
        languages=cells.read("languages", _languages) or (),
        categories=_categories(cells),
        captions=_captions(cells.text("captions")),
        hashtags=_hashtags(cells.text("hashtags")),
        followers=cells.span("followers"),
        gmv_30d=cells.money("gmv_30d"),
        avg_price=cells.money("avg_price"),
        avg_views=cells.span("avg_views"),
        engagement_bp=cells.rate("engagement", most=_MOST_ENGAGEMENT),
        commission_bp=cells.rate("commission", most=BASIS_POINTS),
        fulfilment_bp=cells.rate("fulfilment", most=BASIS_POINTS),
        content=cells.read("content", lambda text: choice_in(text, "content")),
        audience_gender=cells.read("audience_gender", gender_in),
        audience_age=cells.read("audience_age", age_in),
        email=cells.read("email", email_in),
        last_active_at=cells.read("last_active", moment_in),
        profile_url=cells.read("profile_url", link_in),
    )


def _languages(text: str) -> tuple[str, ...] | None:
    codes = [language_in(part) for part in parts_in(text)]
    return tuple(dict.fromkeys(code for code in codes if code)) or None


def _categories(cells: Cells) -> tuple[str, ...]:
    text = cells.text("categories")
    whole = categories_in(text)
    if whole:
        return whole
    slugs: dict[str, None] = {}
    strange = []
    for part in parts_of(text, separators=",，/、;；|\n"):
        found = categories_in(part) or _halves(part)
        slugs |= dict.fromkeys(found)
        if not found:
            strange.append(part.strip())
    if strange:
        cells.unknown_categories(", ".join(strange))
    return tuple(slugs)


def _halves(part: str) -> tuple[str, ...]:
    # "Food & Travel", "Beauty > Makeup": what each half says.
    return tuple(slug for half in re.split(r"[&>+]|\band\b|和|与", part) for slug in categories_in(half) or ())


def _captions(text: str) -> tuple[str, ...]:
    return each_once(parts_of(text, separators="\n|"), limit=_MOST_CAPTIONS, longest=_LONGEST_CAPTION)


def _hashtags(text: str) -> tuple[str, ...]:
    hash_signs = "#\uff03"
    tags = [tag.strip().lstrip(hash_signs) for tag in parts_of(text, separators="\n\t ,，;；、|" + hash_signs)]
    return each_once(tags, limit=_MOST_HASHTAGS, longest=_LONGEST_HASHTAG)
