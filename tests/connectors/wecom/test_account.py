"""The Official Account on the emulator: three modes, an answer in time, the rest within the follower's window."""

import pytest

from connectors.wecom.oa.channel import SEEN
from evals.emulators.wecom.core.faults import FaultKind
from evals.emulators.wecom.core.wechat import Mode
from evals.emulators.wecom.oa.callbacks import OUT_OF_ORDER, AccountDelivery
from evals.emulators.wecom.server import Emulator
from memory.domain.cards import ChoiceCard
from memory.domain.chat import FileOut, Reply
from memory.domain.errors import Conflict, Refused, Unavailable
from prompts.render import texts
from tests.connectors.wecom.apps import now_of
from tests.connectors.wecom.customers import CODE, kf_building
from tests.connectors.wecom.followers import account_process, account_row, oa_said, oa_words
from tests.connectors.wecom.lines import after, plan, until
from tests.connectors.wecom.test_kf_menus import short
from tests.support import fake_office as invented
from tests.support.fake_painter import PNG
from tests.support.fake_safe import FakeSafe

SENDS = "message/custom/send"
LONG = "\n".join(f"第 {number} 行：" + "字" * 200 for number in range(20))


@pytest.mark.parametrize("mode", Mode)
async def test_an_answer_in_time_is_the_answer_to_the_callback_in_every_mode(emulator: Emulator, mode: Mode) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house, mode=mode) as process:
        assert (await emulator.oa.callbacks.verify_url()).passed
        assert (await emulator.oa.callbacks.verify_url(tampered=True)).status == 403
        house.desk.answer(Reply(text="**6** 位 ]]> ok"))
        process.says("xiaolin", "找达人")
        await process.quiet()
    assert oa_words(emulator) == ["6 位 ]]> ok"]
    assert emulator.platform.records.of(SENDS) == []
    (inbound,) = house.desk.office.received
    assert (inbound.text, inbound.connector) == ("找达人", "wechat_account")
    assert emulator.platform.records.warnings == []


