"""`daren export`: texts a member may send by hand, claimed in their name; or every sample, to be handed in again."""

import asyncio
from pathlib import Path
from typing import Annotated, Literal

import typer

from agent.by_hand.sheet import texts_sheet
from agent.cli.running import console_lang, opened, own_workspace, run
from agent.cli.talk import AsMember
from memory.domain.errors import BadRequest
from prompts.render import texts
from tools.shortlists.writing import to_csv

MOST = 1000


def export(
    what: Annotated[Literal["drafts", "samples"], typer.Argument(help="drafts or samples")],
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The CSV file to write.")],
    *,
    approved: Annotated[bool, typer.Option("--approved", help="Approved drafts that are sent by hand.")] = False,
    as_member: AsMember = None,
) -> None:
    """Write a CSV file: the texts of the send list, yours then, to be marked within 24 hours; or the samples."""
    if what == "samples":
        run(_samples(file, as_member=as_member))
    else:
        run(_drafts(file, approved=approved, as_member=as_member))


async def _samples(file: Path, *, as_member: str | None) -> None:
    _needs_folder(file)
    async with opened(workspace=own_workspace, level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        made = await daren.queries.samples_file(scope)
        await asyncio.to_thread(file.write_bytes, made.content)
        typer.echo(texts().say("export_samples_done", console_lang(), file=str(file)))


async def _drafts(file: Path, *, approved: bool, as_member: str | None) -> None:
    lang, say = console_lang(), texts().say
    if not approved:
        raise BadRequest("export_what")
    _needs_folder(file)
    async with opened(workspace=own_workspace, level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        workspace = await daren.accounts.workspace()
        card, refused = await daren.hand.take(scope, most=MOST)
        sheet = texts_sheet(card, lang=lang, texts=texts())
        if sheet.rows:
            content = to_csv(sheet, demo=workspace is not None and workspace.is_demo)
            await asyncio.to_thread(file.write_bytes, content)
            typer.echo(say("export_drafts_done", lang, count=len(sheet.rows), file=str(file)))
        else:
            typer.echo(say("export_drafts_none", lang))
        for line in refused:
            typer.echo(f"  {line}")


def _needs_folder(file: Path) -> None:
    if not file.parent.is_dir():
        raise BadRequest("export_no_folder", folder=str(file.parent))
