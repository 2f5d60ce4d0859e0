"""Keep, open, list and export shortlists."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Literal

from pydantic import Field

from memory.domain.creator import Shortlist, ShortlistItem
from memory.domain.errors import BadRequest, NotAllowed, NotFound
from memory.domain.office_stores import StoredFile
from memory.domain.shortlist_stores import NewShortlistItem
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.shortlists.sheet import sheet_of
from tools.shortlists.writing import CSV, XLSX, file_name, to_csv, to_xlsx

Rank = Annotated[int, Field(ge=1)]


class SaveShortlistArgs(Arguments):
    """`ranks` of the current shortlist; none: all of it."""

    name: str = Field(min_length=1, max_length=80)
    ranks: tuple[Rank, ...] = ()


class OpenShortlistArgs(Arguments):
    """The name it was saved under."""

    name: str = Field(min_length=1, max_length=80)


class ListShortlistsArgs(Arguments):
    """Nothing to say."""


class ExportShortlistArgs(Arguments):
    """A saved shortlist by `name`, else the current one; `ranks` of it, else all."""

    name: str | None = Field(default=None, max_length=80)
    ranks: tuple[Rank, ...] = ()
    format: Literal["csv", "xlsx"] = "xlsx"


@dataclass(frozen=True, slots=True)
class ShortlistsListed:
    """Saved shortlists, newest first, without their rows."""

    shortlists: tuple[Shortlist, ...]


@dataclass(frozen=True, slots=True)
class ShortlistExported:
    """A file made of a shortlist. `contacts`: whether e-mail addresses are in it; `demo`: marked as demo data."""

    file: StoredFile
    rows: int
    contacts: bool
    demo: bool


def save_shortlist(units: Units) -> Tool[SaveShortlistArgs]:
    """Keep rows of the current shortlist under a name."""

    async def run(args: SaveShortlistArgs, turn: TurnContext) -> Shortlist:
        """The saved shortlist, ranks counted anew; it becomes the current one.

        Raises:
            BadRequest: there is no current shortlist, it is empty, or a rank is not on it.
            NotAllowed: a viewer, since the whole brand sees what is saved.
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            current = await _current(unit, turn)
            chosen = _chosen(current.items, args.ranks)
            items = [NewShortlistItem(item.creator.id, item.reasons, item.possible) for item in chosen]
            name = " ".join(args.name.split())
            kept = await unit.shortlists.add(
                turn.conversation, items, total=len(items), criteria=current.criteria, name=name
            )
            ranked = tuple(replace(item, rank=place) for place, item in enumerate(chosen, start=1))
            return Shortlist(kept, ranked, total=len(ranked), criteria=current.criteria, name=name)

    about = "Save the current shortlist, or some of its ranks, under a name."
    return Tool("save_shortlist", Effect.DRAFTS, SaveShortlistArgs, run, about)


def open_shortlist(units: Units) -> Tool[OpenShortlistArgs]:
    """Make a saved shortlist the current one."""

    async def run(args: OpenShortlistArgs, turn: TurnContext) -> Shortlist:
        """The shortlist of that name. Raises NotFound, naming those there are."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            saved = await _named(unit, args.name)
            await unit.shortlists.open(turn.conversation, saved.id)
            return saved

    return Tool("open_shortlist", Effect.READS, OpenShortlistArgs, run, "Open a saved shortlist by its name.")


def list_shortlists(units: Units) -> Tool[ListShortlistsArgs]:
    """List saved shortlists."""

    async def run(_: ListShortlistsArgs, turn: TurnContext) -> ShortlistsListed:
        """Saved shortlists, newest first."""
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            return ShortlistsListed(tuple(await unit.shortlists.named()))

    return Tool("list_shortlists", Effect.READS, ListShortlistsArgs, run, "List the saved shortlists.")


def export_shortlist(units: Units) -> Tool[ExportShortlistArgs]:
    """Make a CSV or Excel file of a shortlist."""

    async def run(args: ExportShortlistArgs, turn: TurnContext) -> ShortlistExported:
        """A kept file. A viewer's holds no e-mail addresses.

        Raises:
            BadRequest: no current shortlist, an empty one, or a rank that is not on it.
            NotFound: no shortlist of that name.
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            shortlist = await _named(unit, args.name) if args.name else await _current(unit, turn)
            demo = (await unit.people.workspace()).is_demo
            contacts = turn.scope.role.covers(Role.OPERATOR)
            chosen = _chosen(shortlist.items, args.ranks)
            sheet = sheet_of(chosen, lang=turn.lang, contacts=contacts)
            kind = CSV if args.format == "csv" else XLSX
            content = to_csv(sheet, demo=demo) if args.format == "csv" else to_xlsx(sheet, demo=demo)
            name = file_name(shortlist.name, day=unit.now.date(), extension=args.format, demo=demo)
            kept = await unit.files.keep(name=name, media_type=kind, content=content)
            return ShortlistExported(kept, len(chosen), contacts, demo)

    about = "Export the current or a saved shortlist as a CSV or Excel file."
    return Tool("export_shortlist", Effect.READS, ExportShortlistArgs, run, about)


async def _current(unit: Unit, turn: TurnContext) -> Shortlist:
    current = await unit.shortlists.current(turn.conversation)
    if current is None:
        raise BadRequest("no_shortlist")
    if not current.items:
        raise BadRequest("shortlist_empty")
    return current


async def _named(unit: Unit, name: str) -> Shortlist:
    saved = await unit.shortlists.by_name(name)
    if saved is None:
        others = "、".join(kept.name for kept in await unit.shortlists.named() if kept.name)
        raise NotFound("shortlist_unknown", name=name, names=others or "-")
    return saved


def _chosen(items: Sequence[ShortlistItem], ranks: Sequence[int]) -> list[ShortlistItem]:
    by_rank = {item.rank: item for item in items}
    absent = [rank for rank in ranks if rank not in by_rank]
    if absent:
        raise BadRequest("rank_missing", rank=absent[0], total=len(by_rank))
    return [by_rank[rank] for rank in dict.fromkeys(ranks)] if ranks else list(items)
