"""The demo's clock jumps to what is due next, and says why when it does not move."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import cast

import pytest

from agent.demo_clock import DemoClock
from memory.domain.account_stores import Services
from memory.domain.ids import BrandId, MemberId, TenantId
from memory.domain.jobs import Job
from memory.domain.stores import Units
from memory.domain.workspace import Role, Scope
from prompts.render import texts

NOW = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
_SCOPE = Scope(TenantId(1), BrandId(1), MemberId(1), Role.OPERATOR)


@dataclass
class DemoRows:
    """A demo workspace with so many steps going out, and one due next."""

    going_out: int = 0
    unclear: int = 0
    next_due: datetime | None = None
    sample_due: datetime | None = None
    digest_due: datetime | None = None
    moved: list[int] = field(default_factory=list)
    deferred: list[Job] = field(default_factory=list)

    @asynccontextmanager
    async def unit(self, scope: Scope) -> AsyncIterator[object]:
        async def workspace() -> object:
            return SimpleNamespace(is_demo=True)

        async def brands() -> list[object]:
            return [SimpleNamespace(team_zone="Asia/Shanghai")]

        async def going_out() -> int:
            return self.going_out

        async def unclear() -> int:
            return self.unclear

        async def next_due() -> datetime | None:
            return self.next_due

        async def next_change() -> datetime | None:
            return self.sample_due

        async def digest_due() -> datetime | None:
            return self.digest_due

        yield SimpleNamespace(
            now=NOW,
            people=SimpleNamespace(workspace=workspace, brands=brands),
            steps=SimpleNamespace(going_out=going_out, unclear=unclear, next_due=next_due),
            samples=SimpleNamespace(next_change=next_change),
            digests=SimpleNamespace(next_due=digest_due),
        )

    @asynccontextmanager
    async def across_tenants(self, reason: str) -> AsyncIterator[object]:
        async def move_clock(*, by_seconds: int) -> None:
            self.moved.append(by_seconds)

        async def defer(job: Job) -> None:
            self.deferred.append(job)

        yield SimpleNamespace(accounts=SimpleNamespace(move_clock=move_clock), defer=defer)


@pytest.mark.parametrize(
    ("rows", "moved", "said"),
    [
        (DemoRows(), [], "没有排着的发送，也没有等着的回复，时钟没有动。"),
        (DemoRows(going_out=3), [], "现在就在发送时间内，3 条正在发，时钟不用动；发完再快进，达人就会回复。"),
        (
            DemoRows(unclear=2),
            [],
            "2 条发出后没等到平台的回话，一两分钟内会去问清楚，时钟没有动；问到以后再快进。",
        ),
        (
            DemoRows(going_out=3, next_due=NOW + timedelta(hours=11)),
            [39_601],
            "演示时钟已到 11-20 周五 22:00（团队时间）。",
        ),
        (
            DemoRows(next_due=NOW + timedelta(days=2), sample_due=NOW + timedelta(days=1)),
            [86_401],
            "演示时钟已到 11-21 周六 11:00（团队时间）。",
        ),
        (DemoRows(digest_due=NOW + timedelta(hours=22)), [79_201], "演示时钟已到 11-21 周六 09:00（团队时间）。"),
    ],
    ids=[
        "nothing waits",
        "messages going out",
        "messages nobody knows about",
        "something is due",
        "a sample's content is due first",
        "a digest",
    ],
)
async def test_the_clock_says_what_it_did(rows: DemoRows, moved: list[int], said: str) -> None:
    clock = DemoClock(cast(Services, rows), cast(Units, rows), (), texts())
    assert (await clock.move(_SCOPE)).text == said
    assert rows.moved == moved
    assert {job.task for job in rows.deferred} == {
        "daren:dispatch",
        "daren:reconcile",
        "daren:playground",
        "daren:digest",
    }
