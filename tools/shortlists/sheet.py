"""A shortlist as a table: column titles in the reader's language, cells of the creators' own facts. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from memory.domain.creator import ShortlistItem
from memory.domain.money import BASIS_POINTS, Money, MoneySpan, Span
from memory.domain.workspace import Lang
from prompts.render import texts

Cell = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table. `mark` is the sentence that says the data is made up, shown in a demo only."""

    titles: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    mark: str


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    cell: Callable[[ShortlistItem], Cell]


def sheet_of(items: Sequence[ShortlistItem], *, lang: Lang, contacts: bool) -> Sheet:
    """Rows in rank order; unknown is an empty cell, a platform's range is written as one."""
    columns = [column for column in _COLUMNS if contacts or column.key != "export_email"]
    said = texts()
    return Sheet(
        titles=tuple(said.say(column.key, lang) for column in columns),
        rows=tuple((*(column.cell(item) for column in columns),) for item in sorted(items, key=lambda item: item.rank)),
        mark=said.say("export_demo_mark", lang),
    )


def _count(span: Span | None) -> Cell:
    if span is None:
        return None
    return span.low if span.is_exact else f"{span.low}–{span.high}"


def _share(span: Span | None) -> Cell:
    if span is None:
        return None
    low, high = (f"{end * 100 / BASIS_POINTS:.4g}%" for end in (span.low, span.high))
    return low if span.is_exact else f"{low}–{high}"


def _amount(span: MoneySpan | None) -> Cell:
    if span is None:
        return None
    low, high = (float(Money(end, span.currency).amount) for end in (span.low, span.high))
    return low if span.low == span.high else f"{low:g}–{high:g}"


_COLUMNS = (
    _Column("export_rank", lambda item: item.rank),
    _Column("export_handle", lambda item: item.creator.handle),
    _Column("export_name", lambda item: item.creator.facts.name or None),
    _Column("export_market", lambda item: item.creator.facts.market),
    _Column("export_categories", lambda item: ", ".join(item.creator.facts.categories) or None),
    _Column("export_followers", lambda item: _count(item.creator.facts.followers)),
    _Column("export_gmv_30d", lambda item: _amount(item.creator.facts.gmv_30d)),
    _Column(
        "export_currency", lambda item: item.creator.facts.gmv_30d.currency if item.creator.facts.gmv_30d else None
    ),
    _Column("export_avg_views", lambda item: _count(item.creator.facts.avg_views)),
    _Column("export_engagement", lambda item: _share(item.creator.facts.engagement_bp)),
    _Column("export_fulfilment", lambda item: _share(item.creator.facts.fulfilment_bp)),
    _Column("export_commission", lambda item: _share(item.creator.facts.commission_bp)),
    _Column("export_email", lambda item: item.creator.facts.email),
    _Column("export_bio", lambda item: item.creator.facts.bio or None),
    _Column("export_profile", lambda item: item.creator.facts.profile_url),
    _Column("export_source", lambda item: item.creator.source.name),
    _Column("export_as_of", lambda item: item.creator.source.as_of.date().isoformat()),
)
