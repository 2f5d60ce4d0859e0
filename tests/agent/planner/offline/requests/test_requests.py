"""Everything but searches: one sentence, the tools it plans and their arguments a line."""

from dataclasses import replace
from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

CONTEXT = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=("ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets"),
    open_batches=("K7",),
    batch_sizes={"K7": 5},
    products=("自动猫砂盆", "Yoga Mat Pro"),
    last_focus="cara_home",
)


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("给前3个写邀约", {"ranks": [1, 2, 3], "purpose": "invite"}),
        ("给第1、3个写邀约，佣金15%", {"ranks": [1, 3], "purpose": "invite", "commission_rate": 0.15}),
        (
            "给前两个写邀约，推猫砂盆，佣金两成，可以寄样",
            {
                "ranks": [1, 2],
                "purpose": "invite",
                "product": "自动猫砂盆",
                "commission_rate": 0.2,
                "free_sample": True,
            },
        ),
        (
            "给@bob.fit写封邀约，坑位费300刀",
            {"handles": ["bob.fit"], "purpose": "invite", "flat_fee": {"amount": 300, "currency": "USD"}},
        ),
        ("给最后两个写跟进", {"ranks": [4, 5], "purpose": "follow_up"}),
        ("除了第2个都写邀约", {"ranks": [1, 3, 4, 5], "purpose": "invite"}),
        ("给没回复的写跟进", {"segment": "no_reply", "purpose": "follow_up"}),
        ("催一下还没发视频的", {"segment": "no_content", "purpose": "content_reminder"}),
        ("给他们写邀约，用西语写，语气热情点", {"purpose": "invite", "language": "es", "tone": "warm"}),
        ("给前5个写邀约，简短一点", {"ranks": [1, 2, 3, 4, 5], "purpose": "invite", "tone": "brief"}),
        ("给第4个写感谢信", {"ranks": [4], "purpose": "thanks"}),
        ("跟第2个砍价，最多给12%", {"ranks": [2], "purpose": "negotiate", "commission_rate": 0.12}),
        ("问一下前4个要不要样品", {"ranks": [1, 2, 3, 4], "purpose": "sample_offer"}),
        ("俾頭先嗰批寫邀約，佣金18個點", {"purpose": "invite", "commission_rate": 0.18}),
        ("给前3个写建连私信，拥金10%", {"ranks": [1, 2, 3], "purpose": "invite", "commission_rate": 0.1}),
        ("给前3个写邀约，佣金10%，不对，12%", {"ranks": [1, 2, 3], "purpose": "invite", "commission_rate": 0.12}),
        ("给前3个写邀约，寄养", {"ranks": [1, 2, 3], "purpose": "invite", "free_sample": True}),
        (
            "draft invites for the first three at 18% commission",
            {"ranks": [1, 2, 3], "purpose": "invite", "commission_rate": 0.18},
        ),
        ("write a thank-you note to @eve_pets", {"handles": ["eve_pets"], "purpose": "thanks"}),
        ("follow up with the ones who didn't reply", {"segment": "no_reply", "purpose": "follow_up"}),
        (
            "write invites for number 2 and 4 for our yoga mat pro",
            {"ranks": [2, 4], "purpose": "invite", "product": "Yoga Mat Pro"},
        ),
        (
            "invite the top 3, 15% commission, free sample, in Spanish, keep it brief",
            {
                "ranks": [1, 2, 3],
                "purpose": "invite",
                "commission_rate": 0.15,
                "free_sample": True,
                "language": "es",
                "tone": "brief",
            },
        ),
    ],
)
def test_messages_to_write(text: str, arguments: Arguments) -> None:
    (call,) = plan(text, CONTEXT).calls
    assert (call.name, call.arguments) == ("draft_messages", arguments)


