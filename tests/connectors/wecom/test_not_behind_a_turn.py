"""What decides is carried out and told at once, while the same member's own question is still being answered."""

from evals.emulators.wecom.server import Emulator
from memory.domain.chat import Reply
from tests.connectors.wecom.customers import kf_building
from tests.connectors.wecom.followers import account_process, oa_said, oa_words
from tests.connectors.wecom.lines import live, until
from tests.connectors.wecom.offices import building, process, said
from tests.connectors.wecom.test_bot_cards import card_of, drafts_in
from tests.connectors.wecom.test_kf_menus import short
from tests.support import fake_office as invented

ALL = "approve:1-2,4-5"


async def test_on_an_account_a_line_and_a_tap_decide_beside_the_followers_own_turn(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        process.says("xiaolin", "写邀约")
        house.desk.answer(Reply(text="写好了。", cards=(short(invented.drafts("K7", presentation=41)),)))
        await process.quiet()
        menu = next(one for one in oa_said(emulator) if one.card)
        house.desk.told.clear()  # the next turn shows nothing until it is told
        process.says("xiaolin", "再找 10 个")
        await until(lambda: len(house.desk.office.received) == 2)
        process.says("xiaolin", "批准 1")
        await until(lambda: oa_words(emulator)[-1].startswith("已批准 K7"))
        assert menu.card is not None
        emulator.oa.people.taps("xiaolin", menu.message_id, menu.card["items"][0]["id"])
        await live(emulator, 5)  # what is sent after an answer to a callback lets that arrive first
        await until(lambda: any(text.startswith("已批准 2 条") for text in oa_words(emulator)))
        house.desk.answer(Reply(text="找到 10 位。"))
        await process.quiet()
    assert oa_words(emulator)[-1] == "找到 10 位。"


async def test_in_a_group_a_line_and_a_press_decide_beside_the_members_own_turn(emulator: Emulator) -> None:
    house = building()
    async with process(emulator, house):
        card = await drafts_in(emulator, house)
        house.desk.told.clear()
        emulator.phone.says_in_group("lina", "再找 10 个", chatid="CH1", mention="AIBOT1")
        await until(lambda: len(house.desk.office.received) == 2)
        emulator.phone.says_in_group("lina", "批准 1", chatid="CH1", mention="AIBOT1")
        await until(lambda: any("已批准 K7" in one.content for one in said(emulator, "CH1")))
        emulator.phone.presses("lina", card.message_id, ALL)
        await until(lambda: "replace_text" in card_of(card))
        assert not any("找到 10 位" in one.content for one in said(emulator, "CH1"))
        house.desk.answer(Reply(text="找到 10 位。"))
        await until(lambda: any("找到 10 位" in one.content for one in said(emulator, "CH1")))
