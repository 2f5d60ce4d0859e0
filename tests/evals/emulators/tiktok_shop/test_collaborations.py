"""Target collaborations: created whole or not at all, replaced in part, lowered late, over by the clock."""

from typing import Literal

import pytest

from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.invitations import midnight
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import running
from tests.evals.emulators.tiktok_shop.callers import AS, Caller, Json, caller

ALL = f"{AS}/202508/target_collaborations"
DAY = 86_400
CONTACT = {"email": "seller@example.com"}
SAMPLE = {"has_free_sample": True, "is_sample_approval_exempt": False}


def people(shop: Caller, count: int = 3) -> list[Creator]:
    shop.emulator.platform.partner.sellers[0].shops[0].unlimited = True
    return list(shop.emulator.platform.people.values())[:count]


def products(shop: Caller) -> list[str]:
    return list(shop.emulator.platform.partner.sellers[0].shops[0].products)


def wanted(shop: Caller, *, creators: list[Creator], rate: int = 2_000, days: int = 30) -> Json:
    return {
        "name": "Autumn",
        "end_time": str(int(shop.now) + days * DAY),
        "products": [{"id": products(shop)[0], "target_commission_rate": rate}],
        "creator_user_open_ids": [one.open_id for one in creators],
        "seller_contact_info": {},
        "free_sample_rule": SAMPLE,
    }


def anew(shop: Caller, *, creators: list[Creator], rate: int, days: int = 30) -> Json:
    return {
        "name": "Autumn",
        "end_time": str(int(shop.now) + days * DAY),
        "products": [{"id": products(shop)[0], "commission_rate": rate}],
        "creator_user_open_ids": [one.open_id for one in creators],
        "seller_contact_info": CONTACT,
        "free_sample_rule": SAMPLE,
    }


async def made(shop: Caller, *, creators: list[Creator], days: int = 30) -> str:
    body = wanted(shop, creators=creators, days=days)
    return str((await shop.data("POST", ALL, None, body))["target_collaboration"]["id"])


async def detail(shop: Caller, one: str) -> Json:
    found: Json = (await shop.data("GET", f"{ALL}/{one}"))["target_collaboration"]
    return found


async def listed(shop: Caller, status: str) -> list[str]:
    found = await shop.data("POST", f"{ALL}/search", {"page_size": "20"}, {"collaboration_status": status})
    return [one["id"] for one in found["target_collaborations"]]


async def test_what_was_created_is_shown_whole_and_ends_by_the_clock(shop: Caller) -> None:
    guests = people(shop)
    one = await made(shop, creators=guests, days=8)
    found = await detail(shop, one)
    assert [each["creator_open_id"] for each in found["creators"]] == [each.open_id for each in guests]
    assert found["products"][0]["commission"] == {
        "rate": 2_000, "effective_time": str(int(shop.now)), "currency": "USD",
    }  # fmt: skip
    assert found["free_sample_rule"] == SAMPLE
    assert await listed(shop, "ONGOING") == await listed(shop, "VALID") == [one]
    await shop.emulator.platform.clock.advance(2 * DAY)
    assert await listed(shop, "EXPIRING") == await listed(shop, "VALID") == [one]
    await shop.emulator.platform.clock.advance(7 * DAY)
    await shop.authorise()
    assert (await listed(shop, "VALID"), await listed(shop, "COMPLETED")) == ([], [one])


async def test_a_conflict_or_an_unknown_id_creates_nothing_and_is_listed(shop: Caller) -> None:
    guests = people(shop)
    old = await made(shop, creators=guests[:1])
    body = wanted(shop, creators=guests)
    body["creator_user_open_ids"].append("nobody")
    body["products"].append({"id": "17290", "target_commission_rate": 2_000})
    answer = await shop.data("POST", ALL, None, body)
    pair = {"creator_user_open_id": guests[0].open_id, "product_id": products(shop)[0]}
    assert answer == {
        "target_collaboration": {}, "target_collaboration_conflicts": [pair], "invalid_open_id_list": ["nobody"],
        "invalid_product_id_list": ["17290"],
    }  # fmt: skip
    checked = {"creator_open_id_list": [each.open_id for each in guests], "product_id_list": products(shop)}
    found = await shop.data("POST", f"{AS}/202605/target_collaborations/conflicts/check", None, checked)
    item = {"creator_open_id": guests[0].open_id, "product_id": products(shop)[0], "existing_collaboration_id": old}
    assert found == {"has_conflict": True, "conflict_items": [item]}
    resolve = {"conflict_items": [{"existing_collaboration_id": old, "creator_open_id": guests[0].open_id}] * 2}
    done = await shop.data("POST", f"{AS}/202605/target_collaborations/conflicts/resolve", None, resolve)
    assert (len(done["success_items"]), len(done["failed_items"])) == (1, 1)
    assert await made(shop, creators=guests)


async def test_the_rest_is_created_where_the_rules_say_so() -> None:
    async with running(Platform(rules=Rules(create_with_faults="rest"))) as emulator, caller(emulator) as shop:
        guests = people(shop)
        await made(shop, creators=guests[:1])
        answer = await shop.data("POST", ALL, None, wanted(shop, creators=guests))
        found = await detail(shop, answer["target_collaboration"]["id"])
        assert [each["creator_open_id"] for each in found["creators"]] == [each.open_id for each in guests[1:]]


