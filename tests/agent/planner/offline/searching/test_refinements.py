"""Changes of the last search as people really say them: one sentence and what it changes a line."""

from datetime import date

import pytest

from agent.planner.offline.planner import plan
from agent.planner.plan import Arguments, PlanningContext

LISTED = PlanningContext(
    today=date(2026, 11, 20),
    shortlist=("ann", "bob", "cara"),
    last_criteria={"topic": "咖啡", "markets": ["CA"], "followers": {"min": 20000, "max": 200000}, "limit": 20},
    last_tool="search_creators",
    last_focus="bob",
)


@pytest.mark.parametrize(
    ("text", "changed"),
    [
        ("就是吧，我觉得粉丝有点少了，起码得三万", {"followers": {"min": 30000}}),
        ("hmm honestly the audiences feel kinda small, gotta be 30k followers at least", {"followers": {"min": 30000}}),
        ("这些人里互动率低于2%的都剔掉", {"engagement_rate": {"min": 0.02}}),
        ("anyone under 2% engagement, bin them", {"engagement_rate": {"min": 0.02}}),
        ("only those at 12% commission or below", {"commission_rate": {"max": 0.12}}),
        ("keep commission within 15%, the boss won't sign off on more", {"commission_rate": {"max": 0.15}}),
        ("太杂了，把没邮箱的剔了", {"has_email": True}),
        ("too mixed, lose the ones without an email", {"has_email": True}),
        ("lose @beanqueen and @latte_larry", {"exclude_handles": ["beanqueen", "latte_larry"]}),
        ("take the first two out", {"exclude_handles": ["ann", "bob"]}),
        ("forget Canada, go with the US, and bump it up to 40", {"limit": 40, "markets": ["US"]}),
        ("法国也算进来", {"markets": ["CA", "FR"]}),
        ("粉丝提高到五万", {"followers": {"min": 50000}}),
        ("lift the follower ceiling to 300k", {"followers": {"max": 300000}}),
        ("trim it to 8, livestreamers only", {"limit": 8, "content": "live"}),
        ("数量砍到8个，只看开直播的", {"limit": 8, "content": "live"}),
        ("audience should skew female, the 25-34 bracket", {"audience_gender": "female", "audience_age": "25-34"}),
        ("联系过的都筛掉，粉丝少的排前面", {"scope": "new", "sort": "followers", "ascending": True}),
        ("drop anyone we contacted in the last 90 days", {"not_contacted_within_days": 90}),
        ("knock out anyone over 150k and sort by gmv", {"followers": {"max": 150000}, "sort": "gmv"}),
        ("换成男装试试", {"topic": "男装", "categories": ["fashion"]}),
        ("try menswear instead", {"topic": "menswear", "categories": ["fashion"]}),
        ("加拿大换成澳大利亚", {"markets": ["AU"]}),
        ("swap Canada for Australia", {"markets": ["AU"]}),
        ("这批粉丝都太大了", {"followers": {"min": 20000, "max": 100000}}),
        ("engagement is too low", {"sort": "engagement"}),
        ("太贵了，客单价压到30欧以内", {"avg_price": {"max": 30, "currency": "EUR"}}),
        ("GMV在5000到2万刀之间的留下，其他踢了", {"gmv_30d": {"min": 5000, "max": 20000, "currency": "USD"}}),
        ("get rid of anyone asking for more than 20%", {"commission_rate": {"max": 0.2}}),
        ("最近一个月没更新的剔除", {"active_within_days": 30}),
        ("除了@soap.sally其他都留", {"exclude_handles": ["soap.sally"]}),
        ("佣金上限降到12%", {"commission_rate": {"max": 0.12}}),
        ("粉丝数就不卡了", {"followers": None}),
        ("粉丝要求去掉", {"followers": None}),
        ("actually country doesn't matter any more", {"markets": None}),
        ("any market is fine", {"markets": None}),
        ("drop the follower limit", {"followers": None}),
        ("同样的条件，换成护肤的看看", {"topic": "护肤", "categories": ["skincare"]}),
        ("same thing but for yoga blocks", {"topic": "yoga blocks"}),
        ("说错了，是猫砂盆", {"topic": "猫砂盆"}),
        ("按粉丝从低到高重新排一下", {"sort": "followers", "ascending": True}),
        ("粉丝最多的排前面，只留50个以内……就10个吧", {"sort": "followers", "limit": 10}),
        ("唔該將@meow_mandy同@tinypaws剔走", {"exclude_handles": ["meow_mandy", "tinypaws"]}),
        ("Canada out, Ireland in", {"markets": ["IE"]}),
        ("粉丝最少改成三千", {"followers": {"min": 3000}}),
        ("还有吗", {"exclude_handles": ["ann", "bob", "cara"]}),
        ("gimme another lot", {"exclude_handles": ["ann", "bob", "cara"]}),
    ],
)
def test_a_change_says_only_what_changed(text: str, changed: Arguments) -> None:
    (call,) = plan(text, LISTED).calls
    assert (call.name, call.arguments) == ("search_creators", {"refine": True, **changed})


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("find a few like her, but UK", {"handle": "bob", "markets": ["GB"]}),
        ("跟3号一个类型的，德国的，有邮箱的有没有", {"rank": 3, "markets": ["DE"], "has_email": True}),
        ("照着第2个再给我来10个", {"rank": 2, "limit": 10}),
        ("got any more like him? six of them", {"handle": "bob", "limit": 6}),
    ],
)
def test_creators_like_one_of_them(text: str, arguments: Arguments) -> None:
    (call,) = plan(text, LISTED).calls
    assert (call.name, call.arguments) == ("similar_creators", arguments)


@pytest.mark.parametrize(
    "text", ["what's the weather in London", "帮我订张去上海的机票", "order me a pizza with no onions"]
)
def test_what_names_nothing_to_search_by_is_no_search(text: str) -> None:
    assert plan(text, PlanningContext(today=date(2026, 11, 20))).calls == ()
