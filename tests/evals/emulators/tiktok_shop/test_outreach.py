"""Quota, eligibility, records, conversations: what a shop may say to whom, and what it hears."""

import json

import pytest

from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.faults import Fault, FaultKind
from evals.emulators.tiktok_shop.people import SAYINGS, Answer, Creator
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.sellers import LevelQuota
from evals.emulators.tiktok_shop.server import Emulator, running
from tests.evals.emulators.tiktok_shop.callers import AS, Caller, Json, caller

QUOTA = f"{AS}/202607/creator_outreach/quota"
ELIGIBLE = f"{AS}/202610/creator_outreach/eligibility/check"
RECORDS = f"{AS}/202608/creator_outreach/records/query"
DAY, WEEK = 86_400, 604_800


def somebody(emulator: Emulator, answer: Answer = Answer.SILENCE, *, level: int | None = None) -> Creator:
    """A creator of the wanted kind."""
    return next(one for one in emulator.platform.people.values() if one.answer is answer and level in (None, one.level))


def everyone_of(emulator: Emulator, level: int) -> list[Creator]:
    """All silent creators of a level."""
    return [one for one in emulator.platform.people.values() if one.level == level and one.answer is Answer.SILENCE]


async def quota(shop: Caller) -> tuple[str, str]:
    found = (await shop.data("GET", QUOTA))["data"]
    return found["quota_sum"], found["quota_use"]


async def eligible(shop: Caller, *ids: str) -> Json:
    return await shop.call("POST", ELIGIBLE, None, {"creator_infos": [{"creator_open_id": one} for one in ids]})


async def test_a_conversation_is_made_once_for_a_pair(shop: Caller) -> None:
    creator = somebody(shop.emulator)
    body = {"creator_open_id": creator.open_id, "only_need_conversation_id": False}
    made = [await shop.data("POST", f"{AS}/202508/conversations", None, body) for _ in range(2)]
    assert [one["is_new"] for one in made] == [True, False]
    assert made[0]["conversation_id"] == made[1]["conversation_id"]
    assert made[0]["creator_im_id"] == creator.im_id
    short = await shop.data("POST", f"{AS}/202508/conversations", None, {"creator_open_id": creator.open_id})
    assert short == {"conversation_id": made[0]["conversation_id"]}


async def test_an_answer_comes_at_its_time_connects_and_counts_as_unread(shop: Caller) -> None:
    creator = somebody(shop.emulator, Answer.ASKS_RATE)
    talk = await shop.conversation(creator.open_id)
    assert (await shop.say(talk, "Hi"))["code"] == 0
    assert len((await shop.messages(talk))["messages"]) == 1
    await shop.emulator.platform.clock.advance(creator.answer_seconds)
    newest = (await shop.messages(talk))["messages"][0]["message_body"]
    assert json.loads(newest["content"])["content"] == SAYINGS[Answer.ASKS_RATE]
    assert newest["sender_id"] == creator.im_id
    result = (await eligible(shop, creator.open_id))["data"]["creator_eligibility_results"][0]
    assert result["is_connected"] is True
    listed = f"{AS}/202505/conversations"
    unread = {"conversation_status": "UNREAD", "only_need_conversation_id": "false"}
    assert [one["unread_count"] for one in (await shop.data("GET", listed, unread))["conversations"]] == [1]
    path = f"{AS}/202412/conversations/messages/list/newest"
    assert len((await shop.data("GET", path))["newest_message_list"]) == 1
    await shop.emulator.platform.clock.advance(61)
    assert (await shop.data("GET", path))["newest_message_list"] == []
    done = await shop.data("POST", f"{AS}/202412/conversatons/read", None, {"conversation_ids": [talk, "7"]})
    assert done == {"failed_conversation_ids": ["7"]}
    assert (await shop.data("GET", listed, unread))["conversations"] == []


async def test_the_weeks_quota_counts_unconnected_creators_once_and_begins_anew_on_sunday(emulator: Emulator) -> None:
    emulator.platform.partner.seller.shops[0].quotas = (LevelQuota((0, 1, 2, 3, 4, 5), 2, bonus=1),)
    async with caller(emulator) as shop:
        first, second, third, fourth = everyone_of(emulator, 0)[:4]
        for creator in (first, first, second, third):
            assert (await shop.say(await shop.conversation(creator.open_id), "Hi"))["code"] == 0
        assert await quota(shop) == ("3", "3")
        details = (await shop.data("GET", QUOTA))["data"]["quota_details"][0]
        assert (details["quota_bonus_use"], details["quota_period_use"]) == (1, 2)
        refused = await shop.say(await shop.conversation(fourth.open_id), "Hi")
        assert refused["code"] == Code.IM_REFUSED
        assert (await shop.messages(await shop.conversation(fourth.open_id)))["messages"] == []
        checked = (await eligible(shop, first.open_id, fourth.open_id))["data"]
        assert checked["is_batch_quota_consumable"] is False
        assert checked["ineligible_creator_levels"] == [0]
        available = [one["is_creator_level_quota_available"] for one in checked["creator_eligibility_results"]]
        assert available == [True, False]
        ends = int((await shop.data("GET", QUOTA))["data"]["end_time"])
        assert (ends - 3 * DAY) % WEEK == 0
        await emulator.platform.clock.advance(ends - shop.now)
        assert await quota(shop) == ("3", "0")
        assert (await shop.say(await shop.conversation(fourth.open_id), "Hi"))["code"] == 0
        emulator.platform.partner.seller.shops[0].unlimited = True
        for creator in everyone_of(emulator, 0)[4:9]:
            assert (await shop.say(await shop.conversation(creator.open_id), "Hi"))["code"] == 0


