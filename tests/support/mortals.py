"""A team whose process is killed again and again, over any channel: how the next takes over, where any of them dies."""

import asyncio
import time
from abc import abstractmethod
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

import psycopg
import pytest

from agent.bootstrap import installed
from agent.settings import Settings
from evals.emulators.real_time import keep_time
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.platform import Platform, Rules
from evals.emulators.wecom.server import running
from memory.domain.chat import MoveDemoClock
from prompts.render import texts
from tests.support import gates
from tests.support.companies import MOST_MOVES, USERS, Company, stopped, told
from tests.support.database import looking
from tests.support.hourglass import ACK_SECONDS, STEP_SECONDS, Hourglass
from tests.support.product import person, stop_keeper

DRAFTS = 9  # so many fill more than one message of full texts
PIECE = 12  # characters of a secret that say too much of it
OF_ANSWERS = "exists (select from delivery d where d.id = new.delivery_id and d.kind = 'answer')"
OF_REPLIES = "exists (select from delivery d where d.id = new.delivery_id and d.kind = 'reply')"
_ANSWERED = "select subject->>'handle' from delivery where kind = 'answer' and state in ('delivered', 'unknown')"
_SENT_TWICE = "select count(*) - count(distinct number), count(distinct number) from playground.accepted"


@dataclass
class Mortal(Company):
    """A company whose process is killed again and again. `connector`: under what name the desk hears its people."""

    glass: Hourglass
    connector: ClassVar[str]

    @abstractmethod
    def typed(self) -> int:
        """How many messages people typed but those that bound."""

    @abstractmethod
    def texts(self) -> Sequence[Message]:
        """What stands in chats as said by us: no cards, nothing that was cut off."""

    @abstractmethod
    def pushed(self) -> int:
        """How many messages told of creators' answers."""

    async def nothing_is_left(self) -> None:
        """Return once everything that was typed is handled and nothing is under way."""
        await self.until(lambda: self.handled() == self.typed() and self.open_work() == 0)

    def handled(self) -> int:
        """How many messages are stored."""
        return self._count(f"select count(distinct outside_id) from turn where connector = '{self.connector}'")

    def open_work(self) -> int:
        """Callbacks, turns, deliveries and sends that are under way."""
        return self._count(
            "select (select count(*) from callback) + (select count(*) from turn where state in ('queued', 'running'))"
            " + (select count(*) from delivery where kind in ('reply', 'answer') and state in ('waiting', 'claimed'))"
            " + (select count(*) from send where state in ('claimed', 'unknown'))"
        )

    async def moves_on(self, *, until: Callable[[], bool]) -> None:
        """Move the demo's clock, each leap with what is due by it, until something holds."""
        for _ in range(MOST_MOVES):
            await self.books.desk.submit(self.people["lina"].scope, MoveDemoClock())
            await self.until(lambda: until() or (not self.is_sending() and self.open_work() == 0))
            if until():
                return
        pytest.fail(f"{MOST_MOVES} leaps brought nothing: {len(self.answered())} creators were told of")

    def once(self, where: str) -> None:
        """Nothing was handled or said twice so far; a code that comes again is answered again: it changes nothing."""
        turns = self.rows(f"select count(*) from turn where connector = '{self.connector}'")
        assert turns == [(self.typed(),)], where
        bound = tuple(texts().template(key, "zh").partition("{")[0] for key in ("bind_done_group", "bind_done_person"))
        said = Counter((one.chat, one.content) for one in self.texts() if not one.content.startswith(bound))
        assert {text: count for text, count in said.items() if count > 1} == {}, where
        decided = self.rows(
            "select count(*) - count(distinct (draft_id, member_id)) from decision where voided_at is null"
        )
        assert decided == [(0,)], where

    def answered(self) -> list[str]:
        """Creators whose answer was told, or may have been."""
        return [str(handle) for (handle,) in self.rows(_ANSWERED)]

    async def lost(self) -> Counter[tuple[str, str, str | None]]:
        """What the channels page names as not delivered, by kind, state and reason."""
        page = await self.books.queries.channels(self.people["lina"].scope)
        return Counter(
            (str(one.kind), str(one.state), one.reason.key if one.reason else None) for one in page.undelivered
        )

    def require_sent_once(self) -> None:
        """Every creator whose day came was written to once; the others wait, as the hour this runs at has it."""
        with psycopg.connect(self.books.database.url) as line:
            again, sent = line.execute(_SENT_TWICE).fetchone() or (None, 0)
        steps = self.rows("select state, count(*) from outreach_step group by state order by state desc")
        waiting = [("planned", DRAFTS - sent)] if sent < DRAFTS else []
        assert (again, steps) == (0, [("sent", sent), *waiting])

    def logged(self, secrets: Sequence[str]) -> list[str]:
        """Those of which a piece stands in the log of any of the processes, all of which told everything they can."""
        log = self.log.read_text(encoding="utf-8")
        assert "[debug" in log
        return [one for one in secrets if any(one[at : at + PIECE] in log for at in range(len(one) - PIECE + 1))]

    def _count(self, question: str) -> int:
        ((count,),) = self.rows(question)
        return int(str(count))


M = TypeVar("M", bound=Mortal)


@asynccontextmanager
async def mortal(kind: type[M], settings: Settings, log: Path) -> AsyncIterator[M]:
    """The demo's team on an emulated platform whose time can stand still, and no process yet."""
    async with AsyncExitStack() as stack:
        platform = Platform(start=time.time(), rules=Rules(ack_seconds=ACK_SECONDS))
        emulator = await stack.enter_async_context(running(platform))
        glass = Hourglass(platform)
        ticking = asyncio.create_task(keep_time(platform.clock, goes=glass.goes, most=STEP_SECONDS))
        stack.push_async_callback(stopped, ticking)
        books = await stack.enter_async_context(installed(settings))
        stack.push_async_callback(stop_keeper, books)
        people = {user: await person(books, login=login) for user, login in USERS.items()}
        line = stack.enter_context(looking(books.database.url))
        yield kind(emulator, books, people, told(settings, emulator, lost_seconds=2.0), log, glass, line=line)


@asynccontextmanager
async def a_message_is_sent(team: Mortal) -> AsyncIterator[None]:
    """The platform of creators has a message, and nobody has noted it."""
    with gates.closed(
        team.books.database.url, table="send", moment="update", condition="new.state = 'accepted'"
    ) as gate:
        await team.books.desk.submit(team.people["lina"].scope, MoveDemoClock())
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from send where state = 'claimed'") != [(0,)]
        yield


@asynccontextmanager
async def an_answer_is_recorded(team: Mortal) -> AsyncIterator[None]:
    """A creator has answered, and nobody was told."""
    with gates.closed(team.books.database.url, table="delivery_try", moment="insert", condition=OF_ANSWERS) as gate:
        for _ in range(MOST_MOVES):
            if team.rows("select 1 from delivery where kind = 'answer'"):
                break
            await team.forward()
        await team.a_minute_passes()
        await team.until(gate.is_reached)
        assert team.pushed() == 0
        yield
