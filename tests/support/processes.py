"""Daren as its own processes, made to be killed: the web process, a worker, and a browser of one member."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from agent.settings import Settings
from tests.support.product import PASSWORD

_ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120  # each process takes seconds to start, on a busy machine many
_ADDRESS = re.compile(rb"http://[0-9.:]+")


def environment_of(settings: Settings, **more: str) -> dict[str, str]:
    """What a process is told so that it works with these settings."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("DAREN_")}
    told |= {"DAREN_HOME": str(settings.home), "PYTHONPATH": str(_ROOT)}
    told["DAREN_DEMO_FAULTS"] = str(settings.demo_faults)
    told["DAREN_TURN_SECONDS"] = str(settings.turn_seconds)
    told |= {"DAREN_PORT": str(settings.port), "DAREN_WORKER_LOST_SECONDS": str(settings.worker_lost_seconds)}
    if settings.database_url is not None:
        told["DAREN_DATABASE_URL"] = str(settings.database_url)
    if settings.model is not None:
        told |= {
            "DAREN_MODEL__BASE_URL": settings.model.base_url,
            "DAREN_MODEL__NAME": settings.model.name,
            "DAREN_MODEL__API_KEY": settings.model.api_key.get_secret_value(),
            "DAREN_MODEL__TIMEOUT_SECONDS": str(settings.model.timeout_seconds),
        }
    return told | more


@dataclass(slots=True)
class Running:
    """One process of ours."""

    process: asyncio.subprocess.Process

    async def kill(self) -> None:
        """End it as a crash does."""
        with suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    async def address(self) -> str:
        """Where a web process listens, as it says itself."""
        assert self.process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            while line := await self.process.stdout.readline():
                if found := _ADDRESS.search(line):
                    return found[0].decode()
        message = "the web process ended before it listened"
        raise AssertionError(message)


@asynccontextmanager
async def daren(*command: str, environment: dict[str, str], stderr: int | None = None) -> AsyncIterator[Running]:
    """`daren COMMAND` in a process of its own; killed at the end if it still lives. Its log goes where ours does."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "agent", *command),
        cwd=_ROOT,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=stderr,
    )
    running = Running(process)
    try:
        yield running
    finally:
        await running.kill()


@dataclass(frozen=True, slots=True)
class Shown:
    """One message of a stream: its id and the HTML it swaps in."""

    id: int
    html: str


@dataclass(slots=True)
class Browser:
    """A signed-in member, and everything one turn's streams showed them, in order."""

    client: httpx.AsyncClient
    shown: list[Shown] = field(default_factory=list)
    is_done: bool = False

    async def ask(self, text: str) -> tuple[int, int]:
        """Begin a conversation; its number and the turn that answers."""
        begun = await self.client.post("/conversations", data={"text": text, "nonce": "once"})
        assert begun.status_code == 204, begun.text
        page = await self.client.get(begun.headers["HX-Redirect"])
        turn = re.search(r"/turns/(\d+)/events", page.text)
        assert turn is not None, page.text
        return int(begun.headers["HX-Redirect"].rsplit("/", 1)[1]), int(turn[1])

    async def follow(self, turn: int, *, until: str | None = None) -> None:
        """Read the turn's stream from the last message seen, until a text is shown or to its end."""
        last = {"Last-Event-ID": str(self.shown[-1].id)} if self.shown else {}
        async with (
            asyncio.timeout(PATIENCE_SECONDS),
            self.client.stream("GET", f"/turns/{turn}/events", headers=last) as stream,
        ):
            assert stream.status_code == 200
            lines: list[str] = []
            async for line in stream.aiter_lines():
                if line:
                    lines.append(line)
                    continue
                self._take(lines)
                lines = []
                if until is not None and self.shown and until in self.shown[-1].html:
                    return

    def _take(self, lines: list[str]) -> None:
        self.is_done = self.is_done or "event: done" in lines
        for line in lines:
            if line.startswith("id: "):
                html = "\n".join(part.removeprefix("data: ") for part in lines if part.startswith("data: "))
                self.shown.append(Shown(int(line.removeprefix("id: ")), html))


@asynccontextmanager
async def browser(address: str, *, login: str) -> AsyncIterator[Browser]:
    """A member of the demo signed in at an address."""
    async with httpx.AsyncClient(
        base_url=address, headers={"Origin": address}, timeout=PATIENCE_SECONDS, trust_env=False
    ) as client:
        entered = await client.post("/login", data={"login": login, "password": PASSWORD})
        assert entered.status_code == 303, entered.text
        yield Browser(client)
