"""What one person says is carried out in the order in which it came, however long the first of it takes."""

import asyncio
from dataclasses import replace

from connectors.wecom.errands import Order
from connectors.wecom.oa.inbound import Said
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.server import Emulator
from tests.connectors.wecom.apps import app_process, words_in
from tests.connectors.wecom.customers import kf_building
from tests.connectors.wecom.followers import account_process
from tests.connectors.wecom.lines import after, plan, until
from tests.connectors.wecom.offices import Building, building, process

FIRST, SECOND = "批准 K7 1", "批准 K7 2"


async def turns_of_the_loop() -> None:
    """Time enough for somebody who waits for nothing."""
    for _ in range(200):
        await asyncio.sleep(0)


def heard(house: Building) -> list[str]:
    return [one.text for one in house.desk.office.received]


async def opens(house: Building) -> None:
    """The first is let in, when the second had time enough to pass it."""
    await until(lambda: bool(house.visitors))
    await turns_of_the_loop()
    house.opens.set()


async def test_in_a_group(emulator: Emulator) -> None:
    house = replace(building(), slow=FIRST)
    async with process(emulator, house):
        for text in (FIRST, SECOND):
            emulator.phone.says_in_group("lina", text, chatid="CH1", mention="AIBOT1")
        emulator.phone.says_in_group("wangwei", "停", chatid="CH1", mention="AIBOT1")
        await until(lambda: heard(house) == ["停"])  # others do not wait
        await opens(house)
        await until(lambda: SECOND in heard(house))
    assert heard(house) == ["停", FIRST, SECOND]


async def test_in_the_app(emulator: Emulator) -> None:
    house = replace(building(), slow=FIRST)
    async with app_process(emulator, house) as app:
        for text in (FIRST, SECOND):
            app.says("lina", text)
        await opens(house)
        await until(lambda: SECOND in heard(house))
    assert heard(house) == [FIRST, SECOND]


async def test_on_an_account(emulator: Emulator) -> None:
    house = replace(kf_building(emulator), slow=FIRST)
    async with account_process(emulator, house) as account:
        user, at = openid_of(emulator, "xiaolin"), emulator.platform.clock.now
        said = [Said(str(place), user, at, text) for place, text in enumerate((FIRST, SECOND))]
        hearing = [asyncio.create_task(account.accounts.hear(account.channel, one)) for one in said]
        await opens(house)
        await after(emulator, 10, lambda: all(one.done() for one in hearing))
    assert heard(house) == [FIRST, SECOND]


def openid_of(emulator: Emulator, user: str) -> str:
    return emulator.platform.wechat.people[user].openid


async def test_the_app_says_the_second_answer_when_the_first_was_taken(emulator: Emulator) -> None:
    plan(emulator, FaultKind.DELAY, "message/send", seconds=1.0, calls=(1,))
    house = building()
    async with app_process(emulator, house) as app:
        app.says("lina", "批准 1 2")
        await until(lambda: bool(emulator.platform.records.of("message/send")))
        app.says("lina", "批准 3")
        await until(lambda: len(heard(house)) == 2)
        await turns_of_the_loop()
        assert words_in(emulator) == []
        await after(emulator, 5, lambda: len(words_in(emulator)) == 2)


async def said(order: Order, who: str, words: str, opens: asyncio.Event, heard: list[str], *, patience: float) -> None:
    """Carried out at once; said when its door opens."""
    async with order.of(who):
        place = order.place(who, patience=patience)
    async with place.reached():
        await opens.wait()
        heard.append(words)


async def test_answers_are_said_in_the_order_of_the_deeds() -> None:
    order, heard, slow, open_door = Order(), list[str](), asyncio.Event(), asyncio.Event()
    open_door.set()
    answers = [
        asyncio.create_task(said(order, "lina", "已拒 1", slow, heard, patience=60)),
        asyncio.create_task(said(order, "lina", "没有改动", open_door, heard, patience=60)),
        asyncio.create_task(said(order, "wangwei", "已停", open_door, heard, patience=60)),
    ]
    await turns_of_the_loop()
    assert heard == ["已停"]  # others do not wait
    slow.set()
    await asyncio.gather(*answers)
    assert heard == ["已停", "已拒 1", "没有改动"]


async def test_an_answer_waits_no_longer_than_its_patience() -> None:
    order, heard, never, open_door = Order(), list[str](), asyncio.Event(), asyncio.Event()
    open_door.set()
    stuck = asyncio.create_task(said(order, "lina", "已拒 1", never, heard, patience=60))
    await turns_of_the_loop()
    await said(order, "lina", "没有改动", open_door, heard, patience=0)
    assert heard == ["没有改动"]
    stuck.cancel()
    await asyncio.wait({stuck})
    await said(order, "lina", "已停", open_door, heard, patience=60)
    assert heard == ["没有改动", "已停"]


async def test_an_answer_that_is_not_said_after_all_is_not_waited_for() -> None:
    order, heard, open_door = Order(), list[str](), asyncio.Event()
    open_door.set()
    given_up = order.place("lina")
    answer = asyncio.create_task(said(order, "lina", "已停", open_door, heard, patience=60))
    await turns_of_the_loop()
    assert heard == []
    given_up.leave()
    await answer
    assert heard == ["已停"]
