"""Each fault can be raised, and does what its name says."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from evals.emulators.serving import serving
from evals.emulators.tiktok_shop.control import Control
from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.faults import (
    ANSWERS,
    DELIVERIES,
    DOORS,
    LIVES,
    PAGES,
    RECEIPTS,
    WAYS,
    Fault,
    FaultKind,
)
from tests.evals.emulators.tiktok_shop.callers import AS, SEARCH, Caller

SEARCHING = "creators/search"
SENDING = "conversations/send"


def plan(shop: Caller, kind: FaultKind, endpoint: str = SEARCHING, **more: Any) -> None:  # noqa: ANN401  # Fault's fields
    shop.emulator.platform.faults.add(Fault(kind=kind, endpoint=endpoint, **more))


async def asked(shop: Caller) -> httpx.Response:
    return await shop.raw("POST", SEARCH, {"page_size": "20"}, {})


async def talk(shop: Caller) -> str:
    return await shop.conversation(next(iter(shop.emulator.platform.people)))


async def code(shop: Caller) -> None:
    plan(shop, FaultKind.CODE, code=36009003, every=2, times=0)
    assert [(await asked(shop)).json()["code"] for _ in range(4)] == [0, 36009003, 0, 36009003]


async def code_after(shop: Caller) -> None:
    where = await talk(shop)
    plan(shop, FaultKind.CODE, SENDING, code=Code.UPSTREAM_TIMEOUT, after=True)
    assert (await shop.say(where, "Hi"))["code"] == Code.UPSTREAM_TIMEOUT
    assert len((await shop.messages(where))["messages"]) == 1


async def http_500(shop: Caller) -> None:
    plan(shop, FaultKind.HTTP_500)
    assert (await asked(shop)).status_code == 500


async def throttled(shop: Caller) -> None:
    plan(shop, FaultKind.THROTTLED, seconds=7)
    plan(shop, FaultKind.THROTTLED, calls=(2,))
    with_time, without = await asked(shop), await asked(shop)
    assert (with_time.status_code, with_time.headers["retry-after"]) == (429, "7")
    assert (without.status_code, without.headers.get("retry-after")) == (429, None)


async def delay(shop: Caller) -> None:
    plan(shop, FaultKind.DELAY, seconds=12)
    asking = asyncio.create_task(asked(shop))
    records = shop.emulator.platform.records
    await records.until(lambda: bool(records.of(SEARCHING)))
    await shop.emulator.platform.clock.advance(11)
    assert not asking.done()
    await shop.emulator.platform.clock.advance(1)
    assert (await asking).json()["code"] == 0


async def drop_before(shop: Caller) -> None:
    where = await talk(shop)
    plan(shop, FaultKind.DROP_BEFORE, SENDING)
    with pytest.raises(httpx.TransportError):
        await shop.say(where, "Hi")
    assert (await shop.messages(where))["messages"] == []


async def drop_after(shop: Caller) -> None:
    where = await talk(shop)
    plan(shop, FaultKind.DROP_AFTER, SENDING)
    with pytest.raises(httpx.TransportError):
        await shop.say(where, "Hi")
    assert len((await shop.messages(where))["messages"]) == 1


async def slow_body(shop: Caller) -> None:
    plan(shop, FaultKind.SLOW_BODY, seconds=8)
    asking = asyncio.create_task(asked(shop))
    records = shop.emulator.platform.records
    await records.until(lambda: bool(records.of(SEARCHING)) and records.of(SEARCHING)[-1].errcode == 0)
    await shop.emulator.platform.clock.advance(4)
    assert not asking.done()
    await shop.emulator.platform.clock.advance(4)
    assert (await asking).json()["code"] == 0


async def bad_json(shop: Caller) -> None:
    plan(shop, FaultKind.BAD_JSON)
    with pytest.raises(ValueError, match="Expecting"):
        (await asked(shop)).json()


async def token_revoked(shop: Caller) -> None:
    plan(shop, FaultKind.TOKEN_REVOKED)
    assert (await asked(shop)).json()["code"] == Code.TOKEN_EXPIRED
    assert (await shop.tokens("refresh", refresh_token=shop.refresh, grant_type="refresh_token"))["code"] == 0
    assert (await asked(shop)).json()["code"] == 0


async def clock_skew(shop: Caller) -> None:
    plan(shop, FaultKind.CLOCK_SKEW, seconds=301)
    plan(shop, FaultKind.CLOCK_SKEW, seconds=-31, calls=(2,))
    answers = [(await asked(shop)).json() for _ in range(3)]
    assert [one["code"] for one in answers] == [36009004, 36009004, 0]
    assert "timestamp" in answers[0]["message"]


async def short_lived(shop: Caller) -> None:
    plan(shop, FaultKind.SHORT_LIVED, "token/*")
    answer = await shop.authorise()
    assert answer["data"]["access_token_expire_in"] == int(shop.now) + 5


async def came_back(shop: Caller) -> dict[str, list[str]]:
    service_id = shop.emulator.platform.partner.app.service_id
    answer = await shop.http.get("/open/authorize", params={"service_id": service_id, "state": "mine"})
    return parse_qs(urlsplit(answer.headers["location"]).query)


async def wrong_state(shop: Caller) -> None:
    plan(shop, FaultKind.WRONG_STATE, "authorize")
    assert [(await came_back(shop))["state"] for _ in range(2)] == [["of-somebody-else"], ["mine"]]


async def denied(shop: Caller) -> None:
    plan(shop, FaultKind.DENIED, "authorize")
    back = await came_back(shop)
    assert (back["error"], back["state"], "code" in back) == (["access_denied"], ["mine"], False)


TRIED: dict[FaultKind, Callable[[Caller], Awaitable[None]]] = {
    FaultKind.CODE: code,
    FaultKind.HTTP_500: http_500,
    FaultKind.THROTTLED: throttled,
    FaultKind.DELAY: delay,
    FaultKind.DROP_BEFORE: drop_before,
    FaultKind.DROP_AFTER: drop_after,
    FaultKind.SLOW_BODY: slow_body,
    FaultKind.BAD_JSON: bad_json,
    FaultKind.TOKEN_REVOKED: token_revoked,
    FaultKind.CLOCK_SKEW: clock_skew,
    FaultKind.SHORT_LIVED: short_lived,
    FaultKind.WRONG_STATE: wrong_state,
    FaultKind.DENIED: denied,
}


@pytest.mark.parametrize("kind", TRIED, ids=str)
async def test_a_fault_does_what_its_name_says(shop: Caller, kind: FaultKind) -> None:
    await TRIED[kind](shop)


async def test_a_refusal_may_come_after_the_message_was_stored(shop: Caller) -> None:
    await code_after(shop)


def test_every_fault_is_tried_here_or_beside_its_subject() -> None:
    assert TRIED.keys() == ANSWERS | LIVES | DOORS
    assert set(FaultKind) - TRIED.keys() == PAGES | RECEIPTS | WAYS | DELIVERIES


async def test_other_processes_move_the_clock_and_plan_faults_with_a_bearer_token(shop: Caller) -> None:
    platform = shop.emulator.platform
    async with serving(Control(platform, "t1").application()) as address, httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"{address}/__ctl/log")).status_code == 401
        http.headers["authorization"] = "Bearer t1"
        moved = await http.post(f"{address}/__ctl/clock", json={"now": platform.clock.now + 60})
        assert moved.json() == {"now": platform.clock.now} == {"now": shop.now}
        assert (await http.post(f"{address}/__ctl/clock", json={"now": 1})).status_code == 400
        assert (await http.post(f"{address}/__ctl/faults", json={"kind": "gone"})).status_code == 400
        await http.post(f"{address}/__ctl/faults", json={"kind": "http_500", "times": 0})
        assert (await asked(shop)).status_code == 500
        await http.delete(f"{address}/__ctl/faults")
        assert (await shop.call("GET", f"{AS}/202607/creator_outreach/quota"))["code"] == 0
        where = await talk(shop)
        wrong = {"username": "nobody", "text": "Hi"}
        assert (await http.post(f"{address}/__ctl/answers", json=wrong)).status_code == 400
        somebody = next(iter(platform.people.values())).username
        await http.post(f"{address}/__ctl/answers", json={"username": somebody, "text": "Hello?"})
        assert "Hello?" in (await shop.messages(where))["messages"][0]["message_body"]["content"]
        log = (await http.get(f"{address}/__ctl/log")).json()
        last = [SEARCHING, "outreach/quota", "conversations/create", "conversations/messages"]
        assert [call["endpoint"] for call in log][-4:] == last
