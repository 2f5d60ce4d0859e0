"""Creators: pages, filters, figures."""

import pytest

from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from tests.evals.emulators.tiktok_shop.callers import AS, SEARCH, Caller, Json

DETAIL = f"{AS}/202508/marketplace_creators"


async def everybody(shop: Caller, body: Json | None = None) -> list[Json]:
    """Every page of a search."""
    page = await shop.search(body)
    found = list(page["creators"])
    while page["next_page_token"]:
        page = await shop.search((body or {}) | {"search_key": page["search_key"]}, page_token=page["next_page_token"])
        found += page["creators"]
    return found


async def test_pages_show_everybody_once_and_the_last_one_says_so(shop: Caller) -> None:
    found = await everybody(shop)
    assert [one["creator_open_id"] for one in found] == list(shop.emulator.platform.people)
    assert len(found) == 150


async def test_sales_are_exact_a_range_or_not_said(shop: Caller) -> None:
    found = await everybody(shop)
    kinds = {("gmv" in one, "gmv_range" in one, one["selection_region"] == "US") for one in found}
    assert kinds == {(True, False, True), (True, False, False), (False, True, True), (False, False, False)}
    ranged = next(one for one in found if "gmv_range" in one)
    assert ranged["gmv_range"]["currency"] == "USD"
    assert ranged["gmv_range"]["minimum_amount"] in ("0.00", "100.00", "1000.00", "10000.00")


@pytest.mark.parametrize("size", ["1", "13", "21", "50", "-12", "x"])
async def test_a_page_of_any_other_size_is_refused(shop: Caller, size: str) -> None:
    assert (await shop.call("POST", SEARCH, {"page_size": size}, {}))["code"] == Code.BAD_PARAMETER


async def test_a_second_page_must_ask_the_same(shop: Caller) -> None:
    first = await shop.search()
    key, token = first["search_key"], first["next_page_token"]
    wrong: list[tuple[Json, Json]] = [
        ({"page_size": "20", "page_token": token}, {}),
        ({"page_size": "12", "page_token": token}, {"search_key": key}),
        ({"page_size": "20", "page_token": token}, {"search_key": key, "keyword": "x"}),
        ({"page_size": "20", "page_token": "abc=def"}, {"search_key": key}),
    ]
    for query, body in wrong:
        assert (await shop.call("POST", SEARCH, query, body))["code"] == Code.BAD_PARAMETER
    assert (await shop.search({"search_key": key}, page_token=token))["search_key"] == key


async def test_filters_are_applied(shop: Caller) -> None:
    body: Json = {
        "gmv_ranges": ["GMV_RANGE_1000_10000"],
        "follower_demographics": {
            "count_range": {"count_ge": 5_000, "count_le": 200_000},
            "gender_distribution": {"gender": "FEMALE", "percentage_ge": 6_000},
        },
        "content_performance": {"avg_shoppable_video_views": "500"},
        "affiliate_data": {"post_rate": "OK", "avg_commission_rate": "LESS_THAN_20%"},
    }
    people = shop.emulator.platform.people
    found = [people[one["creator_open_id"]] for one in await everybody(shop, body)]
    assert found
    assert all(100_000 <= one.gmv <= 1_000_000 and 5_000 <= one.followers <= 200_000 for one in found)
    assert all(one.video_views >= 500 and one.post_rate >= 2_000 and one.commission < 2_000 for one in found)
    female = [one.gender_share if one.gender == "FEMALE" else 10_000 - one.gender_share for one in found]
    assert all(share >= 6_000 for share in female)
    named = next(iter(people.values())).username
    assert [one["username"] for one in await everybody(shop, {"keyword": named.upper()})] == [named]


@pytest.mark.parametrize(
    "body",
    [
        {"content_performance": {"avg_video_views": "1", "avg_shoppable_video_views": "1"}},
        {"content_performance": {"avg_engagement_rate": "21"}},
        {"gmv_ranges": ["GMV_RANGE_5_10"]},
        {"affiliate_data": {"post_rate": "BEST"}},
        {"follower_demographics": {"gender_distribution": {"gender": "FEMALE", "percentage_ge": 10_001}}},
        {"category": [{"child_category_id_list": ["605248"]}]},
        {"topic": "pets"},
    ],
)
async def test_what_may_not_be_asked_is_refused(shop: Caller, body: Json) -> None:
    assert (await shop.call("POST", SEARCH, {"page_size": "20"}, body))["code"] == Code.BAD_PARAMETER


async def test_one_creators_figures_are_in_the_vendors_units_and_strangers_are_not_found(shop: Caller) -> None:
    creator = next(one for one in shop.emulator.platform.people.values() if one.precise)
    found = (await shop.data("GET", f"{DETAIL}/{creator.open_id}"))["creator"]
    assert "creator_open_id" not in found
    assert found["avg_commission_rate"] == creator.commission
    assert found["ec_video_engagement_rate"] == str(creator.engagement)
    assert found["gmv"] == {"amount": f"{creator.gmv // 100}.{creator.gmv % 100:02}", "currency": creator.currency}
    assert (await shop.call("GET", f"{DETAIL}/nobody"))["code"] == Code.CREATOR_UNKNOWN
    newest = await shop.data("GET", f"{AS}/202608/marketplace_creators/{creator.open_id}")
    assert newest["creator"]["creator_profile"]["creator_level"] == creator.level


async def test_options_are_listed_for_what_was_asked_alone(shop: Caller) -> None:
    path = f"{AS}/202608/marketplace_creators/search/filter"
    nothing = await shop.data("POST", path, None, {})
    assert nothing == {"data": {"option_list": [], "sorters": []}}
    asked = {"options": [{"option_type": "OPTION_LANGUAGE"}, {"option_type": "OPTION_SORTER"}]}
    listed = (await shop.data("POST", path, None, asked))["data"]
    assert [one["option_type"] for one in listed["option_list"]] == ["OPTION_LANGUAGE"]
    assert listed["sorters"] == [{"algorithm_id": "1", "name": "Relevance"}]


async def test_a_creator_may_show_up_on_two_pages(shop: Caller) -> None:
    shop.emulator.platform.faults.add(Fault(kind=FaultKind.DUPLICATE_CREATOR))
    first = await shop.search()
    second = await shop.search({"search_key": first["search_key"]}, page_token=first["next_page_token"])
    assert second["creators"][0] == first["creators"][-1]
    assert len(second["creators"]) == 20
