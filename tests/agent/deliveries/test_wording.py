"""What pushes say: nothing foreign that a client could run with, no contacts, both languages."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from agent.deliveries.wording import QUOTED, PushWords, quoted, tame
from connectors.ports.channels import Push
from memory.domain.channels import ChannelSetting
from memory.domain.deliveries import Audience, Delivery, Parcel, PushKind, Subject
from memory.domain.ids import ChannelId, DeliveryId, TenantId
from memory.domain.outreach import Intent
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.agent.deliveries.conftest import HOOK

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ANSWER: Subject = {"message": 1, "handle": "mia", "intent": "price", "text": "How about $50?"}
TROUBLE: Subject = {
    "step": 1, "state": "held", "batch": "K7", "number": 3, "handle": "mia", "key": "draft_changed", "facts": {},
}  # fmt: skip
NUDGE: Subject = {"batch": "K7", "batch_id": 1, "open": 5, "decide_by": "2026-11-21T04:00:00+00:00"}


def say(kind: PushKind, *subjects: Subject, lang: Lang = "zh", brand: str = "Pawly", is_demo: bool = False) -> str:
    return push(kind, *subjects, lang=lang, brand=brand, is_demo=is_demo).text


def push(kind: PushKind, *subjects: Subject, lang: Lang = "zh", brand: str = "Pawly", is_demo: bool = False) -> Push:
    channel = ChannelSetting(ChannelId(1), TenantId(1), HOOK, "x", None, {"lang": lang}, True, NOW, b"")
    many = tuple(Delivery(DeliveryId(place), kind, one, NOW, NOW, 0) for place, one in enumerate(subjects))
    return PushWords(texts()).say(Parcel("d1", channel, (), many, Audience(brand, "Asia/Shanghai", is_demo)))


@pytest.mark.parametrize(("lang", "title"), [("zh", "Pawly 的数字"), ("en", "Figures of Pawly")])
def test_a_digest_leads_to_its_page_where_browsers_can_reach_one(lang: Lang, title: str) -> None:
    channel = ChannelSetting(ChannelId(1), TenantId(1), HOOK, "x", None, {"lang": lang}, True, NOW, b"")
    digest = Delivery(DeliveryId(1), PushKind.DIGEST, {"text": "日报"}, NOW, NOW, 0)
    parcel = Parcel("d1", channel, (), (digest,), Audience("Pawly", "Asia/Shanghai"))
    page = PushWords(texts(), "https://daren.example/").say(parcel).page
    assert page is not None
    assert (page.title, page.url) == (title, "https://daren.example/performance")
    assert PushWords(texts()).say(parcel).page is None


def test_answers_trouble_and_reminders_read_so() -> None:
    assert say(PushKind.ANSWER, ANSWER).splitlines()[:2] == [
        "**Pawly：收到 1 条达人回复**",
        "> ＠mia（谈价）：How about $50?",
    ]
    assert say(PushKind.TROUBLE, TROUBLE).splitlines()[1] == (
        "> K7 第 3 条 ＠mia：内容在看过之后改了。内容改过了：看过 K7 的 3 的新内容再批。"
    )
    assert "K7：5 条等批准，" in say(PushKind.NUDGE, NUDGE)
    assert "12:00" in say(PushKind.NUDGE, NUDGE)  # on the team's clock


def test_trouble_of_one_reason_is_one_line_with_its_count() -> None:
    odd = range(1, 201, 2)
    many: list[Subject] = [
        {**TROUBLE, "batch": f"K{batch}", "number": number} for batch in range(7, 12) for number in odd
    ]
    unreached: list[Subject] = [
        {**TROUBLE, "number": number, "key": "no_channel", "facts": {"handle": handle}}
        for number, handle in ((4, "mia"), (5, "tom"))
    ]
    told = say(PushKind.TROUBLE, *many, {**TROUBLE, "key": "opted_out"}, *unreached)
    head, changed, alone, others, _ = told.splitlines()
    few = "、".join(str(number) for number in odd[:15]) + "、…"
    assert head == "**Pawly：503 条消息没发出去**"
    assert changed == (
        f"> K7 第 {few} 条、K8 第 {few} 条、K9 第 {few} 条 等，另有 2 批，共 500 条：内容在看过之后改了。"
        f"内容改过了：看过 K7 的 {few} 的新内容再批。其余的同样处理。"
    )
    assert alone.startswith("> K7 第 3 条 ＠mia：")
    assert others.startswith("> K7 第 4、5 条，共 2 条：如 ＠mia：")
    assert len(say(PushKind.TROUBLE, *many, lang="en").encode()) < 2_000


def test_news_of_a_campaign_are_a_line_each() -> None:
    written: Subject = {"name": "黑五*", "event": "written", "count": 12}
    done: Subject = {"name": "返校季", "event": "done", "count": 30}
    assert say(PushKind.CAMPAIGN, written, done).splitlines() == [
        "**Pawly：活动的消息**",
        "> 「黑五＊」草稿写好了：12 位达人，等你们看过全文再批。",
        "> 「返校季」发完了：一共发出 30 条。",
        "每一轮的进展、没发成的和原因在活动页。",
    ]


def test_a_shop_that_was_taken_back_is_told_with_the_next_step() -> None:
    assert say(PushKind.SHOP, {"event": "revoked", "shop": "Acme*"}).splitlines() == [
        "**Pawly：店铺断开了**",
        "> 商家在 TikTok 收回了「Acme＊」的授权：要从店铺发的消息都停下，连上后重新核对再接着发。",
        "重新连接：在 Daren 里打开「TikTok Shop」，点「连接店铺」。",
    ]


def test_a_decision_taken_elsewhere_is_one_line_for_one_chat() -> None:
    of: Subject = {"chat": "CH1", "group": True, "batch": "K7", "by": "王*伟", "approved": "1-3", "rejected": ""}
    assert say(PushKind.DECIDED, of) == ("K7：王＊伟已在别处处理：批准 1-3。这里的卡片不用再点；点一下会显示最新状态。")
    assert push(PushKind.DECIDED, {**of, "over": False}).settles == ""
    assert push(PushKind.DECIDED, {**of, "over": True}).settles == "K7"
    assert push(PushKind.NUDGE, NUDGE).settles == ""
    assert say(PushKind.DECIDED, {**of, "rejected": "4"}, lang="en").startswith(
        "K7: 王＊伟 decided it elsewhere: approved 1-3, rejected 4."
    )


@pytest.mark.parametrize("lang", get_args(Lang))
def test_every_kind_intent_and_reason_has_words(lang: Lang) -> None:
    for intent in Intent:
        assert say(PushKind.ANSWER, {**ANSWER, "intent": intent.value}, lang=lang)
    for state in ("held", "failed", "unknown"):
        for key in ("", "never_heard_of", "opted_out", "unclear"):
            told = say(PushKind.TROUBLE, {**TROUBLE, "state": state, "key": key}, lang=lang)
            assert "{" not in told
    assert "测试" in say(PushKind.TEST, {"by": "Anna"}) or lang == "en"


def test_foreign_text_is_no_markdown_no_link_and_no_mention() -> None:
    text = "[pay](https://evil.test/x) ![](http://evil.test/p.png) <@all> **now** `x` # www.evil.test |a|"
    told = say(PushKind.ANSWER, {**ANSWER, "text": text, "handle": "<@all>"}, brand="[b](c)")
    for sign in ("](", "<@", "http", "evil", "`", "|", "**now"):
        assert sign not in told


def test_contacts_in_answers_are_masked() -> None:
    told = say(PushKind.ANSWER, {**ANSWER, "text": "mail mia" + "@" + "example.com or +1 415 555 0134"})
    assert "example.com" not in told
    assert "555" not in told


def test_fifty_answers_with_addresses_and_phones_show_none() -> None:
    for number in range(50):
        text = f"Ship to {100 + number} Maple Street, Austin TX 78701, call +1 415 555 01{number:02}"
        told = quoted(text)
        assert "Maple" not in told
        assert f"01{number:02}" not in told


def test_long_text_is_cut_and_lines_become_one() -> None:
    assert len(quoted("a\n" * 500)) <= QUOTED
    assert quoted("a\n\n b\tc") == "a b c"
    assert tame("a\n> b") == "a ＞ b"


@pytest.mark.parametrize("lang", get_args(Lang))
def test_in_a_demo_every_push_says_so_first(lang: Lang) -> None:
    for kind, subject in ((PushKind.ANSWER, ANSWER), (PushKind.TROUBLE, TROUBLE), (PushKind.TEST, {"by": "Anna"})):
        assert say(kind, subject, lang=lang, is_demo=True).splitlines()[0] == texts().say("demo_mark", lang)
        assert texts().say("demo_mark", lang) not in say(kind, subject, lang=lang)