async def test_an_answer_that_takes_longer_is_sent_afterwards(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        process.says("xiaolin", "找达人")
        await until(lambda: bool(house.desk.office.received))
        await after(emulator, 5, lambda: emulator.oa.callbacks.deliveries[0].over)
        assert (oa_said(emulator), emulator.oa.callbacks.deliveries[0].acknowledged) == ([], True)
        house.desk.answer(Reply(text="找到 6 位。"))
        await process.quiet()
    assert oa_words(emulator) == ["找到 6 位。"]
    assert [call.errcode for call in emulator.platform.records.of(SENDS)] == [0]


async def test_a_callback_that_comes_again_is_one_question_with_the_same_words(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), account_row(emulator)
    async with account_process(emulator, house, safe=safe, channel=row) as process:
        house.desk.answer(Reply(text="找到 6 位。"))
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/oa", copies=3)
        process.says("xiaolin", "找达人")
        await process.quiet()
    async with account_process(emulator, house, safe=safe, channel=row) as process:
        emulator.oa.callbacks.again(emulator.oa.callbacks.deliveries[0])
        await process.quiet()
    assert len(house.desk.receipts) == 1
    assert [delivery.reply for delivery in emulator.oa.callbacks.deliveries] == ["找到 6 位。"] * 4
    assert oa_words(emulator) == ["找到 6 位。"]
    assert emulator.platform.records.of(SENDS) == []


async def test_why_a_tap_decided_nothing_is_told_once_though_it_comes_again(emulator: Emulator) -> None:
    house, safe, row = kf_building(emulator), FakeSafe(now_of(emulator)), account_row(emulator)
    async with account_process(emulator, house, safe=safe, channel=row) as process:
        process.says("xiaolin", "写邀约")
        house.desk.answer(Reply(text="写好了。", cards=(short(invented.drafts("K7", presentation=41)),)))
        await process.quiet()
        menu = next(one for one in oa_said(emulator) if one.card)
        assert menu.card is not None
        house.desk.refusal = Conflict("card_out_of_date")
        emulator.oa.people.taps("xiaolin", menu.message_id, menu.card["items"][0]["id"])
        tap = emulator.oa.callbacks.deliveries[-1]
        await process.quiet()
        process.says("xiaolin", "更多")
        await process.quiet()
    told = oa_words(emulator)
    assert sum(text.startswith("刚才有人先改了") for text in told) == 1
    await safe.take(row.setting.id, SEEN)  # told, and died before that was kept
    async with account_process(emulator, house, safe=safe, channel=row) as process:
        emulator.oa.callbacks.again(tap)
        await process.quiet()
    assert oa_words(emulator) == told


async def test_what_could_not_be_stored_comes_again(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        house.closed = Unavailable()
        process.says("xiaolin", "批准 1")
        await until(lambda: len(house.visitors) == 1)
        house.closed = None
        await after(emulator, 6, lambda: emulator.oa.callbacks.deliveries[0].over)
        await process.quiet()
    (delivery,) = emulator.oa.callbacks.deliveries
    assert [attempt.status for attempt in delivery.attempts] == [503, 200]
    assert oa_words(emulator)[0].startswith("已批准")


async def test_a_long_answer_keeps_within_the_window_and_goes_on_when_asked(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        house.desk.answer(Reply(text=LONG))
        process.says("xiaolin", "全部说来")
        await process.quiet()
        assert len(oa_said(emulator)) == 4
        process.says("xiaolin", "更多")
        await process.quiet()
    said = [text.partition("（还有")[0].rstrip("\n").partition("\n")[2] for text in oa_words(emulator)]
    assert "\n".join(said) == LONG
    assert {call.errcode for call in emulator.platform.records.of(SENDS)} == {0}


async def test_a_chart_comes_as_a_picture_after_its_words_and_a_list_is_to_be_had_on_the_page(
    emulator: Emulator,
) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        chart = FileOut(key="png", name="GMV.png", media_type="image/png", size=24, personal=False)
        table = FileOut(key="abc", name="达人名单.csv", media_type="text/csv", size=24)
        house.desk.answer(Reply(text="近14天。", files=(table, chart)))
        process.says("xiaolin", "今天的日报")
        await process.quiet()
    words, picture = oa_said(emulator)
    assert words.content.endswith("近14天。\n\n" + texts().say("wecom_file_out", "zh", name="达人名单.csv"))
    assert (picture.msgtype, picture.data) == ("image", PNG)
    assert emulator.platform.records.warnings == []


async def test_full_texts_are_sent_never_risked_and_a_tap_decides_once(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        card = invented.drafts("K7", presentation=41)
        rows = tuple(row.model_copy(update={"flags": ()}) for row in card.items[:2])
        house.desk.answer(Reply(text="写好了。", cards=(card.model_copy(update={"items": rows, "notes": ()}),)))
        process.says("xiaolin", "写邀约")
        await process.quiet()
        assert len(emulator.platform.records.of(SENDS)) == len(oa_said(emulator)) == 2
        assert house.desk.office.delivered == [41]
        menu = oa_said(emulator)[-1]
        assert menu.card is not None
        plan(emulator, FaultKind.DUPLICATE_CALLBACK, "callback/oa", copies=2)
        emulator.oa.people.taps("xiaolin", menu.message_id, menu.card["items"][0]["id"])
        await process.quiet()
    assert [tap.presentation for tap in house.desk.office.taps] == [41]


@pytest.mark.parametrize("kind", [FaultKind.DROP_AFTER, FaultKind.HTTP_500])
async def test_a_full_text_that_may_be_lost_leaves_nothing_to_approve_and_is_not_repeated(
    emulator: Emulator, kind: FaultKind
) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        plan(emulator, kind, SENDS)
        card = invented.drafts("K7", presentation=41)
        house.desk.answer(
            Reply(text="写好了。", cards=(card.model_copy(update={"items": card.items[:1], "notes": ()}),))
        )
        process.says("xiaolin", "写邀约")
        await process.quiet()
    assert house.desk.office.delivered == []
    assert [why for _, why in house.given] == ["channel_unclear"]
    assert [bool(one.card) for one in oa_said(emulator)][-1] is False
    assert oa_words(emulator)[-1].startswith("上面有一条可能没有送到")


async def test_an_account_that_may_not_send_answers_each_callback_once(emulator: Emulator) -> None:
    house = kf_building(emulator)
    emulator.platform.wechat.account.verified = False
    async with account_process(emulator, house) as process:
        house.desk.answer(Reply(text=LONG))
        process.says("xiaolin", "全部说来")
        await process.quiet()
        for _ in range(8):
            process.says("xiaolin", "更多")
            await process.quiet()
            if "还有" not in oa_words(emulator)[-1]:
                break
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
    assert found.value.text_key == "oa_not_granted"
    said = [text.partition("（还有")[0].rstrip("\n").partition("\n")[2] for text in oa_words(emulator)]
    assert "\n".join(said) == LONG


async def test_a_press_in_the_menu_asks_and_what_finds_no_room_waits(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        await until(lambda: bool(emulator.platform.wechat.account.menu))
        house.desk.answer(Reply(text="找到 6 位。", cards=(ChoiceCard(prompt="哪个？", choices=("美国", "英国")),)))
        emulator.oa.people.presses("xiaolin", "say:找20个美国宠物达人，粉丝1万到10万")
        await process.quiet()
    assert [inbound.text for inbound in house.desk.office.received] == ["找20个美国宠物达人，粉丝1万到10万"]
    assert [bool(one.card) for one in oa_said(emulator)] == [False, True]


async def test_strangers_are_bound_by_a_code_typed_or_scanned(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        emulator.oa.people.follows("laozhou")
        await process.quiet()
        assert oa_words(emulator, "laozhou") == ["请先绑定：K3P9"]
        process.says("laozhou", CODE)
        await process.quiet()
        house.bound.clear()
        emulator.oa.people.follows("laozhou", scene=f"bind-{CODE.removeprefix('绑定 ')}")
        await process.quiet()
    assert house.bound == {"laozhou": "zhaomin"}
    assert (
        oa_words(emulator, "laozhou")[1:]
        == ["绑好了。\n这里我不能主动找你：达人回复、要你批准的提醒会发到 运营群。"] * 2
    )
    assert house.desk.office.received == []


SPOILT = [
    (Mode.SAFE, FaultKind.TAMPERED_SIGNATURE, "oa_wrong_signature"),
    (Mode.SAFE, FaultKind.WRONG_RECEIVEID, "oa_wrong_app_id"),
    (Mode.SAFE, FaultKind.OLD_TIMESTAMP, "app_clock"),
    (Mode.COMPATIBLE, FaultKind.TAMPERED_SIGNATURE, "oa_wrong_signature"),
    (Mode.COMPATIBLE, FaultKind.WRONG_RECEIVEID, "oa_wrong_app_id"),
    (Mode.COMPATIBLE, FaultKind.OLD_TIMESTAMP, "app_clock"),
    (Mode.PLAIN, FaultKind.TAMPERED_SIGNATURE, "oa_wrong_signature"),
    (Mode.PLAIN, FaultKind.OLD_TIMESTAMP, "app_clock"),
    *((mode, kind, "wecom_xml_unreadable") for mode in Mode for kind in (FaultKind.XML_BOMB, FaultKind.HUGE_BODY)),
]


@pytest.mark.parametrize(("mode", "kind", "noted"), SPOILT)
async def test_what_does_not_open_is_refused_without_a_word(
    emulator: Emulator, mode: Mode, kind: FaultKind, noted: str
) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house, mode=mode) as process:
        plan(emulator, kind, "callback/oa", times=0)
        process.says("xiaolin", "批准 1")
        await until(lambda: any(attempt.over for attempt in emulator.oa.callbacks.deliveries[0].attempts))
        assert emulator.oa.callbacks.deliveries[0].attempts[0].status == 403
        await after(emulator, 16, lambda: emulator.oa.callbacks.deliveries[0].over, step=5)
        emulator.platform.faults.clear()
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
        assert found.value.text_key == noted
    assert (house.desk.office.received, oa_words(emulator)) == ([], [OUT_OF_ORDER])


@pytest.mark.parametrize(
    ("set_up", "comes"),
    [(Mode.PLAIN, Mode.SAFE), (Mode.PLAIN, Mode.COMPATIBLE), (Mode.SAFE, Mode.PLAIN), (Mode.COMPATIBLE, Mode.PLAIN)],
)
async def test_another_mode_than_was_set_up_is_named_and_nothing_of_it_is_heard(
    emulator: Emulator, set_up: Mode, comes: Mode
) -> None:
    house, row = kf_building(emulator), account_row(emulator, mode=set_up.value)
    async with account_process(emulator, house, mode=comes, channel=row) as process:
        process.says("xiaolin", "批准 1")
        await until(lambda: any(attempt.over for attempt in emulator.oa.callbacks.deliveries[0].attempts))
        await after(emulator, 16, lambda: emulator.oa.callbacks.deliveries[0].over, step=5)
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
    assert (found.value.text_key, house.desk.office.received) == ("oa_wrong_mode", [])


async def test_of_a_message_in_both_kinds_only_the_sealed_one_counts(emulator: Emulator) -> None:
    house, person = kf_building(emulator), emulator.platform.wechat.people["xiaolin"]
    head = {"ToUserName": emulator.platform.wechat.account.original_id, "FromUserName": person.openid}
    written = {"CreateTime": int(emulator.platform.clock.now), "MsgType": "text", "Content": "找达人", "MsgId": 7}
    async with account_process(emulator, house, mode=Mode.COMPATIBLE):
        sent = emulator.oa.callbacks.request(AccountDelivery(person, head | written), {})
        forged = sent.content.decode().replace("找达人", "批准 1")
        house.desk.answer(Reply(text="找到 6 位。"))
        answer = await emulator.oa.callbacks.calling.client.post(sent.url, content=forged)
    assert "批准 1" in forged
    assert answer.status_code == 200
    assert [inbound.text for inbound in house.desk.office.received] == ["找达人"]


@pytest.mark.parametrize(
    ("wrong", "key"), [("secret", "oa_wrong_secret"), ("address", "oa_address_not_allowed"), ("none", "")]
)
async def test_the_doctor_names_what_is_wrong(emulator: Emulator, wrong: str, key: str) -> None:
    house = kf_building(emulator)
    typed = {"app_secret": "x" * 32} if wrong == "secret" else {}
    if wrong == "address":
        plan(emulator, FaultKind.IP_NOT_ALLOWED, "stable_token", times=0)
    async with account_process(emulator, house, channel=account_row(emulator, **typed)) as process:
        if wrong == "none":
            process.says("xiaolin", "批准 1")
            await process.quiet()
            await process.pusher.look(process.channel)
            return
        with pytest.raises(Refused) as found:
            await process.pusher.look(process.channel)
    assert found.value.text_key == key
    if wrong == "address":
        assert found.value.facts["address"] == "203.0.113.7"


async def test_one_token_is_fetched_however_many_ask_and_renewed_once(emulator: Emulator) -> None:
    house = kf_building(emulator)
    async with account_process(emulator, house) as process:
        for user in ("xiaolin", "ahua"):
            process.says(user, "批准 1")
        await process.quiet()
        assert emulator.oa.tokens.issued == 1
        await emulator.platform.clock.advance(60)
        plan(emulator, FaultKind.TOKEN_REVOKE_NOW, SENDS)
        process.says("xiaolin", "批准 2")
        await process.quiet()
    assert emulator.oa.tokens.issued == 2
    assert len(oa_said(emulator)) == 4
