"""A team on an emulated platform, served by real processes: what journeys over every channel share."""

import asyncio
import re
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest
from pydantic import SecretStr

from agent.bootstrap import Installation, installed
from agent.settings import ModelSettings, Settings
from evals.emulators.real_time import keep_time
from evals.emulators.wecom.platform import Platform
from evals.emulators.wecom.server import Emulator, running
from evals.forking import Forked
from memory.domain.channel_forms import MakeBindCode
from memory.domain.chat import MoveDemoClock
from tests.support.database import MINUTES, NOT_KEPT, lies_back, looking
from tests.support.forked import free_port, listens, serving
from tests.support.model_endpoint import KEY, ModelEndpoint
from tests.support.processes import environment_of
from tests.support.product import Person, person, stop_keeper

PATIENCE_SECONDS = 90
MOST_MOVES = 30
QUESTION = "帮我找20个美国做宠物用品的达人，粉丝1万到10万，近30天GMV过5000美金"
DRAFT = "给前5个写邀约，佣金18%，可以寄样"
CODE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}")
ALL_DAY = '["00:00", "23:59:59"]'
USERS = {"lina": "lead", "wangwei": "approver", "zhaomin": "operator"}
_JOBS = (
    "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"
    " and (task_name like '%dispatch' or task_name like '%playground')"
)
_OWED = "state not in ('delivered', 'dropped')"
_ASKED_FIRST = "kind = 'trouble' and state = 'waiting' and attempts = 0 and look_at > made_at"


