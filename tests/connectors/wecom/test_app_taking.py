"""In what order an app's callbacks are handled: one of a member at a time, commands at once, what was left first."""

from evals.emulators.wecom.server import Emulator
from memory.domain.chat import Reply
from memory.domain.errors import Unavailable
from tests.connectors.wecom.apps import FakeInbox, app_process, words_in
from tests.connectors.wecom.lines import until
from tests.connectors.wecom.offices import building


async def test_a_second_question_waits_for_the_first_and_a_command_for_none(emulator: Emulator) -> None:
    house = building()
    inbox = FakeInbox(house)
    async with app_process(emulator, house, inbox=inbox) as process:
        process.says("lina", "找达人")
        await until(lambda: len(house.desk.office.received) == 1)
        process.says("lina", "再找一批")
        process.says("lina", "批准 1")
        await until(lambda: len(house.desk.office.received) == 2)
        await until(lambda: all(delivery.over for delivery in emulator.callbacks.deliveries))
        assert [one.text for one in house.desk.office.received] == ["找达人", "批准 1"]
        assert len(inbox.rows) == 1
        house.desk.answer(Reply(text="找到了。"))
        await until(lambda: len(house.desk.office.received) == 3)
    assert house.desk.office.received[2].text == "再找一批"


async def test_what_was_acknowledged_and_not_handled_is_handled_by_the_next_process(emulator: Emulator) -> None:
    house = building()
    inbox = FakeInbox(house)
    async with app_process(emulator, house, inbox=inbox) as process:
        process.says("lina", "找达人")
        await until(lambda: len(house.desk.office.received) == 1)
        process.says("lina", "再找一批")
        await until(lambda: all(delivery.over for delivery in emulator.callbacks.deliveries))
        assert all(delivery.acknowledged for delivery in emulator.callbacks.deliveries)
    assert len(inbox.rows) == 1
    house.desk.answer(Reply(text="找到了。"))
    async with app_process(emulator, house, inbox=inbox) as following:
        await following.apps.take_up(following.channel)
        await following.apps.take_up(following.channel)
        await following.apps.settle()
    assert [one.text for one in house.desk.office.received] == ["找达人", "再找一批"]
    assert inbox.rows == {}
    assert "找到了。" in words_in(emulator)[-1]


async def test_what_cannot_be_handled_for_now_stays_and_is_taken_up_again(emulator: Emulator) -> None:
    house = building()
    inbox = FakeInbox(house)
    async with app_process(emulator, house, inbox=inbox) as process:
        process.says("lina", "找达人")
        await until(lambda: bool(inbox.rows))
        house.closed = Unavailable("database_unavailable", reason="down")
        await until(lambda: not process.apps.taking)
        assert len(inbox.rows) == 1
        house.closed = None
        house.desk.answer(Reply(text="找到了。"))
        await process.apps.take_up(process.channel)
        await process.quiet()
    assert (words_in(emulator), inbox.rows) == (["【演示数据】\n找到了。"], {})
