"""`daren ask` and `daren chat`: the same desk as every surface, in a script or a terminal."""

import asyncio
import json
import sys
import time
from typing import Annotated
from uuid import uuid4

import typer

from agent.bootstrap import Installation, script_answer, script_failure, script_line, terminal
from agent.cli.running import opened, own_workspace, run, told
from agent.jobs.worker import working
from memory.domain.chat import MoveDemoClock
from memory.domain.errors import AppError, BadRequest
from memory.domain.ids import ConversationId
from memory.domain.workspace import Scope

AsMember = Annotated[str | None, typer.Option("--as", help="A member's login; demo workspaces only.")]


def ask(
    text: Annotated[str | None, typer.Argument(help="What to say; left out with --batch.")] = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    batch: Annotated[bool, typer.Option("--batch", help="Read JSON lines from standard input.")] = False,
    as_member: AsMember = None,
    conversation: Annotated[int | None, typer.Option(help="Continue this conversation.")] = None,
) -> None:
    """Say one thing (or many, with --batch) and print the answer."""
    if batch == (text is not None):
        raise typer.BadParameter('daren ask "…"  |  daren ask --batch < lines.jsonl')
    if batch:
        run(_batch(as_member))
    else:
        run(_ask(text or "", as_json=as_json, as_member=as_member, conversation=conversation))


def chat(as_member: AsMember = None) -> None:
    """Talk in the terminal: tables, live steps, approval, stop."""
    run(_chat(as_member))


async def _ask(text: str, *, as_json: bool, as_member: str | None, conversation: int | None) -> None:
    async with opened(workspace=own_workspace, level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        person = terminal(daren, scope)
        began = time.monotonic()
        async with working(daren.jobs, daren.workshop, concurrency=2):
            answered = await person.ask(
                text,
                chat=f"ask:{uuid4().hex}",
                conversation=ConversationId(conversation) if conversation else None,
            )
        if as_json:
            _print(script_answer(answered, seconds=time.monotonic() - began, demo=await _is_demo(daren)))
            await person.delivered(answered.reply)
        else:
            await person.show(answered.reply, await daren.queries.shell(scope))


async def _batch(as_member: str | None) -> None:
    async with opened(workspace=own_workspace, level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        async with working(daren.jobs, daren.workshop, concurrency=2):
            await answer_lines(daren, scope)


async def answer_lines(daren: Installation, scope: Scope) -> None:
    """Answer standard input line by line; a line that cannot be answered says so in its place."""
    person = terminal(daren, scope)
    this_run = uuid4().hex
    is_demo = await _is_demo(daren)
    # As bytes: a stray one among them must not end the script.
    while line := (await asyncio.to_thread(sys.stdin.buffer.readline)).decode(errors="replace"):
        if not line.strip():
            continue
        began = time.monotonic()
        try:
            answered = await person.script_line(script_line(line), run=this_run)
        except AppError as failure:
            _print(script_failure(failure, told(failure, scope.lang), demo=is_demo))
            continue
        _print(script_answer(answered, seconds=time.monotonic() - began, demo=is_demo))
        await person.delivered(answered.reply)


async def _chat(as_member: str | None) -> None:
    async with opened(workspace=own_workspace, level="ERROR") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        person = terminal(daren, scope)
        async with working(daren.jobs, daren.workshop, concurrency=4):
            await person.chat(_read_line)


def _read_line(prompt: str) -> str | None:
    try:
        return input(prompt)
    except (EOFError, KeyboardInterrupt):
        return None


async def _is_demo(daren: Installation) -> bool:
    workspace = await daren.accounts.workspace()
    if workspace is None:
        raise BadRequest("no_workspace")
    return workspace.is_demo


def _print(answer: object) -> None:
    sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    sys.stdout.flush()


def forward(as_member: AsMember = None) -> None:
    """Move a demo workspace's clock to the next moment something is due (「快进到下一个窗口」)."""
    run(_forward(as_member))


async def _forward(as_member: str | None) -> None:
    async with opened(level="WARNING") as daren:
        scope = await daren.accounts.local(as_member=as_member)
        async with working(daren.jobs, daren.workshop, concurrency=2):
            reply = await daren.desk.submit(scope, MoveDemoClock())
            await daren.workshop.dispatch()
        await terminal(daren, scope).show(reply, await daren.queries.shell(scope))
