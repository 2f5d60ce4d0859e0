"""The job over 微信客服, its process killed at every stage: each message handled once, each answer told once or named.

Callbacks come three times each, and all of them twice more, late and the last first, after every death.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent.settings import Settings
from evals.emulators.wecom.core.chats import Message
from evals.emulators.wecom.core.faults import Fault, FaultKind
from tests.journeys.test_app_alone import plan
from tests.journeys.test_kf_alone import KfCompany
from tests.support import gates
from tests.support.companies import founded
from tests.support.database import NOT_KEPT

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

DRAFTS = 5
SENDS, SYNCS = "kf/send_msg", "kf/sync_msg"
ONE_TEXT = "找{count}个美国做宠物用品的达人"
OLD = [f"旧问题 {number}" for number in range(20)]
REPEATED = 40_058
MOST_MORE = 12


@dataclass
class Mortal(KfCompany):
    """A company whose process is killed again and again. `lines`: what its members said that is to be handled."""

    lines: list[str] = field(default_factory=list)
    repeated: int = 0

    def asks(self, text: str) -> None:
        """xiaolin says something that is handled."""
        self.lines.append(text)
        self.types("xiaolin", text)

    async def taken_over(self) -> None:
        """Every callback comes twice more, and the minute's sweep comes by: then nothing is left to do."""
        deliveries = self.emulator.callbacks.deliveries
        for delivery in reversed(deliveries[self.repeated :]):
            self.emulator.callbacks.again(delivery)
            self.emulator.callbacks.again(delivery)
        self.repeated = len(deliveries)
        await self.a_minute_passes()
        await self.until(lambda: self.handled() == len(self.lines) and self.is_quiet())
        await self.until(lambda: all(one.over for one in deliveries))

    def handled(self) -> int:
        """How many lines are stored."""
        ((count,),) = self.rows("select count(distinct outside_id) from turn where connector = 'wecom_kf'")
        return int(str(count))

    def unsettled(self) -> list[tuple[object, ...]]:
        """What is under way: turns, answers, who is being given something."""
        return self.rows(
            "select 'turn', state, id::text from turn where state in ('queued', 'running')"
            " union all select 'reply', state, occasion from delivery"
            f" where kind = 'reply' and state in ('waiting', 'claimed'){NOT_KEPT}"
            " union all select 'give', 'waiting', name from channel_kept where name like 'give:%'"
        )

    def is_quiet(self) -> bool:
        """Whether nothing is under way."""
        return self.unsettled() == []

    async def menu(self, user: str) -> Message:
        """See `KfCompany.menu`; an answer whose fate nobody knows holds nothing up."""
        for _ in range(MOST_MORE):
            await self.until(self.is_quiet)
            if self.menus(user):
                break
            before = len(self.said(user))
            self.types(user, "更多")
            await self.until(lambda before=before: len(self.said(user)) > before)  # type: ignore[misc]  # keeps its value
        return self.menus(user)[-1]


