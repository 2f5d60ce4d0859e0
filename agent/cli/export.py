"""`daren export drafts --approved FILE.csv`: the texts a member may send by hand, claimed in their name."""

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
    what: Annotated[Literal["drafts"], typer.Argument(help="drafts")],
    file: Annotated[Path, typer.Argument(dir_okay=False, writable=True, help="The CSV file to write.")],
    *,
    approved: Annotated[bool, typer.Option("--approved", help="Approved drafts that are sent by hand.")] = False,
    as_member: AsMember = None,
) -> None:
    """Write the texts of the send list to a CSV file; each is yours then, to be marked within 24 hours."""
    del what
    run(_export(file, approved=approved, as_member=as_member))


async def _export(file: Path, *, approved: bool, as_member: str | None) -> None:
    lang, say = console_lang(), texts().say
    if not approved:
        raise BadRequest("export_what")
    if not file.parent.is_dir():
        raise BadRequest("export_no_folder", folder=str(file.parent))
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
