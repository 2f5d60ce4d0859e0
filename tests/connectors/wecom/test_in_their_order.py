"""What one person says is carried out in the order in which it came, however long the first of it takes."""

import asyncio
from dataclasses import dataclass, field

from connectors.ports.door import Admitted, TurnedAway
from evals.emulators.wecom.server import Emulator
from memory.domain.bindings import Arrival
from tests.connectors.wecom.apps import app_process
from tests.connectors.wecom.lines import until
from tests.connectors.wecom.offices import Building, LiveDesk, process
from tests.support.fake_desk import FakeOffice

FIRST, SECOND = "批准 K7 1", "批准 K7 2"


@dataclass
class SlowDoor(Building):
    """Whoever comes first waits to be let in."""

    opens: asyncio.Event = field(default_factory=asyncio.Event)

    async def enter(self, arrival: Arrival) -> Admitted | TurnedAway:
        """As the others do, by and by."""
        entry = await super().enter(arrival)
        if arrival.text == FIRST:
            await self.opens.wait()
        return entry


def slow() -> SlowDoor:
    return SlowDoor(LiveDesk(FakeOffice(presented=50)))


async def turns_of_the_loop() -> None:
    """Time enough for somebody who waits for nothing."""
    for _ in range(200):
        await asyncio.sleep(0)


def heard(house: Building) -> list[str]:
    return [one.text for one in house.desk.office.received]


async def test_in_a_group(emulator: Emulator) -> None:
    house = slow()
    async with process(emulator, house):
        for text in (FIRST, SECOND):
            emulator.phone.says_in_group("lina", text, chatid="CH1", mention="AIBOT1")
        emulator.phone.says_in_group("wangwei", "停", chatid="CH1", mention="AIBOT1")
        await until(lambda: heard(house) == ["停"])  # others do not wait
        await turns_of_the_loop()
        house.opens.set()
        await until(lambda: len(heard(house)) == 3)
    assert heard(house) == ["停", FIRST, SECOND]


async def test_in_the_app(emulator: Emulator) -> None:
    house = slow()
    async with app_process(emulator, house) as app:
        for text in (FIRST, SECOND):
            app.says("lina", text)
        await until(lambda: len(house.visitors) == 1)
        await turns_of_the_loop()
        house.opens.set()
        await until(lambda: len(heard(house)) == 2)
    assert heard(house) == [FIRST, SECOND]
