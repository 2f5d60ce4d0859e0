"""What every command begins with: settings, logs, an open installation, and errors told in the reader's language."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog
import typer
from pydantic import ValidationError

from agent.bootstrap import Installation, installed, migrated
from agent.logs import configure
from agent.settings import Settings
from memory.domain.errors import AppError, BadRequest, Conflict, Misconfigured, NotAllowed, Unavailable
from memory.domain.workspace import Lang
from prompts.render import texts

if sys.platform != "win32":
    import uvloop

log = structlog.get_logger()
T = TypeVar("T")

# Exit codes scripts can use; documented in both READMEs.
EXIT_USAGE, EXIT_NOT_ALLOWED, EXIT_CONFLICT, EXIT_UNAVAILABLE, EXIT_MISCONFIGURED, EXIT_FAILED = 2, 3, 4, 5, 6, 1
_CODES: tuple[tuple[type[AppError], int], ...] = (
    (BadRequest, EXIT_USAGE),
    (NotAllowed, EXIT_NOT_ALLOWED),
    (Conflict, EXIT_CONFLICT),
    (Unavailable, EXIT_UNAVAILABLE),
    (Misconfigured, EXIT_MISCONFIGURED),
)


def console_lang() -> Lang:
    """English where the terminal's locale says so, else Chinese."""
    return "en" if os.environ.get("LC_ALL", os.environ.get("LANG", "")).startswith("en") else "zh"


def read_settings() -> Settings:
    """Settings from the environment; a wrong one is named, and the command ends with code 6."""
    try:
        return Settings()
    except ValidationError as failure:
        for problem in failure.errors():
            name = "__".join(str(part) for part in problem["loc"]).upper()
            words = texts()
            said = words.say(problem["type"], console_lang()) if problem["type"] in words else problem["msg"]
            typer.echo(f"DAREN_{name}: {said}", err=True)
        raise typer.Exit(EXIT_MISCONFIGURED) from failure


def run(work: Coroutine[Any, Any, T]) -> T:
    """Run a command's work; deliberate failures become one line and an exit code."""
    try:
        with asyncio.Runner(loop_factory=_loop) as runner:
            return runner.run(work)
    except AppError as failure:
        typer.echo(told(failure, console_lang()), err=True)
        raise typer.Exit(next((code for kind, code in _CODES if isinstance(failure, kind)), EXIT_FAILED)) from failure
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def _loop() -> asyncio.AbstractEventLoop:
    """The quickest loop there is: half of what a busy process does is to wait for its database in small steps."""
    if sys.platform == "win32":
        return asyncio.new_event_loop()
    return uvloop.new_event_loop()


def told(failure: AppError, lang: Lang) -> str:
    """A failure as a sentence."""
    words = texts()
    key = failure.text_key if failure.text_key in words else type(failure).key
    return words.say(key, lang, **failure.facts)


@asynccontextmanager
async def opened(
    *, workspace: Callable[[Installation], Awaitable[None]] | None = None, level: str | None = None
) -> AsyncIterator[Installation]:
    """An installation whose tables are up to date; `workspace` makes one where the command needs it."""
    settings = read_settings()
    configure(level=level or settings.log_level, as_json=settings.log_json)
    await migrated(settings)
    if workspace is not None:
        async with installed(settings) as daren:
            if await daren.accounts.workspace() is None:
                await workspace(daren)
    async with installed(settings) as daren:
        yield daren


async def own_workspace(daren: Installation) -> None:
    """A bare real workspace for the operating-system user."""
    await daren.accounts.make_own()


def interactive() -> bool:
    """Whether a person sits at the terminal."""
    return sys.stdin.isatty() and sys.stdout.isatty()
