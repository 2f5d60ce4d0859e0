"""「撤销」 of what was said on the send list: 「已发」 is asked anew, the rest is told plainly that it stays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from evals.suites.talking import open_talk
from memory.domain.by_hand import HandMark, HandPlace
from memory.domain.chat import Undo, UpdateRelation
from memory.domain.errors import Conflict
from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.outreach import DraftStatus
from tests.agent.by_hand.conftest import OPEN_HANDED, HandShop
from tests.agent.by_hand.test_marking import status

NOTHING = "最近 24 小时里没有你能撤销的改动。"


async def test_what_was_marked_as_sent_in_one_line_is_asked_anew_together(shop: HandShop) -> None:
    batch = await shop.approved(4)
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.say("发送清单")
    await talk.say(f"{batch.code} 的 1-3 已发")
    said = await talk.say("撤销")
    assert said == f"已撤销：{batch.code} 的 1-3 不再算已发，请到发送清单说一声发了没有。"
    assert await shop.places() == [HandPlace.UNSURE] * 3 + [HandPlace.MINE]
    assert await talk.say("撤销") == NOTHING
    await talk.say(f"{batch.code} 的 1 发了")
    await talk.say(f"{batch.code} 的 2-3 没发")
    assert await status(shop, batch) == [DraftStatus.SENT, *[DraftStatus.APPROVED] * 2, DraftStatus.SENDING]


async def test_a_mark_of_the_page_is_undone_by_its_form(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.submit(HandOut(draft=draft))
    await talk.submit(MarkByHand(draft=draft, said="sent", attempt=1))
    assert "不再算已发" in (await talk.submit(Undo())).text
    assert await status(shop, batch) == [DraftStatus.UNKNOWN]


@pytest.mark.parametrize(
    ("mark", "told", "becomes"),
    [
        ("没发成", "已记为没发成，撤不回。要再发，回「{code} 的 1 再来一次」", DraftStatus.FAILED),
        ("跳过", "跳过后就停了，撤不回。要发请重新起草", DraftStatus.STOPPED),
    ],
)
async def test_what_stays_is_told_once_and_the_change_before_it_goes_back(
    shop: HandShop, mark: str, told: str, becomes: DraftStatus
) -> None:
    batch = await shop.approved(1)
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.submit(UpdateRelation(handle="hand1_1", stage="negotiating"))
    await talk.say("发送清单")
    await talk.say(f"{batch.code} 的 1 {mark}")
    said = await talk.say("撤销")
    assert told.format(code=batch.code) in said
    assert "再回一次「撤销」" in said
    assert await status(shop, batch) == [becomes]
    assert await talk.say("撤销") == "已撤销：@hand1_1（共 1 位）的阶段改回原样。"
    assert told.format(code=batch.code) in await talk.say("撤销")
    assert await status(shop, batch) == [becomes]


async def test_an_unclear_one_that_was_put_back_on_the_list_stays_there(shop: HandShop) -> None:
    batch = await shop.approved(1)
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.say("发送清单")
    await shop.office.move_clock(timedelta(hours=24))
    await shop.forget()
    await talk.say(f"{batch.code} 的 1 没发")
    assert "已放回发送清单，撤不回" in await talk.say("撤销")
    assert await shop.places() == [HandPlace.READY]


async def test_marked_otherwise_since_nothing_of_the_line_goes_back(shop: HandShop) -> None:
    batch = await shop.approved(2)
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.say("发送清单")
    await talk.say(f"{batch.code} 的 1-2 已发")
    await shop.mark([batch.drafts[1].id], HandMark.UNDONE, by=shop.office.anna)
    assert await talk.say("撤销") == f"{batch.code} 的 2：没有记为已发，不用撤回。什么都没动。"
    assert await shop.places() == [HandPlace.DONE, HandPlace.UNSURE]


async def test_a_later_attempt_is_not_taken_for_the_one_that_was_marked(shop: HandShop) -> None:
    batch = await shop.approved(1)
    draft = batch.drafts[0].id
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.say("发送清单")
    await talk.say(f"{batch.code} 的 1 已发")
    for said in (HandMark.UNDONE, HandMark.FAILED):
        await shop.mark([draft], said, by=shop.office.anna)
    await shop.take([draft], by=shop.office.anna)
    await shop.mark([draft], HandMark.SENT, by=shop.office.anna)
    with pytest.raises(Conflict, match="undo_hand_stays"):
        await talk.submit(Undo())
    assert await status(shop, batch) == [DraftStatus.SENT]


async def test_while_another_first_message_waits_for_one_of_them_nothing_of_the_line_goes_back(shop: HandShop) -> None:
    batch = await shop.approved(2)
    talk = await open_talk(shop.office, shop.office.operator)
    await talk.say("发送清单")
    await talk.say(f"{batch.code} 的 1-2 已发")
    await shop.office.save_policy(replace(OPEN_HANDED, cool_down_days=0))
    await shop.approved(0, creators=[batch.drafts[1].creator])
    assert "另有一条首轮消息在等着发" in await talk.say("撤销")
    assert await status(shop, batch) == [DraftStatus.SENT] * 2