@pytest.mark.parametrize(
    ("text", "tool", "arguments"),
    [
        ("K7 第3个佣金改成15%", "revise_drafts", {"batch": "K7", "numbers": [3], "commission_rate": 0.15}),
        ("把第2条写短一点", "revise_drafts", {"numbers": [2], "tone": "brief"}),
        ("语气热情点", "revise_drafts", {"tone": "warm"}),
        ("make draft 2 more formal", "revise_drafts", {"numbers": [2], "tone": "formal"}),
        ("草稿有哪些", "list_drafts", {}),
        ("待审批的草稿有几条", "list_drafts", {"status": "open"}),
        ("全部通过审核的有几个", "list_drafts", {"status": "approved"}),
        ("show me the rejected drafts", "list_drafts", {"status": "rejected"}),
        ("看看K7", "list_drafts", {"batch": "K7"}),
        ("有谁回我们了", "list_replies", {}),
        ("邊個覆咗我哋", "list_replies", {}),
        ("未读的回复", "list_replies", {"status": "unread"}),
        ("谁想要样品", "list_replies", {"intent": "sample"}),
        ("who replied?", "list_replies", {}),
        ("which replies are unanswered", "list_replies", {"status": "unanswered"}),
        ("看看第2个", "show_creator", {"rank": 2}),
        ("@dan_diy 的资料", "show_creator", {"handle": "dan_diy"}),
        ("show me number 4", "show_creator", {"rank": 4}),
        ("跟@ann_cooks差不多的再来10个", "similar_creators", {"handle": "ann_cooks", "limit": 10}),
        ("像第2个那样的英国达人", "similar_creators", {"rank": 2, "markets": ["GB"]}),
        ("find creators similar to @bob.fit", "similar_creators", {"handle": "bob.fit"}),
        ("存成名单「圣诞」", "save_shortlist", {"name": "圣诞"}),
        ("把前3个存成名单 重点达人", "save_shortlist", {"name": "重点达人", "ranks": [1, 2, 3]}),
        ("save this list as spring pets", "save_shortlist", {"name": "spring pets"}),
        ("打开名单「圣诞」", "open_shortlist", {"name": "圣诞"}),
        ("有哪些名单", "list_shortlists", {}),
        ("show my shortlists", "list_shortlists", {}),
        ("导出excel", "export_shortlist", {"format": "xlsx"}),
        ("export as csv", "export_shortlist", {"format": "csv"}),
        ("把第1个标记为谈判中", "crm_update", {"ranks": [1], "stage": "negotiating"}),
        ("给前两个打上「重点」标签", "crm_update", {"ranks": [1, 2], "add_tags": ["重点"]}),
        ("拉黑@bob.fit", "crm_update", {"handles": ["bob.fit"], "blocked": True}),
        ("取消拉黑@bob.fit", "crm_update", {"handles": ["bob.fit"], "blocked": False}),
        ("@ann_cooks 备注：只接厨具", "crm_update", {"handles": ["ann_cooks"], "note": "只接厨具"}),
        ("第3个的负责人改成小王", "crm_update", {"ranks": [3], "owner": "小王"}),
        ("block number 5", "crm_update", {"ranks": [5], "blocked": True}),
        ("mark @eve_pets as declined", "crm_update", {"handles": ["eve_pets"], "stage": "declined"}),
        ("产品有哪些", "products", {"action": "list"}),
        ("list our products", "products", {"action": "list"}),
        ("以后都只看美国的", "preferences", {"action": "set", "text": "都只看美国的"}),
        ("我有哪些偏好", "preferences", {"action": "list"}),
        ("忘掉只看美国", "preferences", {"action": "forget", "text": "只看美国"}),
        ("what are my preferences?", "preferences", {"action": "list"}),
        ("这周还能联系多少人", "quota_status", {}),
        ("how many more creators can we message this week?", "quota_status", {}),
        ("翻译一下：Love it, send me one. Then we talk!", "translate", {"text": "Love it, send me one. Then we talk!"}),
        ("翻译成西语：你好，合作吗？", "translate", {"text": "你好，合作吗？", "to": "es"}),
        ("translate to Chinese: when will it ship?", "translate", {"text": "when will it ship?", "to": "zh"}),
        ("这段话合规吗：保证三天瘦十斤", "check_compliance", {"text": "保证三天瘦十斤"}),
        ("上周GMV多少", "performance", {"period": "last_week", "metrics": ["gmv"]}),
        ("今天的日报", "digest", {"period": "today"}),
        ("每天早上9点推送日报", "subscribe_digest", {"at": "09:00"}),
        ("取消日报", "subscribe_digest", {"enabled": False}),
        ("没回复的3天后跟进", "schedule_follow_up", {"after_days": 3, "condition": "no_reply"}),
        ("前3个每隔2天跟进一次，共3轮", "schedule_follow_up", {"ranks": [1, 2, 3], "every_days": 2, "rounds": 3}),
        ("取消@bob.fit的跟进", "cancel_follow_ups", {"handles": ["bob.fit"]}),
        ("有哪些跟进计划", "list_follow_ups", {}),
        ("有哪些活动", "campaigns", {"action": "list"}),
        ("哪些样品签收了", "samples", {"action": "list", "status": "delivered"}),
        ("which samples are overdue?", "samples", {"action": "list", "status": "overdue"}),
    ],
)
def test_other_requests(text: str, tool: str, arguments: Arguments) -> None:
    (call,) = plan(text, CONTEXT).calls
    assert (call.name, call.arguments) == (tool, arguments)


def test_a_product_is_read_with_its_price_link_ceiling_and_sample() -> None:
    (call,) = plan("加个产品 折叠猫窝 29.9美金 链接 https://shop.example.com/p/1 佣金上限20% 可寄样", CONTEXT).calls
    assert (call.name, call.arguments) == (
        "products",
        {
            "action": "add",
            "name": "折叠猫窝",
            "link": "https://shop.example.com/p/1",
            "price": {"amount": 29.9, "currency": "USD"},
            "commission_ceiling": 0.2,
            "sample": True,
        },
    )


