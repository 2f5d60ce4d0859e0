"""The product put together as a person runs it: a seeded demo, an empty home, and somebody who talks to them.

A demo is seeded once a session; every test then works on its own copy of the database and the home.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import uuid4

import psycopg

from agent.bootstrap import Installation, installed, terminal
from agent.cli.seeding import fill_demo, make_demo, take_past
from agent.jobs.worker import working
from agent.settings import ModelSettings, Settings
from connectors.terminal.channel import Answered
from memory.creator_index.keeper.index import KeeperIndex
from memory.domain.cards import CardModel
from memory.domain.chat import MoveDemoClock, Reply, TurnEvent
from memory.domain.chat_stores import Author
from memory.domain.ids import ConversationId
from memory.domain.workspace import Scope
from tests.support.database import TestServer, fresh_url, temporary_home

ShownCard = TypeVar("ShownCard", bound=CardModel)

CREATORS, SEED = 400, 7
PATIENCE_SECONDS = 60
PASSWORD = "correct horse battery"


@dataclass(frozen=True, slots=True)
class SeededDemo:
    """A demo nobody works in: only copied. `lived`: the same with its brands' past."""

    tests: TestServer
    database: str
    lived: str
    home: Path


@contextmanager
def seeded_demo(tests: TestServer) -> Iterator[SeededDemo]:
    """Seed a demo world of `CREATORS` creators with its index, and let go of it."""
    with temporary_home() as home, fresh_url(tests) as url:
        asyncio.run(_seed(settings_for(home, url)))
        with fresh_url(tests, template=_name_in(url)) as lived:
            asyncio.run(_live(settings_for(home, lived)))
            yield SeededDemo(tests, _name_in(url), _name_in(lived), home)


def _name_in(url: str) -> str:
    return url.rsplit("/", 1)[1].split("?", maxsplit=1)[0]


async def _seed(settings: Settings) -> None:
    async with installed(settings) as daren:
        await make_demo(daren, password=PASSWORD)
        await fill_demo(daren, creators=CREATORS, seed=SEED, past=False)
        await stop_keeper(daren)


async def _live(settings: Settings) -> None:
    async with installed(settings) as daren:
        workspace = await person(daren, login="lead")
        await take_past(daren, workspace.scope)
        await stop_keeper(daren)


def settings_for(home: Path, url: str, *, model: ModelSettings | None = None) -> Settings:
    """Settings of one test, whatever the environment says; no luck of the simulated platform's is in it."""
    return Settings(home=home, database_url=url, model=model, demo_faults=False)


@contextmanager
def copied(demo: SeededDemo, *, lived: bool = False) -> Iterator[Settings]:
    """A copy of the demo that a test may change; with `lived` its brands have a past."""
    template = demo.lived if lived else demo.database
    with temporary_home() as home, fresh_url(demo.tests, template=template) as url:
        shutil.copytree(demo.home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.sock", "*.sock*"))
        yield settings_for(home, url)


@contextmanager
def empty(tests: TestServer) -> Iterator[Settings]:
    """A home and a migrated database nobody has set up."""
    with temporary_home() as home, fresh_url(tests) as url:
        yield settings_for(home, url)


@dataclass(slots=True)
class Person:
    """A member at a terminal: what they say is answered by the worker beside them, and shown to them in full."""

    daren: Installation
    scope: Scope
    chat: str

    async def say(
        self,
        text: str,
        *,
        conversation: ConversationId | None = None,
        on_event: Callable[[TurnEvent], None] | None = None,
    ) -> Answered:
        """Say a line, read the answer."""
        person = terminal(self.daren, self.scope)
        answered = await person.ask(text, chat=self.chat, conversation=conversation, on_event=on_event)
        await person.delivered(answered.reply)
        return answered

    async def ask(self, text: str) -> Reply:
        """Say a line; only the answer."""
        return (await self.say(text)).reply

    async def forward(self) -> Reply:
        """Move the demo clock as `daren forward` does."""
        reply = await self.daren.desk.submit(self.scope, MoveDemoClock())
        await self.daren.workshop.dispatch()
        await self.daren.workshop.reconcile()
        return reply

    async def heard(self, conversation: ConversationId, *, author: Author = Author.DAREN) -> list[Reply]:
        """What somebody said in a conversation, oldest first."""
        lines = await self.daren.queries.transcript(self.scope, conversation)
        return [line.reply for line in lines if line.author is author]


@asynccontextmanager
async def at_work(settings: Settings) -> AsyncIterator[Installation]:
    """An installation with a worker beside it."""
    async with installed(settings) as daren:
        async with working(daren.jobs, daren.workshop, concurrency=2):
            yield daren
        await stop_keeper(daren)


async def person(daren: Installation, *, login: str | None = None) -> Person:
    """A member of the demo by login, or the one bound to the operating-system user."""
    return Person(daren, await daren.accounts.local(as_member=login), f"journey:{uuid4().hex}")


async def import_creators(who: Person, *, name: str, content: bytes) -> int:
    """Hand in a file and have the worker carry it out, to the last index entry; how many rows were good."""
    daren = who.daren
    run = await daren.imports.preview(who.scope, name=name, content=content, kind="creators")
    await daren.imports.start(who.scope, run, {})
    async with asyncio.timeout(PATIENCE_SECONDS):
        while (view := await daren.imports.view(who.scope, run)).state != "done":
            pass  # the worker is at it
        async with daren.database.unit(who.scope) as unit:
            rows = await unit.creators.count()
        while (await daren.index.info()).entries < rows:
            await daren.workshop.index(who.scope.tenant)
    return view.good


def make_everybody_talkative(daren: Installation) -> None:
    """Creators of this world accept and answer every message: their moods are drawn anew in every run."""
    with psycopg.connect(daren.database.url) as connection:
        connection.execute("update playground.trait set responsiveness = 200, opt_out = 0, closed = 10000")


def accepted_by_the_playground(daren: Installation) -> list[str]:
    """Handles of creators whose message the simulated platform took in, in order."""
    return _handles(
        daren, "select c.handle from playground.accepted a join playground.creator c using (number) order by a.id"
    )


def answered_by_the_playground(daren: Installation) -> list[str]:
    """Handles of creators who wrote back by now, in order."""
    return _handles(
        daren,
        "select c.handle from playground.answer a join playground.creator c using (number)"
        " where a.seq is not null order by a.seq",
    )


def _handles(daren: Installation, question: str) -> list[str]:
    with psycopg.connect(daren.database.url) as connection:
        return [handle for (handle,) in connection.execute(question).fetchall()]


def card(reply: Reply, kind: type[ShownCard]) -> ShownCard:
    """The one card of a kind."""
    found = [each for each in reply.cards if isinstance(each, kind)]
    assert len(found) == 1, reply
    return found[0]


async def stop_keeper(daren: Installation) -> None:
    """End the index's process with the test and not a minute later."""
    if isinstance(daren.index, KeeperIndex):
        await daren.index.stop()
