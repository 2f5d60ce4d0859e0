"""The search tools over real rows and a real index."""

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import ValidationError

from agent.cards.creators import reason_text
from agent.cards.searching import creator_shown
from memory.database import Database
from memory.domain.creator import CreatorFacts, Relaxation, Shortlist
from memory.domain.errors import BadRequest, NotFound
from memory.domain.money import Money, MoneySpan, Span
from prompts.render import texts
from tests.support.database import Office, make_workspace
from tests.support.searching import AS_OF, Shop, handles, open_shop
from tools.catalogue import Call, Catalogue
from tools.creator_search.tool import CreatorShown, search_creators, show_creator, similar_creators


@pytest.fixture
async def shop(database: Database, office: Office, tmp_path: Path) -> Shop:
    return await open_shop(database, office.operator(), tmp_path)


def dollars(amount: int) -> MoneySpan:
    return MoneySpan.exactly(Money.of(amount))


def pets(handle: str, **facts: object) -> CreatorFacts:
    return CreatorFacts(
        handle=handle,
        bio=f"pets of {handle}",
        market="US",
        categories=("pets",),
        **facts,  # type: ignore[arg-type]  # a builder takes any fact
    )


async def search(shop: Shop, **arguments: object) -> Shortlist:
    found = await shop.run(search_creators(shop.units, shop.index), **arguments)  # type: ignore[arg-type]  # any argument of the tool
    assert isinstance(found, Shortlist)
    return found


async def test_the_main_question_finds_whom_it_names_and_says_why(shop: Shop) -> None:
    await shop.add(
        pets("yes", followers=Span.exactly(50_000), gmv_30d=dollars(8_000)),
        pets("edge", followers=Span.exactly(10_000), gmv_30d=dollars(5_000)),
        pets("few", followers=Span.exactly(9_999), gmv_30d=dollars(8_000)),
        pets("poor", followers=Span.exactly(50_000), gmv_30d=dollars(4_999)),
        pets("silent", followers=Span.exactly(50_000)),
        CreatorFacts(handle="abroad", bio="pets", market="GB", followers=Span.exactly(50_000), gmv_30d=dollars(9_000)),
    )
    found = await search(
        shop,
        topic="宠物用品",
        categories=["pets"],
        markets=["US"],
        followers={"min": 10_000, "max": 100_000},
        gmv_30d={"min": 5_000, "currency": "USD"},
        limit=2,
    )
    assert set(handles(found)) == {"yes", "edge"}
    assert (found.total, found.unknown) == (2, {"gmv_30d": 1})
    assert [item.rank for item in found.items] == [1, 2]
    first = next(item for item in found.items if item.creator.handle == "yes")
    said = {reason.key: reason.facts for reason in first.reasons}
    assert said["reason_topic"] == {"quote": "pets of yes"}
    assert said["reason_gmv"] == {"amount": "$8,000"}
    assert said["reason_followers"] == {"count": "50,000"}
    assert "rates_day" in found.criteria


async def test_a_range_that_straddles_the_bound_is_possible_and_last(shop: Shop) -> None:
    await shop.add(
        pets("straddles", followers=Span(5_000, 15_000), gmv_30d=dollars(900_000)),
        pets("inside", followers=Span.exactly(12_000)),
        pets("outside", followers=Span(1_000, 5_000)),
    )
    found = await search(shop, topic="pets", followers={"min": 10_000})
    assert [(item.creator.handle, item.possible) for item in found.items] == [("inside", False), ("straddles", True)]
    assert found.total == 2


async def test_money_is_compared_in_one_currency(shop: Shop) -> None:
    await shop.add(
        pets("pounds", gmv_30d=MoneySpan.exactly(Money.of(5_000, "GBP"))), pets("dollars", gmv_30d=dollars(5_100))
    )
    found = await search(shop, gmv_30d={"min": 5_000, "currency": "GBP"})
    assert handles(found) == ["pounds"]