@pytest.mark.parametrize(
    ("text", "tools"),
    [
        ("找20个美国宠物达人，然后给前5个写邀约，佣金18%", [["search_creators"], ["draft_messages"]]),
        (
            "找20个美国宠物达人，存成名单「宠物」，再导出excel",
            [["search_creators"], ["save_shortlist"], ["export_shortlist"]],
        ),
        ("有谁回我们了？另外这周还能联系多少人", [["list_replies", "quota_status"]]),
        ("find 10 UK toy creators and then draft invites for the first two", [["search_creators"], ["draft_messages"]]),
        ("打开名单「圣诞」，然后看看第1个", [["open_shortlist"], ["show_creator"]]),
    ],
)
def test_several_requests_run_in_order_and_reads_side_by_side(text: str, tools: list[list[str]]) -> None:
    assert [[call.name for call in stage] for stage in plan(text, CONTEXT).stages] == tools


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("你好", "greeting"),
        ("hello!", "greeting"),
        ("谢谢", "thanks"),
        ("你能做什么", "help"),
        ("what can you do?", "help"),
        ("可以", "approve_hint"),
        ("发吧", "approve_hint"),
        ("👍", "approve_hint"),
    ],
)
def test_small_talk_plans_nothing(text: str, key: str) -> None:
    read = plan(text, CONTEXT)
    assert (read.stages, [note.key for note in read.notes]) == ((), [key])


def test_an_assent_names_every_batch_it_may_be_about() -> None:
    open_now = replace(CONTEXT, open_batches=("K1", "K2"), batch_sizes={"K1": 3, "K2": 1})
    (note,) = plan("批准", open_now).notes
    assert (note.key, note.facts) == ("approve_hint_several", {"batches": "K1 (3), K2 (1)", "batch": "K2"})


@pytest.mark.parametrize("text", ["今天天气怎么样", "كيف حالك اليوم", "写一首关于月亮的诗", "Как дела?"])
def test_what_is_not_our_work_is_quoted_back(text: str) -> None:
    read = plan(text, CONTEXT)
    assert read.calls == ()
    assert read.not_understood


def test_the_rest_is_done_and_the_unread_piece_quoted_in_the_persons_words() -> None:
    read = plan("找10個美國寵物達人，星座是天蠍座", PlanningContext(today=date(2026, 11, 20)))
    assert read.calls[0].arguments == {"limit": 10, "markets": ["US"], "topic": "寵物", "categories": ["pets"]}
    assert any("天蠍座" in piece for piece in read.not_understood)


BEFORE = replace(
    CONTEXT,
    shortlist=tuple(f"creator_{rank}" for rank in range(1, 21)),
    last_drafting={"ranks": [1, 2], "purpose": "sample_offer", "commission_rate": 0.18, "tone": "warm"},
)


@pytest.mark.parametrize(
    ("text", "ranks", "commission"),
    [
        ("6到10也给写一样的", [6, 7, 8, 9, 10], 0.18),
        ("6到10也一样", [6, 7, 8, 9, 10], 0.18),
        ("同样的也给6-10写一份", [6, 7, 8, 9, 10], 0.18),
        ("给最后两个也照样写，佣金15%", [19, 20], 0.15),
        ("the same for 11 to 13", [11, 12, 13], 0.18),
    ],
)
def test_the_same_again_offers_what_the_last_drafts_did_under_what_is_said(
    text: str, ranks: list[int], commission: float
) -> None:
    (call,) = plan(text, BEFORE).calls
    assert call.arguments == {
        "ranks": ranks,
        "purpose": "sample_offer",
        "commission_rate": commission,
        "tone": "warm",
    }


@pytest.mark.parametrize("text", ["给q6z到q9写邀约", "写邀约给 xx12"])
def test_numbers_that_are_not_read_never_mean_everybody(text: str) -> None:
    planned = plan(text, CONTEXT)
    assert planned.calls == ()
    assert [note.key for note in planned.notes] == ["needs_creator"]


def test_a_complaint_about_one_draft_changes_that_one() -> None:
    (call,) = plan("number 2 sounds stiff, warm it up a bit", CONTEXT).calls
    assert (call.name, call.arguments) == ("revise_drafts", {"numbers": [2], "tone": "warm"})


@pytest.mark.parametrize("text", ["這個星期仲可以聯絡幾多個達人", "呢個星期仲可以聯絡幾多個達人"])
def test_cantonese_asks_for_the_quota(text: str) -> None:
    assert [call.name for call in plan(text, CONTEXT).calls] == ["quota_status"]
