"""The digest in words: what it says, in which order, and that it never grows beyond its bytes."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.cards.digest import MOST_BYTES, MOST_FIGURES, MOST_NEEDS, worded
from agent.cards.digest_needs import NeedWords, Rank
from agent.cards.digest_shown import digest_shown
from memory.domain.deliveries import DeliveryState, PushKind
from memory.domain.delivery_views import Undelivered
from memory.domain.digests import News
from memory.domain.money import Money
from memory.domain.office_stores import QuotaStatus
from memory.domain.outreach import Flag
from memory.domain.performance import Freshness
from memory.domain.shops import PlatformQuota
from memory.domain.workspace import Lang
from prompts.render import texts
from tests.support.digests import DAY, FILE, NOW, ago, digest_of, figures_of, sold
from tools.digest.needs import Needs, OverdueSample, Trouble, WaitingDecision, WaitingReply, WeekLeft
from tools.digest.results import Digest, DigestShown

TEXTS = texts()


def lost(kind: PushKind, state: DeliveryState = DeliveryState.UNKNOWN) -> Undelivered:
    """A push whose sender went away two hours ago."""
    return Undelivered(kind, state, Flag("push_sender_gone", {}), ago(hours=2), "群", ago(hours=2))


GOOD_DAY = figures_of(
    sold(120_000, 24, refunded=6_000, commission=9_000, provisional=3_000),
    sold(700_000, 140, refunded=28_000, commission=70_000),
    month=sold(1_500_000, 300),
)
NO_ORDERS = figures_of(None, None, mean_of=0, sources=())
QUOTA = QuotaStatus("宠物优品", 10, 200, 50, planned=20, held=3, as_of=NOW)
PLATFORM, THEIRS = PlatformQuota(95, 100, None, NOW), "平台允许 100，已用 95"
EVERYTHING = Needs(
    decisions=[WaitingDecision("K7", 5, NOW + timedelta(hours=9)), WaitingDecision("K9", 3, NOW + timedelta(days=3))],
    replies=[WaitingReply("mia.cooks", ago(days=2)), WaitingReply("tom.diy", ago(hours=3))],
    pushes=[lost(PushKind.ANSWER)],
    samples=[
        OverdueSample("zoe", ago(days=4), Money(2_500, "USD")),
        OverdueSample("kim", ago(days=1), None),
        OverdueSample("ann", ago(days=1), Money(1_000, "USD")),
    ],
    troubles=[Trouble("宠物优品", Flag("shop_authorise_again", {}))],
    quotas=[QUOTA],
)


def said(digest: Digest, lang: Lang = "zh") -> list[str]:
    return worded(digest, lang, TEXTS).splitlines()


def test_a_day_with_everything_says_it_in_this_order() -> None:
    assert said(digest_of(GOOD_DAY, EVERYTHING)) == [
        "宠物优品 日报 · 11-20 周五",
        "数据：11-18（店铺时间 America/Los_Angeles），截至 11-20 周五 06:00，来源 orders.csv。",
        "· GMV $1,200，前 7 日日均 $1,000（+20%）（24 单）",
        "· 订单 24，前 7 日日均 20（+20%）；件数 24",
        "· 净额 $1,140，前 7 日日均 $960（+18.8%）；退款率 5%，前 7 日 4%（+1 个百分点）",
        "· 佣金 $120，前 7 日日均 $100（+20%），未结算 25%",
        "· 本月至今（11-01 ~ 11-18）：$15,000、300 单；上月同期 $7,000（+114.3%）",
        "需要你：",
        "1. 8 条草稿等批准（2 批），最早 K7，11-20 周五 18:00 过期",
        "2. 2 位达人的消息没回，最久的 @mia.cooks 等了 2 天",
        "3. 1 条推送没送到或没回音（达人回复 1 条不知道到没到）：推送的进程中断了，不知道发出去没有，所以没有重发",
        "4. 3 个样品逾期没出视频，成本 $35、另有 1 个没填成本",
        f"5. 宠物优品 的店铺同步停了：{TEXTS.say('shop_authorise_again', 'zh').rstrip('。')}",
        "建议：先定 K7 的 5 条，11-20 周五 18:00 一过就要重新起草。",
        "还有 1 类事没列出，回「日报全文」。",
    ]


def test_without_orders_it_says_how_to_get_them_and_needs_are_there_all_the_same() -> None:
    needs = Needs(replies=[WaitingReply("mia.cooks", ago(minutes=10))])
    assert said(digest_of(NO_ORDERS, needs)) == [
        "宠物优品 日报 · 11-20 周五",
        "· 还没有订单数据：导入文件或接店铺。",
        "需要你：",
        "1. 1 位达人的消息没回，最久的 @mia.cooks 等了 不到 1 小时",
        "建议：先回 @mia.cooks，等得最久（不到 1 小时）；问「有谁回我们了」看全部和建议回复。",
        "其余的回「日报全文」。",
    ]
    assert said(digest_of(NO_ORDERS))[-2] == "建议：导入订单文件或接店铺：有了订单，日报才有数字。"


def test_what_nobody_told_of_a_day_is_unknown_and_not_zero() -> None:
    late = Freshness("shop", "orders", ago(days=3), date(2026, 9, 1), date(2026, 11, 16), 10)
    lines = said(digest_of(figures_of(None, sold(100_000, 10), mean_of=6, sources=(late,))))
    assert lines[1] == "数据：11-18（店铺时间 America/Los_Angeles）；订单只到 11-16（来源 shop）。"
    assert lines[2] == "· GMV 未知，前 6 日日均 $167"


def test_a_first_day_has_nothing_to_compare_with() -> None:
    lines = said(digest_of(figures_of(sold(100_000, 10), sold(0, 0), mean_of=0)))
    assert lines[2] == "· GMV $1,000，没有可比的数（10 单）"


@pytest.mark.parametrize(
    ("gmv", "suggests"),
    [
        (60_000, "建议：问「昨天的GMV为什么变了」：比前 7 日日均低 40%。"),
        (140_000, "建议：问「昨天卖得最好的达人」，趁热再约：比前 7 日日均高 40%。"),
        (101_000, "建议：没有急事，问「近7天卖得最好的达人」挑下一轮合作：新的一轮要趁还在出单时约。"),
    ],
)
def test_with_nothing_waiting_the_figures_ask_for_something(gmv: int, suggests: str) -> None:
    lines = said(digest_of(figures_of(sold(gmv, 10), sold(700_000, 70))))
    assert lines[-3:-1] == ["没有等你处理的事。", suggests]


def test_a_mean_of_few_orders_is_no_whole_number_and_a_quiet_day_of_a_quiet_shop_is_no_news() -> None:
    lines = said(digest_of(figures_of(sold(0, 0), sold(18_000, 3))))
    assert lines[3] == "· 订单 0，前 7 日日均 0.4（-100%）；件数 0"
    assert lines[-2].startswith("建议：没有急事")


def test_what_became_of_earlier_ones_is_said_first() -> None:
    why = Flag("push_refused_everywhere", {})
    news = News((date(2026, 11, 18), date(2026, 11, 19)), date(2026, 11, 17), why)
    lines = said(digest_of(GOOD_DAY, due_at=ago(hours=3), news=news))
    assert lines[1:4] == [
        "原定 11-20 周五 06:00 发，当时没发成，现在补上。",
        "11-18、11-19 的日报没发：晚了 12 小时以上，不再补。",
        "11-17 那份日报没送到：每个渠道都拒绝了。",
    ]


def test_a_decision_with_days_left_waits_behind_a_person_who_waits() -> None:
    needs = Needs(
        decisions=[WaitingDecision("K7", 5, NOW + timedelta(days=2))], replies=[WaitingReply("mia", ago(hours=5))]
    )
    ranks = [line.rank for line in NeedWords(digest_of(GOOD_DAY, needs), "zh", TEXTS).lines()]
    assert ranks == [Rank.REPLIES, Rank.DECISIONS]


@pytest.mark.parametrize(
    ("used", "planned", "held", "week", "line"),
    [
        (200, 5, 0, None, "1. 宠物优品 今天的发送额度用完了，还有 5 条排着"),
        (190, 15, 0, None, "1. 宠物优品 今天还能发 10 条，排着 15 条"),
        (50, 20, 3, None, "1. 宠物优品 今天还能发 150 条，排着 20 条，卡住 3 条"),
        (50, 20, 0, WeekLeft(30, 30), "1. 宠物优品 本周的新建联用完了（自设上限 30，已用 30），还排着 20 条"),
        (50, 0, 0, WeekLeft(10, 30), "1. 宠物优品 本周还能新建联 20 位（自设上限 30，已用 10）"),
        (50, 20, 0, WeekLeft(10, 30, PLATFORM), f"2. 宠物优品 本周还能新建联 5 位（自设上限 30，已用 10、{THEIRS}）"),
        (50, 0, 0, WeekLeft(10, None, PLATFORM), f"1. 宠物优品 本周还能新建联 5 位（{THEIRS}）"),
    ],
)
def test_the_quota_is_told_beside_what_is_planned(
    used: int, planned: int, held: int, week: WeekLeft | None, line: str
) -> None:
    quota = QuotaStatus("宠物优品", 10, 200, used, planned, held, NOW)
    assert line in said(digest_of(GOOD_DAY, Needs(quotas=[quota], week=week)))


def test_pushes_that_ended_badly_are_named_by_what_they_told_and_how_they_ended() -> None:
    pushes = [
        lost(PushKind.ANSWER), lost(PushKind.ANSWER), lost(PushKind.PICTURE, DeliveryState.REFUSED),
        lost(PushKind.NUDGE), lost(PushKind.TROUBLE),
    ]  # fmt: skip
    (line,) = NeedWords(digest_of(GOOD_DAY, Needs(pushes=pushes)), "zh", TEXTS).lines()
    named = "达人回复 2 条不知道到没到、日报的图表 1 条没送到、等批准的提醒 1 条不知道到没到等"
    assert line.text.startswith(f"5 条推送没送到或没回音（{named}）：")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_kind_of_push_has_a_name(lang: Lang) -> None:
    assert [kind for kind in PushKind if not TEXTS.say(f"web_push_kind_{kind}", lang)] == []


def test_in_full_holds_every_need_and_the_tables_behind_it() -> None:
    piece = digest_shown(DigestShown(digest_of(GOOD_DAY, EVERYTHING), full=True), "zh", TEXTS)
    assert "6. 宠物优品 今天还能发 150 条，排着 20 条，卡住 3 条" in piece.text
    assert "日报全文" not in piece.text
    titles = [card.title for card in piece.cards if card.kind == "report"]
    assert titles == ["日报数字", "等批准的批次", "没回的消息", "没送到的推送", "逾期样品", "今天的额度"]


NAMES = st.text(st.characters(codec="utf-8"), min_size=1, max_size=300)
EPOCH = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)
CENTS = st.integers(0, 10**14)
MOMENTS = st.datetimes(EPOCH, EPOCH + timedelta(days=2_500)).map(lambda one: one.replace(tzinfo=NOW.tzinfo))
FLAGS = st.sampled_from(["shop_authorise_again", "push_refused_everywhere", "unheard_of"]).map(
    lambda one: Flag(one, {})
)
SUMS = st.builds(sold, CENTS, st.integers(0, 10**9), refunded=CENTS, commission=CENTS, provisional=CENTS)
NEEDS = st.builds(
    Needs,
    decisions=st.lists(st.builds(WaitingDecision, st.text("K0123456789", max_size=9), st.integers(1, 10**6), MOMENTS)),
    replies=st.lists(st.builds(WaitingReply, NAMES, MOMENTS)),
    pushes=st.lists(
        st.builds(
            Undelivered, st.sampled_from(PushKind), st.just(DeliveryState.UNKNOWN), st.none() | FLAGS, MOMENTS, NAMES
        )
    ),
    samples=st.lists(
        st.builds(OverdueSample, NAMES, MOMENTS, st.none() | st.builds(Money, CENTS, st.sampled_from(["USD", "JPY"])))
    ),
    troubles=st.lists(st.builds(Trouble, NAMES, FLAGS)),
    stale=st.none() | st.just(FILE),
    quotas=st.lists(st.builds(QuotaStatus, NAMES, CENTS, CENTS, CENTS, CENTS, CENTS, st.just(NOW))),
    week=st.none() | st.builds(WeekLeft, CENTS, CENTS),
)
DIGESTS = st.builds(
    digest_of,
    st.builds(figures_of, st.none() | SUMS, st.none() | SUMS, mean_of=st.none() | st.integers(0, 7)),
    NEEDS,
    brands=st.lists(NAMES, max_size=30).map(tuple),
    due_at=st.none() | MOMENTS,
    news=st.builds(News, st.lists(st.dates(), max_size=40), st.none() | st.just(DAY), st.none() | FLAGS),
)


@settings(max_examples=150)
@given(digest=DIGESTS, lang=st.sampled_from(["zh", "en"]))
def test_it_never_outgrows_its_bytes_nor_its_lines_and_always_suggests_something(digest: Digest, lang: Lang) -> None:
    mark = TEXTS.say("demo_mark", lang)
    text = worded(digest, lang, TEXTS)
    assert len(f"{mark}\n{text}".encode()) <= MOST_BYTES
    lines = text.splitlines()
    assert sum(line.startswith("· ") for line in lines) <= MOST_FIGURES
    assert sum(line[:2] in {f"{place}." for place in range(1, 10)} for line in lines) <= MOST_NEEDS
    suggestion = TEXTS.say("digest_suggestion", lang, what="")
    assert sum(line.startswith(suggestion) for line in lines) == 1
