"""What one person says is carried out in the order in which it came, however long the first of it takes."""

import asyncio
from dataclasses import replace

from connectors.wecom.oa.inbound import Said
from evals.emulators.wecom.server import Emulator
from tests.connectors.wecom.apps import app_process
from tests.connectors.wecom.customers import kf_building
from tests.connectors.wecom.followers import account_process
from tests.connectors.wecom.lines import after, until
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