async def test_five_messages_are_the_most_before_an_answer(shop: Caller) -> None:
    creator = somebody(shop.emulator)
    talk = await shop.conversation(creator.open_id)
    codes = [(await shop.say(talk, f"Hi {number}"))["code"] for number in range(6)]
    assert codes == [0, 0, 0, 0, 0, Code.IM_REFUSED]
    shop.emulator.platform.contacts.answer(
        shop.emulator.platform.contacts.of(shop.emulator.platform.partner.seller.shops[0], creator), "Hello"
    )
    assert (await shop.say(talk, "Thanks"))["code"] == 0


async def test_the_blocked_and_those_above_the_tiers_cap_are_not_reached(emulator: Emulator) -> None:
    own = emulator.platform.partner.seller.shops[0]
    own.follower_cap = 20_000
    small, large = somebody(emulator, level=0), somebody(emulator, level=5)
    small.blocked.add(own.id)
    async with caller(emulator) as shop:
        flags = (await eligible(shop, small.open_id, large.open_id))["data"]["creator_eligibility_results"]
        assert [one["is_blocked"] for one in flags] == [True, False]
        assert [one["is_creator_follower_count_threshold_met"] for one in flags] == [True, False]
        assert (await shop.say(await shop.conversation(small.open_id), "Hi"))["code"] == Code.IM_BLOCKED
        assert (await shop.say(await shop.conversation(large.open_id), "Hi"))["code"] == Code.IM_REFUSED


async def test_eligibility_takes_a_hundred_at_most_and_nobody_twice(shop: Caller) -> None:
    ids = list(shop.emulator.platform.people)
    assert (await eligible(shop, *ids[:100]))["code"] == 0
    for wrong in (ids[:101], [], [ids[0], ids[0]]):
        assert (await eligible(shop, *wrong))["code"] == Code.BAD_PARAMETER
    assert (await eligible(shop, "nobody"))["code"] == Code.CREATOR_UNKNOWN


async def test_records_come_in_pages_by_index(emulator: Emulator) -> None:
    async with caller(emulator) as shop:
        ids = [one.open_id for one in everyone_of(emulator, 0)[:3]]
        for open_id in ids:
            await shop.say(await shop.conversation(open_id), "Hi")
        pages = [await shop.data("POST", RECORDS, None, {"page_index": page, "page_size": 2}) for page in (1, 2)]
        assert [one["creator_open_id"] for page in pages for one in page["connect_list"]] == ids
        assert [page["total"] for page in pages] == [3, 3]
        for wrong in ({"page_index": 0, "page_size": 2}, {"page_index": 1, "page_size": 51}):
            assert (await shop.call("POST", RECORDS, None, wrong))["code"] == Code.BAD_PARAMETER


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("TEXT", "Hi"),
        ("TEXT", json.dumps({"content": ""})),
        ("TEXT", json.dumps({"content": "x" * 2_001})),
        ("TEXT", json.dumps({"text": "Hi"})),
        ("IMAGE", json.dumps({"url": "u", "width": "1", "height": 1})),
        ("CRM_TEXT_WITH_PRODUCTS_CARD", json.dumps({"product_ids": "1,2,3,4,5,6", "title": "t", "content": "c"})),
        ("SYSTEM", json.dumps({"content": "Hi"})),
    ],
)
async def test_a_message_whose_content_does_not_fit_is_refused(shop: Caller, kind: str, content: str) -> None:
    talk = await shop.conversation(somebody(shop.emulator).open_id)
    body = {"msg_type": kind, "content": content}
    answer = await shop.call("POST", f"{AS}/202412/conversations/{talk}/messages", None, body)
    assert answer["code"] == Code.BAD_PARAMETER
    assert (await shop.messages(talk))["messages"] == []


async def test_a_long_conversation_is_read_in_pages_of_twenty_newest_first() -> None:
    rules = Rules(messages_before_reply=100, burst=200)
    async with running(Platform(rules=rules)) as emulator, caller(emulator) as shop:
        talk = await shop.conversation(somebody(emulator).open_id)
        for number in range(45):
            await shop.say(talk, str(number))
        seen, token = [], ""
        while True:
            page = await shop.messages(talk, page_size="20", **({"page_token": token} if token else {}))
            seen += [json.loads(one["message_body"]["content"])["content"] for one in page["messages"]]
            token = page["next_page_token"]
            if not page["has_more"]:
                break
        assert seen == [str(number) for number in range(44, -1, -1)]
        too_long = await shop.call("GET", f"{AS}/202412/conversation/{talk}/messages", {"page_size": "21"})
        assert too_long["code"] == Code.BAD_PARAMETER


async def test_a_message_may_be_taken_without_an_id(shop: Caller) -> None:
    shop.emulator.platform.faults.add(Fault(kind=FaultKind.NO_MESSAGE_ID))
    talk = await shop.conversation(somebody(shop.emulator).open_id)
    said = [await shop.say(talk, text) for text in ("one", "two")]
    assert [sorted(one["data"]) for one in said] == [[], ["message_id"]]
    assert len((await shop.messages(talk))["messages"]) == 2
