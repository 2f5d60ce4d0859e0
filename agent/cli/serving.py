"""`daren serve`, `daren worker`, `daren demo`: processes that stay."""

import asyncio
import gc
import os
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI
from rich.console import Console

from agent.bootstrap import Installation, web
from agent.cli.password import demo_password
from agent.cli.running import console_lang, opened, run
from agent.cli.seeding import CREATORS, SEED, fill_demo, is_filled, make_demo
from agent.jobs.worker import run as work
from agent.jobs.worker import working
from memory.domain.errors import Conflict
from prompts.render import texts

_YOUNG = 10_000  # objects made and not yet ended, a few megabytes
_NICE = 5  # of 19: a worker still gets about a third of a processor that the other process wants whole


def serve(*, no_worker: Annotated[bool, typer.Option("--no-worker", help="The web process alone.")] = False) -> None:
    """Serve the pages; jobs run in the same process unless --no-worker is given."""
    run(_serve(with_worker=not no_worker))


def worker() -> None:
    """Run jobs only: turns, sends, imports."""
    _give_way()
    run(_worker())


def demo(
    creators: Annotated[int, typer.Option(min=1, max=2_000_000)] = CREATORS,
    seed: Annotated[int, typer.Option(min=0)] = SEED,
) -> None:
    """Make a demo workspace if there is none, then serve it and print address and login."""
    run(_demo(creators, seed))


async def _serve(*, with_worker: bool) -> None:
    async with opened() as daren:
        await _serve_installation(daren, with_worker=with_worker)


def _keep_what_is_loaded() -> None:
    """What is loaded stays: looking through half a million objects for garbage would stop everything for 0.2 s.

    What a turn makes dies with it: it is looked through once in some turns, not some times in each.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, *gc.get_threshold()[1:])


def _give_way() -> None:
    """Let whoever hears the platforms go first: they give up on what is not acknowledged within seconds."""
    if sys.platform != "win32":
        os.nice(_NICE)


async def _worker() -> None:
    async with opened() as daren, daren.jobs.open_async(), daren.holder.holding():
        settings = daren.settings
        _keep_what_is_loaded()
        await work(
            daren.jobs,
            daren.workshop,
            concurrency=settings.turn_concurrency,
            lost_seconds=settings.worker_lost_seconds,
        )


async def _demo(creators: int, seed: int) -> None:
    async def make(daren: Installation) -> None:
        await make_demo(daren, password=demo_password(daren.settings.home))

    async with opened(workspace=make, level="WARNING") as daren:
        workspace = await daren.accounts.workspace()
        if workspace is None or not workspace.is_demo:
            raise Conflict("real_for_life")
        if not await is_filled(daren):
            await fill_demo(daren, creators=creators, seed=seed)
        password = demo_password(daren.settings.home)

        def ready(address: str) -> None:
            Console().print(
                texts().say("demo_ready", console_lang(), address=address, password=password), highlight=False
            )

        await _serve_installation(daren, with_worker=True, ready=ready)


class _Server(uvicorn.Server):
    """Says when it listens."""

    def __init__(self, config: uvicorn.Config, listening: asyncio.Event) -> None:
        super().__init__(config)
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Set the event once the socket is open."""
        await super().startup(sockets)
        self._listening.set()


async def _serve_installation(
    daren: Installation, *, with_worker: bool, ready: Callable[[str], None] | None = None
) -> None:
    settings = daren.settings
    async with AsyncExitStack() as stack:
        if settings.database_url is None:
            try:
                await stack.enter_async_context(daren.database.leadership("serve").claimed())
            except Conflict as failure:
                raise Conflict("second_server", home=str(settings.home.resolve())) from failure
        if with_worker:
            await stack.enter_async_context(
                working(
                    daren.jobs,
                    daren.workshop,
                    concurrency=settings.turn_concurrency,
                    lost_seconds=settings.worker_lost_seconds,
                )
            )

        await stack.enter_async_context(daren.holder.holding())

        @asynccontextmanager
        async def lifespan(app: FastAPI) -> AsyncIterator[None]:
            del app
            yield

        _keep_what_is_loaded()
        config = uvicorn.Config(
            web(daren, lifespan=lifespan),
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            timeout_graceful_shutdown=3,
            server_header=False,
        )
        listening = asyncio.Event()
        server = _Server(config, listening)
        serving = asyncio.create_task(server.serve())
        waiting = asyncio.create_task(listening.wait())
        await asyncio.wait({serving, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if listening.is_set() and server.servers:
            host, port = server.servers[0].sockets[0].getsockname()[:2]
            address = settings.public_url or f"http://{host}:{port}"
            if ready is not None:
                ready(address)
            else:
                Console().print(texts().say("serving_at", console_lang(), address=address), highlight=False)
        await serving
