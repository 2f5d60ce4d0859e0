"""A large batch in the terminal: every piece of text once, then a line for each draft that is made of them. Pure."""

from collections.abc import Callable, Iterable, Iterator

from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from memory.domain.cards import DraftsCard, Filled
from memory.domain.workspace import Lang

Say = Callable[..., str]


def overview(shown: DraftsCard, *, lang: Lang, say: Say, plain: Callable[[str], str]) -> Iterator[RenderableType]:
    """What a member signs for besides the drafts in full; nothing for a card that is all in full.

    Cells fold: a narrow terminal cuts nothing of what is signed.
    """
    if not shown.wordings:
        return
    pieces = Table(header_style="bold", show_lines=True)
    for key in ("column_piece", "column_wording"):
        pieces.add_column(say(key, lang), overflow="fold")
    pieces.add_column("zh", overflow="fold")
    for one in shown.wordings:
        pieces.add_row(f"{one.label} [{one.language}]", Text(plain(one.text)), Text(plain(one.text_zh)))
    yield pieces
    if shown.same:
        yield Text(f"{say('overview_same', lang)} {_words(shown.same, plain)}")
    rows = Table(header_style="bold")
    for key in ("column_number", "column_creator", "column_state", "column_made_of", "column_variables"):
        rows.add_column(say(key, lang), overflow="fold")
    for row in shown.items:
        if not row.in_full:
            rows.add_row(
                f"{shown.batch} {row.number}",
                Text(f"@{plain(row.handle)} [{row.language}]"),
                Text(plain("; ".join((row.status_text or row.status, *row.flags)))),
                Text(" ¶ ".join(row.made_of)),
                Text(_words(row.variables, plain)),
            )
    yield rows


def _words(filled: Iterable[Filled], plain: Callable[[str], str]) -> str:
    """「名字 Mia / 米娅」: each variable in the draft's language, and in Chinese where that differs."""
    said = (f"{{{one.name}}} {one.text}" + (f" / {one.text_zh}" if one.text_zh != one.text else "") for one in filled)
    return plain("  ".join(said))