@dataclass
class Company(ABC):
    """A corp on the platform, and the books of its team.

    `log`: what its processes wrote; `line`: what looks into the tables meanwhile; `codes`: made so far.
    """

    emulator: Emulator
    books: Installation
    people: dict[str, Person]
    environment: dict[str, str]
    log: Path
    line: psycopg.Connection = field(kw_only=True)
    codes: list[str] = field(default_factory=list, kw_only=True)

    @abstractmethod
    async def set_up(self) -> None:
        """The lead saves the channel on the channels page."""

    @abstractmethod
    async def reached(self) -> None:
        """Return once the platform reaches the process that has begun."""

    async def left(self) -> None:  # noqa: B027  # nothing to wait for where the platform is the one that calls
        """Return once the platform knows that the process is gone."""

    @property
    def address(self) -> str:
        """Where each process listens in its turn."""
        return f"http://127.0.0.1:{self.environment['DAREN_PORT']}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[Forked]:
        """The next `daren serve`, ready to hear; what it was sending when it ends is nobody's afterwards."""
        async with serving(self.environment, log=self.log) as process:
            await self.until(lambda: listens(int(self.environment["DAREN_PORT"])))
            if not self.rows("select 1 from channel_setting"):
                await self.set_up()
            await self.reached()
            yield process
        await self.left()
        self.end_leases()

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; looked at whenever something happens on the platform."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self.emulator.platform.records.until(holds)
        except TimeoutError:
            shown = [f"{one.chat} {one.sender}: {one.content[:120]}" for one in self.emulator.platform.chats.messages]
            wrote = self.log.read_text("utf-8")[-3_000:] if self.log.exists() else ""
            pytest.fail(f"it never came to hold: {self.unsettled()}\n" + "\n".join(shown[-12:]) + f"\n{wrote}")

    async def code(self, who: Person | None) -> str:
        """A one-use code from the members page, for somebody or (None) for a group."""
        form = MakeBindCode(member=who.scope.member if who else None, brand=self.people["wangwei"].scope.brand)
        found = CODE.search((await self.books.desk.submit(self.people["lina"].scope, form)).text)
        assert found is not None
        self.codes.append(found[0])
        return found[0]

    async def forward(self) -> None:
        """The demo's clock leaps, and the process does what is due: a push outlives no second leap."""
        await self.books.desk.submit(self.people["lina"].scope, MoveDemoClock())
        await self.until(lambda: not self.is_sending())

    async def hear_creators(self, count: int) -> None:
        """Move the demo's clock until so many creators have answered and everything is told."""
        for _ in range(MOST_MOVES):
            await self.forward()
            await self.until(lambda: self.unsettled() == [])
            if self.rows("select count(*) from delivery where kind = 'answer'") == [(count,)]:
                return
        pytest.fail(f"{count} creators never answered")

    def end_leases(self) -> None:
        """The process is dead, and what it was sending is nobody's: as after the minutes that others wait."""
        soon = "lease_until < clock_timestamp() + interval '1 hour'"  # what waits for its reader waits for days
        for ledger in ("send", "delivery_try"):
            over = f"update {ledger} set lease_until = clock_timestamp() where state = 'claimed' and {soon}"
            self.line.execute(over.encode())

    async def a_minute_passes(self) -> None:
        """What was heard is old, what gathered is due, a channel that rested may speak; the minute's sweep comes by."""
        for ledger in MINUTES:
            lies_back(self.line, ledger)
        await self.books.workshop.sweep()

    def is_sending(self) -> bool:
        """Whether the process still dispatches, or collects what creators wrote."""
        with self.line.transaction():
            self.line.execute("set local role none")  # the jobs are the login's own
            return self.line.execute(_JOBS).fetchone() != (0,)

    def unsettled(self) -> list[tuple[object, ...]]:
        """What is not delivered yet, without what waits for the platform's word on a send cut off by a crash."""
        return self.rows(
            f"select kind, state, reason_key from delivery where {_OWED} and not ({_ASKED_FIRST}){NOT_KEPT}"
        )

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Straight from the tables."""
        return self.line.execute(question.encode()).fetchall()

    def no_secret_in_log(self, secrets: Iterable[str], *, said: str) -> None:
        """Whatever the processes logged (`said` among it), it was none of these, no code, and no text of a chat."""
        log, all_of_them = self.log.read_text("utf-8"), {*secrets, *self.codes}
        assert len(all_of_them) > 3
        assert [secret[:6] for secret in all_of_them if secret in log] == []
        assert QUESTION not in log
        assert said in log


C = TypeVar("C", bound=Company)


@asynccontextmanager
async def founded(kind: type[C], settings: Settings, log: Path) -> AsyncIterator[C]:
    """The demo's team on an emulated platform whose clock goes with ours."""
    async with AsyncExitStack() as stack:
        emulator = await stack.enter_async_context(running(Platform(start=time.time())))
        for endless in (keep_time(emulator.platform.clock), look_often(emulator)):
            stack.push_async_callback(stopped, asyncio.create_task(endless))
        books = await stack.enter_async_context(installed(settings))
        stack.push_async_callback(stop_keeper, books)
        people = {user: await person(books, login=login) for user, login in USERS.items()}
        line = stack.enter_context(looking(books.database.url))
        yield kind(emulator, books, people, told(settings, emulator), log, line=line)


def told(settings: Settings, emulator: Emulator, *, lost_seconds: float = 4.0) -> dict[str, str]:
    """What the processes of a team are told."""
    return environment_of(
        settings.model_copy(update={"port": free_port(), "worker_lost_seconds": lost_seconds}),
        DAREN_WECOM_BOT_URL=emulator.ws_url, DAREN_WECOM_URL=emulator.base_url, DAREN_WECHAT_URL=emulator.base_url,
        DAREN_TEAM_HOURS=ALL_DAY, DAREN_LOG_LEVEL="DEBUG",
    )  # fmt: skip


async def look_often(emulator: Emulator) -> None:
    """Rows change without the platform's doing: whoever waits looks again five times a second."""
    while True:
        await emulator.platform.clock.wait(0.2)
        emulator.platform.records.ring()


async def stopped(task: "asyncio.Task[None]") -> None:
    """End something endless."""
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


def model_of(endpoint: ModelEndpoint) -> ModelSettings:
    """Patient: what is measured is who takes over."""
    return ModelSettings(
        base_url=endpoint.base_url, name="scripted", api_key=SecretStr(KEY), timeout_seconds=PATIENCE_SECONDS
    )
