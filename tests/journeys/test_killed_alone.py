"""The job over the app, its process killed at every stage: each callback handled once, each answer told or named."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from agent.settings import Settings
from evals.emulators.wecom.app.callbacks import Delivery
from evals.emulators.wecom.core.chats import Message, private
from evals.emulators.wecom.core.faults import FaultKind
from tests.journeys.test_app_alone import (
    AGENT,
    AppCompany,
    is_settled,
    key_of,
    links_to_a_page,
    no_secret_in,
    plan,
)
from tests.support import gates
from tests.support.companies import QUESTION, USERS
from tests.support.mortals import DRAFTS, OF_REPLIES, Mortal, a_message_is_sent, an_answer_is_recorded, mortal
from tests.support.product import make_everybody_talkative

pytestmark = [pytest.mark.journey, pytest.mark.timeout(420)]

SENDS, UPDATES = "message/send", "message/update_template_card"
FOR_EVER = 3_600.0  # of the platform's seconds: nobody lives to see them pass


class MortalApp(Mortal, AppCompany):
    """Reached over the app, each alone, at an address that every process has in its turn."""

    connector = "wecom_app"

    def heard(self) -> list[Delivery]:
        """What people typed and pressed, each once."""
        return list({one.inner: one for one in self.emulator.callbacks.deliveries}.values())

    async def taken_over(self) -> None:
        """What the dead owed is done without being asked; then everything comes twice once more, the latest first."""
        await self.a_minute_passes()
        await self.nothing_is_left()
        for heard in reversed(self.heard()):
            self.emulator.callbacks.again(heard)
            self.emulator.callbacks.again(heard)
        await self.until(lambda: all(one.over for one in self.emulator.callbacks.deliveries))
        assert [one.inner for one in self.heard() if not self.is_acknowledged(one)] == []
        await self.nothing_is_left()

    def is_acknowledged(self, heard: Delivery) -> bool:
        """Whether it was, one of the times it came."""
        return any(one.acknowledged for one in self.emulator.callbacks.deliveries if one.inner == heard.inner)

    def typed(self) -> int:
        """See `Mortal.typed`."""
        return sum("<MsgId>" in one.inner for one in self.heard()) - len(USERS)

    def texts(self) -> list[Message]:
        """See `Mortal.texts`."""
        return [one for user in USERS for one in self.said(user) if one.card is None]

    def pushed(self) -> int:
        """See `Mortal.pushed`."""
        return sum(self.told(user, "＠") for user in USERS)


Stage = Callable[[MortalApp], AbstractAsyncContextManager[None]]


@asynccontextmanager
async def a_callback_is_kept(team: MortalApp) -> AsyncIterator[None]:
    with gates.closed(team.books.database.url, table="turn", moment="insert", condition="true") as gate:
        team.types("zhaomin", QUESTION)
        await team.until(lambda: gate.is_reached() and team.emulator.callbacks.deliveries[-1].over)
        assert team.is_acknowledged(team.emulator.callbacks.deliveries[-1])
        assert team.rows("select count(*) from callback") == [(1,)]
        assert team.rows("select count(*) from turn") == [(0,)]
        yield


@asynccontextmanager
async def a_turn_is_under_way(team: MortalApp) -> AsyncIterator[None]:
    assert team.told("zhaomin", "1. **@") == 1
    with gates.closed(team.books.database.url, table="turn", moment="update", condition="new.state = 'done'") as gate:
        team.types("zhaomin", "找20个美国做宠物用品的达人")
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from turn where state = 'running'") == [(1,)]
        yield


@asynccontextmanager
async def a_turn_is_over_and_its_answer_is_not_said(team: MortalApp) -> AsyncIterator[None]:
    assert team.told("zhaomin", "1. **@") == 2
    with gates.closed(team.books.database.url, table="delivery_try", moment="insert", condition=OF_REPLIES) as gate:
        team.types("zhaomin", "有谁回我们了")
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from turn where state <> 'done'") == [(0,)]
        yield


@asynccontextmanager
async def the_full_texts_are_half_told(team: MortalApp) -> AsyncIterator[None]:
    before = len(team.said("zhaomin"))
    plan(team.emulator, FaultKind.SLOW_BODY, endpoint=SENDS, calls=(2,), seconds=FOR_EVER)
    team.types("zhaomin", f"给前{DRAFTS}个写邀约，佣金18%，可以寄样")
    await team.until(lambda: len(team.said("zhaomin")) == before + 2)
    assert team.cards("zhaomin") == []
    yield


@asynccontextmanager
async def a_card_is_there(team: MortalApp) -> AsyncIterator[None]:
    code = code_of(team)
    assert team.cards("zhaomin") == []
    keeps_the_code = "new.name like 'card:%'"
    with gates.closed(team.books.database.url, table="channel_kept", moment="insert", condition=keeps_the_code) as gate:
        team.types("wangwei", f"批准 {code} 1-{DRAFTS}")
        await team.until(gate.is_reached)
        assert len(team.cards("wangwei")) == 1
        assert team.rows("select count(*) from decision") == [(0,)]
        yield


@asynccontextmanager
async def a_typed_decision_is_not_said(team: MortalApp) -> AsyncIterator[None]:
    code = code_of(team)
    for user in ("zhaomin", "lina"):
        team.types(user, f"{code} 里都有什么")
        await team.card(user)
    await team.nothing_is_left()
    (card,) = team.cards("zhaomin")
    team.emulator.phone.presses("zhaomin", card.message_id, key_of(card, "zhaomin"))
    await team.until(lambda: team.told("zhaomin", "审批要由审批人或负责人来做") == 1 and is_settled(card, "zhaomin"))
    with gates.closed(team.books.database.url, table="delivery_try", moment="insert", condition=OF_REPLIES) as gate:
        team.types("lina", f"批准 {code} 1-2")
        await team.until(gate.is_reached)
        assert team.rows("select count(*) from decision") == [(2,)]
        yield


@asynccontextmanager
async def a_click_is_decided_and_its_card_is_not_changed(team: MortalApp) -> AsyncIterator[None]:
    assert team.told("lina", "已批准 1、2") == 1
    (card,) = team.cards("lina")
    changed = len(team.emulator.platform.records.of(UPDATES))
    plan(team.emulator, FaultKind.DELAY, endpoint=UPDATES, seconds=FOR_EVER)
    team.emulator.phone.presses("lina", card.message_id, key_of(card, "lina"))
    await team.until(lambda: len(team.emulator.platform.records.of(UPDATES)) > changed)
    assert team.rows("select count(*) from decision where voided_at is null") == [(DRAFTS,)]
    assert not is_settled(card, "lina")
    yield


@asynccontextmanager
async def sends_are_planned(team: MortalApp) -> AsyncIterator[None]:
    def settled() -> int:
        return sum(is_settled(one, user) for user in ("lina", "zhaomin") for one in team.said(user) if one.card)

    # A click that comes again is answered beside its callback: nothing else says when that is done.
    await team.until(lambda: (team.told("lina", "已批准"), settled()) == (2, 2))
    assert team.cards("lina") == []
    assert team.rows("select count(*) from outreach_step where state = 'planned'") == [(DRAFTS,)]
    yield


@asynccontextmanager
async def a_push_is_handed_over(team: MortalApp) -> AsyncIterator[None]:
    pushed = team.pushed()
    assert pushed > 0
    plan(team.emulator, FaultKind.SLOW_BODY, endpoint=SENDS, seconds=FOR_EVER)
    await team.moves_on(until=lambda: team.pushed() > pushed)
    yield


STAGES: tuple[Stage, ...] = (
    a_callback_is_kept,
    a_turn_is_under_way,
    a_turn_is_over_and_its_answer_is_not_said,
    the_full_texts_are_half_told,
    a_card_is_there,
    a_typed_decision_is_not_said,
    a_click_is_decided_and_its_card_is_not_changed,
    sends_are_planned,
    a_message_is_sent,
    an_answer_is_recorded,
    a_push_is_handed_over,
)


def code_of(team: MortalApp) -> str:
    """The batch's."""
    ((code,),) = team.rows("select code from batch")
    return str(code)


