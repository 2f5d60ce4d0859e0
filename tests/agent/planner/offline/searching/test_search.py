"""Searches the built-in planner reads, one sentence and its arguments a line."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, Plan, PlanningContext
from prompts.render import Lang, texts

LANGS: tuple[Lang, ...] = ("zh", "en")
TODAY = date(2026, 11, 20)
FRESH = PlanningContext(today=TODAY)
LISTED = PlanningContext(
    today=TODAY,
    shortlist=("ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets"),
    last_criteria={"topic": "宠物用品", "markets": ["US"], "followers": {"min": 10000, "max": 100000}, "limit": 5},
    last_tool="search_creators",
)


def searched(text: str, context: PlanningContext = FRESH) -> Arguments:
    """The arguments of the only call of a message, which is a search."""
    (call,) = plan(text, context).calls
    assert call.name == "search_creators", call
    return call.arguments


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("找15个法国的美妆达人", {"limit": 15, "markets": ["FR"], "topic": "美妆", "categories": ["beauty"]}),
        ("搜德国做瑜伽垫的博主", {"markets": ["DE"], "topic": "瑜伽垫"}),
        ("推荐几个日本护肤红人", {"markets": ["JP"], "topic": "护肤", "categories": ["skincare"]}),
        ("我想推空气炸锅，帮我找合适的英国达人", {"markets": ["GB"], "topic": "空气炸锅"}),
        (
            "物色30位东南亚母婴达人",
            {"limit": 30, "markets": ["ID", "MY", "TH", "VN", "PH", "SG"], "topic": "母婴", "categories": ["baby"]},
        ),
        ("找拉美的3C数码达人", {"markets": ["MX", "BR"], "topic": "3C数码", "categories": ["tech"]}),
        ("找会说西语的健身达人", {"languages": ["es"], "topic": "健身", "categories": ["fitness"]}),
        ("找玩具达人，粉丝不超过8万", {"topic": "玩具", "categories": ["toys"], "followers": {"max": 80000}}),
        ("找玩具达人，5-20w粉", {"topic": "玩具", "categories": ["toys"], "followers": {"min": 50000, "max": 200000}}),
        ("找露营达人，至少三万五粉丝", {"topic": "露营", "categories": ["outdoor"], "followers": {"min": 35000}}),
        ("找园艺达人，粉丝过百万", {"topic": "园艺", "categories": ["garden"], "followers": {"min": 1000000}}),
        (
            "找美食达人，月销过2万镑",
            {"topic": "美食", "categories": ["food"], "gmv_30d": {"min": 20000, "currency": "GBP"}},
        ),
        (
            "找家居达人，近30天销售额1千到5千马币",
            {"topic": "家居", "categories": ["home"], "gmv_30d": {"min": 1000, "max": 5000, "currency": "MYR"}},
        ),
        (
            "找汽配达人，客单价50美元以下",
            {"topic": "汽配", "categories": ["automotive"], "avg_price": {"max": 50, "currency": "USD"}},
        ),
        (
            "找文具达人，互动率4%以上，佣金不超过12个点",
            {
                "topic": "文具",
                "categories": ["stationery"],
                "engagement_rate": {"min": 0.04},
                "commission_rate": {"max": 0.12},
            },
        ),
        (
            "找鞋包达人，履约率八成以上",
            {"topic": "鞋包", "categories": ["shoes_bags"], "fulfilment_rate": {"min": 0.8}},
        ),
        ("找首饰达人，均播5千以上", {"topic": "首饰", "categories": ["jewelry"], "avg_views": {"min": 5000}}),
        ("找旅游达人，女粉多的", {"topic": "旅游", "categories": ["travel"], "audience_gender": "female"}),
        ("找健身达人，粉丝25-34岁", {"topic": "健身", "categories": ["fitness"], "audience_age": "25-34"}),
        ("找直播带货的服装达人", {"content": "live", "topic": "服装", "categories": ["fashion"]}),
        ("找有邮箱的零食达人", {"has_email": True, "topic": "零食", "categories": ["food"]}),
        ("找最近14天活跃的音乐达人", {"active_within_days": 14, "topic": "音乐", "categories": ["music"]}),
        ("找60天没联系过的母婴达人", {"not_contacted_within_days": 60, "topic": "母婴", "categories": ["baby"]}),
        ("找没合作过的搞笑达人", {"scope": "new", "topic": "搞笑", "categories": ["comedy"]}),
        ("找合作过的厨具达人", {"scope": "ours", "topic": "厨具", "categories": ["kitchen"]}),
        (
            "找清洁用品达人，按粉丝从少到多",
            {"topic": "清洁用品", "categories": ["cleaning"], "sort": "followers", "ascending": True},
        ),
        ("找清洁用品达人，按互动率排序", {"topic": "清洁用品", "categories": ["cleaning"], "sort": "engagement"}),
        ("找十二个加拿大手工达人", {"limit": 12, "markets": ["CA"], "topic": "手工", "categories": ["diy"]}),
        (
            "找美国和英国的宠物达人，除了@bob.fit",
            {"markets": ["US", "GB"], "topic": "宠物", "categories": ["pets"], "exclude_handles": ["bob.fit"]},
        ),
        ("找宠物和母婴达人", {"topic": "宠物和母婴", "categories": ["pets", "baby"]}),
        ("幫我搵8個泰國做護膚嘅達人", {"limit": 8, "markets": ["TH"], "topic": "護膚", "categories": ["skincare"]}),
        (
            "搵啲英國嘅寵物達人，唔要直播",
            {"markets": ["GB"], "topic": "寵物", "categories": ["pets"], "content": "video"},
        ),
        ("找１０个美国达人，粉丝１万以上", {"limit": 10, "markets": ["US"], "followers": {"min": 10000}}),
        (
            "嗯那个就是帮我看看找六个墨西哥美妆达仁",
            {"limit": 6, "markets": ["MX"], "topic": "美妆", "categories": ["beauty"]},
        ),
        (
            "找美国宠务达人，鸡MV过三千美金",
            {"markets": ["US"], "topic": "宠务", "categories": ["pets"], "gmv_30d": {"min": 3000, "currency": "USD"}},
        ),
        ("找八个，不对，十八个巴西美食达人", {"limit": 18, "markets": ["BR"], "topic": "美食", "categories": ["food"]}),
        ("找西班牙的，算了还是意大利的美妆达人", {"markets": ["IT"], "topic": "美妆", "categories": ["beauty"]}),
        (
            "美国宠物，粉丝1-10w",
            {"markets": ["US"], "topic": "宠物", "categories": ["pets"], "followers": {"min": 10000, "max": 100000}},
        ),
        (
            "find 12 camping creators in Germany",
            {"limit": 12, "markets": ["DE"], "topic": "camping", "categories": ["outdoor"]},
        ),
        ("looking for yoga mat creators in the UK", {"markets": ["GB"], "topic": "yoga mat"}),
        (
            "find skincare influencers with 50k to 200k followers",
            {"topic": "skincare", "categories": ["skincare"], "followers": {"min": 50000, "max": 200000}},
        ),
        (
            "find gaming creators with more than 1.2m followers",
            {"topic": "gaming", "categories": ["gaming"], "followers": {"min": 1200000}},
        ),
        (
            "find baby creators in Canada with GMV above $2,500",
            {"markets": ["CA"], "topic": "baby", "categories": ["baby"], "gmv_30d": {"min": 2500, "currency": "USD"}},
        ),
        (
            "find toy creators, engagement rate at least 5%",
            {"topic": "toy", "categories": ["toys"], "engagement_rate": {"min": 0.05}},
        ),
        (
            "find kitchen creators, commission no more than 10%",
            {"topic": "kitchen", "categories": ["kitchen"], "commission_rate": {"max": 0.1}},
        ),
        (
            "find Spanish-speaking fitness creators",
            {"languages": ["es"], "topic": "fitness", "categories": ["fitness"]},
        ),
        ("find food creators who go live", {"topic": "food", "categories": ["food"], "content": "live"}),
        (
            "find travel creators active in the last 10 days",
            {"topic": "travel", "categories": ["travel"], "active_within_days": 10},
        ),
        (
            "find home creators not contacted in the last 45 days",
            {"topic": "home", "categories": ["home"], "not_contacted_within_days": 45},
        ),
        (
            "find fashion creators with email, sorted by gmv",
            {"topic": "fashion", "categories": ["fashion"], "has_email": True, "sort": "gmv"},
        ),
        ("find pet creators in the US, no wait, Ireland", {"markets": ["IE"], "topic": "pet", "categories": ["pets"]}),
        ("find our existing creators in beauty", {"scope": "ours", "topic": "beauty", "categories": ["beauty"]}),
        (
            "the 20 smallest craft creators in the US",
            {
                "limit": 20,
                "markets": ["US"],
                "topic": "craft",
                "categories": ["diy"],
                "sort": "followers",
                "ascending": True,
            },
        ),
        (
            "最能带货的英国美妆博主给我15个",
            {
                "limit": 15,
                "markets": ["GB"],
                "topic": "美妆",
                "categories": ["beauty"],
                "sort": "gmv",
            },
        ),
        (
            "US wig sellers who'll take 15%, at least 20 grand a month",
            {
                "markets": ["US"],
                "topic": "wig",
                "commission_rate": {"max": 0.15},
                "gmv_30d": {"min": 20000},
            },
        ),
        (
            "近三十天没跟我们说过话的美国园艺达人",
            {
                "markets": ["US"],
                "topic": "园艺",
                "categories": ["garden"],
                "not_contacted_within_days": 30,
            },
        ),
        (
            "non-livestream home decor creators in Germany",
            {
                "markets": ["DE"],
                "topic": "home decor",
                "categories": ["home"],
                "content": "video",
            },
        ),
        (
            "粉丝五位数的英国茶叶博主",
            {
                "markets": ["GB"],
                "topic": "茶叶",
                "followers": {"min": 10000, "max": 99999},
            },
        ),
        ("帮我 find 10 个 US 的 pet 达人", {"limit": 10, "markets": ["US"], "topic": "pet", "categories": ["pets"]}),
    ],
)
def test_a_new_search(text: str, arguments: Arguments) -> None:
    assert searched(text) == arguments


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("只要有邮箱的", {"refine": True, "has_email": True}),
        ("去掉粉丝8万以上的", {"refine": True, "followers": {"max": 80000}}),
        ("按GMV排一下", {"refine": True, "sort": "gmv"}),
        ("换一批", {"refine": True, "exclude_handles": ["ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets"]}),
        ("去掉第2个", {"refine": True, "exclude_handles": ["bob.fit"]}),
        ("不要@cara_home", {"refine": True, "exclude_handles": ["cara_home"]}),
        ("粉丝少一点", {"refine": True, "followers": {"min": 10000, "max": 50000}}),
        ("只看直播的", {"refine": True, "content": "live"}),
        ("再便宜点，客单价20美金以内", {"refine": True, "avg_price": {"max": 20, "currency": "USD"}}),
        ("只要没合作过的", {"refine": True, "scope": "new"}),
        ("GMV要5000美金以上", {"refine": True, "gmv_30d": {"min": 5000, "currency": "USD"}}),
        ("換一批", {"refine": True, "exclude_handles": ["ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets"]}),
        ("only those with email", {"refine": True, "has_email": True}),
        ("sort by followers", {"refine": True, "sort": "followers"}),
        ("exclude @dan_diy", {"refine": True, "exclude_handles": ["dan_diy"]}),
        ("only under 30k followers", {"refine": True, "followers": {"max": 30000}}),
        (
            "show me another batch",
            {"refine": True, "exclude_handles": ["ann_cooks", "bob.fit", "cara_home", "dan_diy", "eve_pets"]},
        ),
        ("without number 3", {"refine": True, "exclude_handles": ["cara_home"]}),
    ],
)
def test_a_change_of_the_last_search_says_only_what_changed(text: str, arguments: Arguments) -> None:
    assert searched(text, LISTED) == arguments


@pytest.mark.parametrize("text", ["找10个英国玩具达人", "find 10 UK toy creators"])
def test_a_new_subject_starts_anew(text: str) -> None:
    assert "refine" not in searched(text, LISTED)


@pytest.mark.parametrize(
    ("text", "word", "bounds"),
    [
        ("找美国素人", "素人", {"min": 1000, "max": 10000}),
        ("找腰部美妆达人", "腰部", {"min": 100000, "max": 500000}),
        ("找头部达人", "头部达人", {"min": 500000}),
        ("find micro beauty creators", "micro", {"min": 10000, "max": 100000}),
        ("find nano pet creators", "nano", {"min": 1000, "max": 10000}),
    ],
)
def test_a_size_word_is_an_assumption_shown_with_its_range(text: str, word: str, bounds: dict[str, int]) -> None:
    read = plan(text, FRESH)
    assert read.calls[0].arguments["followers"] == bounds
    assert all(texts().say(note.key, lang, **note.facts) for note in read.notes for lang in LANGS)
    assert [note.facts for note in read.notes] == [{"word": word, **bounds}]


def test_about_a_number_is_a_shown_range_of_a_fifth_to_either_side() -> None:
    read = plan("找粉丝10万左右的美妆达人", FRESH)
    assert read.calls[0].arguments["followers"] == {"min": 80000, "max": 120000}
    assert [note.key for note in read.notes] == ["assumed_about"]


def test_more_than_two_hundred_are_not_looked_for() -> None:
    read = plan("找500个美国宠物达人", FRESH)
    assert read.calls[0].arguments["limit"] == 200
    assert read.notes[0].facts == {"asked": 500, "limit": 200}


@pytest.mark.parametrize("text", ["找美国达人，不要美妆的", "find creators in the US, exclude beauty"])
def test_what_cannot_be_excluded_is_quoted_back_and_the_rest_is_done(text: str) -> None:
    read = plan(text, FRESH)
    assert read.calls[0].arguments == {"markets": ["US"]}
    assert read.not_understood
    assert [note.key for note in read.notes] == ["cannot_exclude"]


def test_a_band_cannot_be_cut_out_of_a_range() -> None:
    read: Plan = plan("找美国宠物达人，10万粉上下的不要", FRESH)
    assert "followers" not in read.calls[0].arguments
    assert read.not_understood == ("10万粉上下",)


@pytest.mark.parametrize("text", ["找宠物达人，不要美国的，英国的就行", "find pet creators, not US ones, UK is fine"])
def test_what_is_wanted_instead_makes_an_exclusion_moot(text: str) -> None:
    read = plan(text, FRESH)
    assert read.calls[0].arguments["markets"] == ["GB"]
    assert (read.not_understood, read.notes) == ((), ())


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("德国、奥地利、瑞士三个国家做咖啡机的达人", {"markets": ["DE", "AT", "CH"], "topic": "咖啡机"}),
        (
            "top 10 yoga mat creators in the UK by GMV",
            {"sort": "gmv", "limit": 10, "markets": ["GB"], "topic": "yoga mat"},
        ),
        (
            "everyone in the sample sent stage that Tom owns",
            {"stages": ["sample_sent"], "owner": "Tom", "scope": "ours"},
        ),
        (
            "打了「双11」标签、90天内没联系过的达人",
            {"tags": ["双11"], "not_contacted_within_days": 90, "scope": "ours"},
        ),
        ("美国游戏达人，返回40条", {"markets": ["US"], "limit": 40, "topic": "游戏", "categories": ["gaming"]}),
        ("20 beauty creators, olive oil rather than beauty", {"limit": 20, "topic": "olive oil"}),
        ("book creators in Canada", {"markets": ["CA"], "topic": "book", "categories": ["books"]}),
    ],
)
def test_a_description_of_creators_is_a_search(text: str, arguments: Arguments) -> None:
    (call,) = plan(text, PlanningContext(today=date(2026, 11, 20))).calls
    assert (call.name, call.arguments) == ("search_creators", arguments)


@pytest.mark.parametrize("code", ["K7", "L3", "M12", "B1"])
def test_the_code_of_an_open_batch_is_read_with_any_letter(code: str) -> None:
    context = PlanningContext(today=date(2026, 11, 20), open_batches=(code,), batch_sizes={code: 5})
    (call,) = plan(f"{code} 第2条语气热情点", context).calls
    assert (call.name, call.arguments.get("batch"), call.arguments.get("numbers")) == ("revise_drafts", code, [2])