@pytest.mark.parametrize(
    "spoilt",
    [
        {"end_time": "1"},
        {"end_time": 1_900_000_000},
        {"creator_user_open_ids": []},
        {"creator_user_open_ids": ["x"] * 51},
        {"products": [{"id": "1", "target_commission_rate": 99}]},
        {"products": [{"id": "1", "commission_rate": 2_000}]},
        {"free_sample_rule": {"has_free_sample": True}},
        {"note": "unknown"},
    ],
)
async def test_what_does_not_fit_is_refused(shop: Caller, spoilt: Json) -> None:
    answer = await shop.call("POST", ALL, None, wanted(shop, creators=people(shop)) | spoilt)
    assert answer["code"] == Code.BAD_PARAMETER


async def test_a_replacement_leaves_out_whoever_it_does_not_name_and_lists_what_it_could_not_do(shop: Caller) -> None:
    guests = people(shop, 4)
    one = await made(shop, creators=guests[:2])
    await made(shop, creators=guests[3:])
    body = anew(shop, creators=[guests[1], guests[2], guests[3]], rate=2_500)
    failed = (await shop.data("PUT", f"{ALL}/{one}", None, body))["update_failed"]
    assert failed["add_creator_open_ids"] == [guests[3].open_id]
    found = await detail(shop, one)
    assert [each["creator_open_id"] for each in found["creators"]] == [guests[1].open_id, guests[2].open_id]
    assert found["products"][0]["commission"]["rate"] == 2_500
    missing = await shop.call("PUT", f"{ALL}/{one}", None, body | {"seller_contact_info": {}})
    assert missing["code"] == Code.BAD_PARAMETER


@pytest.mark.parametrize("lowered", ["midnight", "30_days"])
async def test_a_rate_that_falls_holds_later_for_who_promotes_already(lowered: Literal["midnight", "30_days"]) -> None:
    async with running(Platform(rules=Rules(lowered=lowered))) as emulator, caller(emulator) as shop:
        guests = people(shop, 1)
        one = await made(shop, creators=guests)
        own = emulator.platform.partner.sellers[0].shops[0]
        emulator.platform.invitations.show(own, guests[0], products(shop)[0])
        await shop.data("PUT", f"{ALL}/{one}", None, anew(shop, creators=guests, rate=1_000))
        commission = (await detail(shop, one))["products"][0]["commission"]
        at = midnight(shop.now) if lowered == "midnight" else shop.now + 30 * DAY
        assert commission == {"rate": 1_000, "effective_time": str(int(at)), "currency": "USD"}
        kept = emulator.platform.invitations.one(own, one)
        assert kept is not None
        assert [kept.lines[products(shop)[0]].holds(now) for now in (shop.now, at)] == [2_000, 1_000]
        await shop.data("PUT", f"{ALL}/{one}", None, anew(shop, creators=guests, rate=3_000))
        assert (await detail(shop, one))["products"][0]["commission"]["effective_time"] == str(int(shop.now))


async def test_a_removed_one_is_cancelled_at_midnight(shop: Caller) -> None:
    one = await made(shop, creators=people(shop))
    link = await shop.data("POST", f"{AS}/202509/target_collaboration/{one}/link", None, {})
    assert link["link"].endswith(one)
    await shop.data("DELETE", f"{AS}/202409/target_collaborations/{one}")
    assert (await listed(shop, "CANCELING"), await listed(shop, "VALID")) == ([one], [])
    again = await shop.call("DELETE", f"{AS}/202409/target_collaborations/{one}")
    assert again["code"] == Code.BAD_PARAMETER
    await shop.emulator.platform.clock.advance(DAY)
    assert (await listed(shop, "CANCELING"), await listed(shop, "COMPLETED")) == ([], [one])


async def test_invitations_are_paid_from_the_weeks_quota_all_or_none(shop: Caller) -> None:
    guests = [one for one in people(shop, 150) if one.level == 0][:21]
    shop.emulator.platform.partner.sellers[0].shops[0].unlimited = False
    refused = await shop.call("POST", ALL, None, wanted(shop, creators=guests))
    assert refused["code"] == Code.IM_REFUSED
    assert await made(shop, creators=guests[:20])
    quota = (await shop.data("GET", f"{AS}/202607/creator_outreach/quota"))["data"]
    assert quota["quota_use"] == "20"


async def test_another_shops_are_not_there(shop: Caller) -> None:
    one = await made(shop, creators=people(shop))
    shop.cipher = shop.emulator.platform.partner.sellers[0].shops[0].cipher
    assert (await shop.call("GET", f"{ALL}/{one}0"))["code"] == Code.BAD_PARAMETER
    shop.emulator.platform.partner.at_the_page = 1
    await shop.authorise()
    shop.cipher = shop.emulator.platform.partner.sellers[1].shops[0].cipher
    assert (await shop.call("GET", f"{ALL}/{one}"))["code"] == Code.BAD_PARAMETER