async def test_killed_at_every_stage_each_member_hears_everything_once(demo_settings: Settings, tmp_path: Path) -> None:
    async with mortal(MortalApp, demo_settings, tmp_path / "log") as team:
        make_everybody_talkative(team.books)
        async with team.serving():
            await team.bind()
        for stage in STAGES:
            async with team.serving() as process:
                await team.taken_over()
                team.once(stage.__name__)
                async with stage(team):
                    await process.kill()
                team.emulator.platform.faults.clear()
        async with team.serving():
            await team.taken_over()
            team.once("the end")
            # The card whose code died with a process says so at its next press.
            (card,) = team.cards("wangwei")
            team.emulator.phone.presses("wangwei", card.message_id, key_of(card, "wangwei"))
            await team.until(lambda: is_settled(card, "wangwei"))
            await team.nothing_is_left()
        answered = team.answered()
        assert len(answered) > 1
        for user in USERS:
            assert {handle: team.told(user, f"＠{handle}（") for handle in answered} == dict.fromkeys(answered, 1)
        team.require_sent_once()
        # Nobody knows what became of the last message of each; a push that comes again is known to the platform.
        assert await team.lost() == {("reply", "unknown", "push_sender_gone"): 2}
        assert [one for one in team.emulator.platform.chats.messages if links_to_a_page(one)] == []
        assert team.emulator.sending.dropped == []
        assert {one.chat for one in team.emulator.platform.chats.messages} == {
            private(str(AGENT), user) for user in USERS
        }
        no_secret_in(team)