async def test_a_subject_ordered_by_a_number_counts_what_is_near_it(shop: Shop) -> None:
    knitters = [
        CreatorFacts(handle=f"k{place}", bio="knitting wool", followers=Span.exactly(place * 1_000))
        for place in (1, 2, 3)
    ]
    others = [
        CreatorFacts(handle=f"o{place}", bio="car engines", followers=Span.exactly(90_000)) for place in range(1, 6)
    ]
    await shop.add(*knitters, *others)
    found = await search(shop, topic="knitting wool", sort="followers", limit=2)
    assert handles(found) == ["k3", "k2"]
    assert found.total == 3


async def test_sorting_is_exact_and_what_is_unknown_comes_last(shop: Shop) -> None:
    await shop.add(
        *(pets(f"c{number}", followers=Span.exactly(number * 1_000)) for number in (3, 1, 2)), pets("unknown")
    )
    assert handles(await search(shop, sort="followers")) == ["c3", "c2", "c1", "unknown"]
    assert handles(await search(shop, sort="followers", ascending=True)) == ["c1", "c2", "c3", "unknown"]


async def test_when_little_matches_it_says_what_to_loosen(shop: Shop) -> None:
    await shop.add(
        *(pets(f"us{number}", followers=Span.exactly(6_000)) for number in range(3)),
        *(CreatorFacts(handle=f"gb{n}", bio="pets", market="GB", followers=Span.exactly(20_000)) for n in range(2)),
    )
    found = await search(shop, markets=["US"], followers={"min": 10_000})
    assert found.items == ()
    assert found.relaxations == (
        Relaxation("followers", 3, None, None),
        Relaxation("followers", 3, 5_000, None),
        Relaxation("markets", 2, None, None),
    )


async def test_refining_keeps_what_was_not_mentioned(shop: Shop) -> None:
    await shop.add(
        pets("small", followers=Span.exactly(5_000)),
        pets("middle", followers=Span.exactly(50_000)),
        pets("large", followers=Span.exactly(900_000)),
    )
    await search(shop, categories=["pets"], followers={"min": 10_000})
    found = await search(shop, refine=True, followers={"max": 500_000})
    assert handles(found) == ["middle"]
    assert found.criteria == {"categories": ["pets"], "followers": {"min": 10_000, "max": 500_000}}
    again = await search(shop, refine=True, exclude_handles=["@middle"])
    assert handles(again) == []
    anew = await search(shop, limit=5)
    assert anew.criteria == {"limit": 5}


async def test_preferences_hold_unless_the_message_says_otherwise(shop: Shop) -> None:
    await shop.add(pets("american"), CreatorFacts(handle="british", bio="pets", market="GB"))
    async with shop.database.unit(shop.scope) as unit:
        await unit.preferences.add("以后都只看美国的", {"markets": ["US"]})
    assert handles(await search(shop, topic="pets")) == ["american"]
    assert handles(await search(shop, topic="pets", markets=["GB"])) == ["british"]


async def test_a_blocked_creator_is_hidden_and_counted(shop: Shop) -> None:
    await shop.add(pets("good"), pets("blocked"))
    async with shop.database.unit(shop.scope) as unit:
        [creator] = (await unit.creators.by_handles(["blocked"])).values()
        await unit.relations.update([creator.id], blocked=True)
    found = await search(shop, topic="pets")
    assert (handles(found), found.total, found.hidden) == (["good"], 1, 1)


async def test_ours_and_new_and_tags_come_from_our_own_rows(shop: Shop) -> None:
    await shop.add(pets("ours"), pets("tagged"), pets("fresh"))
    async with shop.database.unit(shop.scope) as unit:
        found = await unit.creators.by_handles(["ours", "tagged"])
        await unit.relations.update([found["ours"].id], stage="replied")
        await unit.relations.update([found["tagged"].id], add_tags=["vip"])
    ours = await search(shop, scope="ours")
    assert set(handles(ours)) == {"ours", "tagged"}
    assert handles(await search(shop, scope="new")) == ["fresh"]
    assert handles(await search(shop, tags=["vip"])) == ["tagged"]
    replied = await search(shop, stages=["replied"])
    assert "reason_ours_replied" in {reason.key for reason in replied.items[0].reasons}


async def test_another_tenants_creators_are_never_found(shop: Shop, database: Database) -> None:
    other = await make_workspace(database, name="Other")
    await shop.add(pets("mine"))
    await shop.add(pets("theirs"), scope=other.operator())
    assert handles(await search(shop, topic="pets of theirs")) == ["mine"]