Stage = Callable[[Mortal], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def a_page_is_pulled_and_not_committed(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="turn", moment="insert", condition="new.connector = 'wecom_kf'"
    ) as gate:
        team.asks(ONE_TEXT.format(count=2))
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from turn where connector = 'wecom_kf'") == [(0,)]
        yield


@asynccontextmanager
async def a_message_is_stored(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="turn_event", moment="insert", condition="new.kind = 'started'"
    ) as gate:
        team.asks(ONE_TEXT.format(count=3))
        await team.until(gate.is_reached)
        yield


@asynccontextmanager
async def a_turn_has_begun(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(team.books.database.url, table="turn", moment="update", condition="new.state = 'done'") as gate:
        team.asks(ONE_TEXT.format(count=4))
        await team.until(gate.is_reached)
        yield


@asynccontextmanager
async def an_answer_is_there_and_not_said(team: Mortal) -> AsyncIterator[None]:
    with gates.closed(
        team.books.database.url, table="delivery_try", moment="insert", condition="new.state = 'claimed'"
    ) as gate:
        team.asks(ONE_TEXT.format(count=5))
        await team.until(gate.is_reached)
        assert team.told("xiaolin", "找到 ") == len(team.lines) - 1
        yield


@asynccontextmanager
async def an_answer_is_half_said(team: Mortal) -> AsyncIterator[None]:
    before = len(team.emulator.platform.records.of(SENDS))
    team.emulator.platform.faults.add(Fault(kind=FaultKind.DELAY, endpoint=SENDS, calls=(2,), seconds=5))
    team.asks(f"给前{DRAFTS}个写邀约，佣金18%，可以寄样")
    await team.until(lambda: len(team.emulator.platform.records.of(SENDS)) == before + 2)
    assert team.menus("xiaolin") == []
    yield


@asynccontextmanager
async def a_tap_is_being_decided(team: Mortal) -> AsyncIterator[None]:
    menu = await team.menu("xiaolin")
    texts = [str(text) for (text,) in team.rows("select text from draft_version")]
    before = "\n".join(one.content for one in team.said("xiaolin")[: team.said("xiaolin").index(menu)])
    assert [text for text in texts if text not in before] == []
    with gates.closed(team.books.database.url, table="decision", moment="insert", condition="true") as gate:
        team.taps("xiaolin", menu)
        await team.until(gate.is_reached)
        yield
    assert team.told("xiaolin", f"已批准 1-{DRAFTS}") == 0


@asynccontextmanager
async def a_decision_is_made_and_not_told(team: Mortal) -> AsyncIterator[None]:
    await team.until(lambda: team.told("xiaolin", f"已批准 1-{DRAFTS}") == 1 and team.is_quiet())
    assert team.rows("select count(*) from decision where voided_at is null") == [(DRAFTS,)]
    ((code,),) = team.rows("select code from batch")
    with gates.closed(
        team.books.database.url, table="delivery_try", moment="insert", condition="new.state = 'claimed'"
    ) as gate:
        team.asks(f"批准 {code}")
        await team.until(gate.is_reached)
        yield


STAGES: tuple[Stage, ...] = (
    a_page_is_pulled_and_not_committed,
    a_message_is_stored,
    a_turn_has_begun,
    an_answer_is_there_and_not_said,
    an_answer_is_half_said,
    a_tap_is_being_decided,
    a_decision_is_made_and_not_told,
)


async def test_killed_at_every_stage_who_only_has_wechat_hears_everything_once(
    demo_settings: Settings, tmp_path: Path
) -> None:
    async with founded(Mortal, demo_settings, tmp_path / "log") as team:
        for text in OLD:
            team.types("xiaolin", text)
        await team.emulator.platform.clock.wait(1.1)  # the platform says when in whole seconds
        await team.set_up()
        plan(team.emulator, FaultKind.DUPLICATE_CALLBACK, copies=3, times=0)
        team.emulator.platform.faults.add(Fault(kind=FaultKind.KF_HISTORY_FLOOD, endpoint=SYNCS, calls=(1, 3, 9, 20)))
        async with team.serving():
            await team.bind()
        for stage in STAGES:
            async with team.serving() as process:
                await team.taken_over()
                once(team, stage.__name__)
                async with stage(team):
                    await process.kill()
        async with team.serving():
            await team.taken_over()
            once(team, "the end")
        assert team.rows("select count(*) from decision where voided_at is null") == [(DRAFTS,)]
        page = await team.books.queries.channels(team.people["lina"].scope)
        lost = Counter((str(one.kind), str(one.state), one.reason and one.reason.key) for one in page.undelivered)
        # Also the one that was cut off between two messages: the rest of it came, and whoever gave it said so.
        assert lost == {}
        team.no_secret_in_log((*team.app_secrets(), *team.emulator.kf.people.book.codes), said="wecom_kf")


def once(team: Mortal, where: str) -> None:
    """Nothing was handled or said twice so far, nothing was said that is older than the account, five a message."""
    turns = team.rows(
        "select m.reply->>'text' from turn t join message m on m.id = t.message_id where connector = 'wecom_kf'"
    )
    assert sorted(str(text) for (text,) in turns) == sorted(team.lines), where
    said = Counter(one.content for one in team.said("xiaolin") if not one.card and "绑好了" not in one.content)
    assert {text: count for text, count in said.items() if count > 1} == {}, where
    questions = sum(line.startswith("找") for line in team.lines)
    assert team.told("xiaolin", "找到 ") == questions, where
    assert {call.errcode for call in team.emulator.platform.records.of(SENDS)} <= {0, REPEATED, None}, where