async def test_an_empty_workspace_says_so(shop: Shop) -> None:
    with pytest.raises(BadRequest) as empty:
        await search(shop, topic="宠物")
    assert empty.value.text_key == "no_creators_yet"


async def test_recent_activity_is_a_filter_and_a_reason(shop: Shop) -> None:
    async with shop.database.unit(shop.scope) as unit:
        now = unit.now
    long_ago = AS_OF.replace(year=2025)
    await shop.add(pets("awake", last_active_at=now - timedelta(days=2)), pets("asleep", last_active_at=long_ago))
    found = await search(shop, active_within_days=7)
    assert handles(found) == ["awake"]
    assert {reason.key: reason.facts for reason in found.items[0].reasons}["reason_active"] == {"days": 2}


async def test_the_shortlist_is_kept_and_current_and_counted(shop: Shop) -> None:
    await shop.add(pets("one"), pets("two"))
    found = await search(shop, topic="pets", limit=1)
    async with shop.database.unit(shop.scope) as unit:
        current = await unit.shortlists.current(shop.conversation)
        assert current is not None
        assert (current.id, handles(current), current.criteria) == (found.id, handles(found), found.criteria)
        assert (await unit.counters.today())["searches"] == 1


async def test_similar_creators_by_rank_leave_out_the_model(shop: Shop) -> None:
    await shop.add(pets("a"), pets("b"), CreatorFacts(handle="far", bio="guitar lessons", market="US"))
    first = await search(shop, topic="pets of a", limit=1)
    assert handles(first) == ["a"]
    found = await shop.run(similar_creators(shop.units, shop.index), rank=1, limit=1)
    assert handles(found) == ["b"]
    assert isinstance(found, Shortlist)
    assert found.criteria["like"] == "a"


async def test_one_creator_is_shown_by_handle_or_rank(shop: Shop) -> None:
    await shop.add(pets("one"))
    shown = await shop.run(show_creator(shop.units), handle="@One")
    assert isinstance(shown, CreatorShown)
    assert (shown.creator.handle, shown.relation) == ("one", None)
    with pytest.raises(NotFound):
        await shop.run(show_creator(shop.units), handle="nobody")
    with pytest.raises(BadRequest) as nameless:
        await shop.run(show_creator(shop.units))
    assert nameless.value.text_key == "creator_not_named"


async def test_a_creator_of_the_current_shortlist_is_shown_with_why_they_stand_there(shop: Shop) -> None:
    await shop.add(pets("one"), pets("two"))
    found = await search(shop, topic="pets")
    shown = await shop.run(show_creator(shop.units), rank=2)
    assert isinstance(shown, CreatorShown)
    assert shown.ranked is not None
    assert (shown.ranked.rank, shown.ranked.reasons) == (2, found.items[1].reasons)
    text = creator_shown(shown, "zh", texts()).text
    assert "在当前名单里排第 2，因为：" in text
    assert all(reason_text(reason, lang="zh", texts=texts()) in text for reason in found.items[1].reasons)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"markets": ["XX"]}, "allowed: US CA GB"),
        ({"categories": ["cars"]}, "allowed: beauty skincare"),
        ({"followers": {"min": 5, "max": 1}}, "min is greater than max"),
        ({"engagement_rate": {"min": 5}}, "less than or equal to 1"),
        ({"limit": 201}, "less than or equal to 200"),
        ({"followers_min": 5}, "Extra inputs are not permitted"),
    ],
)
async def test_bad_arguments_say_what_is_allowed(shop: Shop, arguments: dict[str, object], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        await search(shop, **arguments)


async def test_a_market_without_creators_is_named_with_those_that_have_some(shop: Shop) -> None:
    catalogue = Catalogue([search_creators(shop.units, shop.index)])
    (outcome,) = await catalogue.run_all([Call("search_creators", {"markets": ["CH"]})], shop.turn())
    assert isinstance(outcome.error, BadRequest)
    assert outcome.error.text_key == "market_unknown"
    assert (outcome.error.facts["market"], str(outcome.error.facts["markets"])[:5]) == ("CH", "US CA")
