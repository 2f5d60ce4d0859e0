"""Each fault of the platform ends as the table of errors says: repeated, waited for, or told."""

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import pytest

from connectors.tiktok_shop.calls import Calls
from connectors.tiktok_shop.client import LONGEST_WAIT_SECONDS, TRIES, ShopPlace
from connectors.tiktok_shop.errors import Then, then
from connectors.tiktok_shop.operations import DETAIL, SEARCH, SHOPS, Operation
from connectors.tiktok_shop.shops import place_of, shops
from evals.emulators.tiktok_shop.faults import ANSWERS, FaultKind
from evals.emulators.tiktok_shop.platform import Rules
from memory.domain.errors import AppError, Misconfigured, Refused, Unavailable, Unclear
from tests.support.loud_logs import everything_logged
from tests.support.shops import LINK, ShopBench, shop_bench

SEARCHING = "creators/search"
WRITING = replace(SEARCH, writes=True)


async def ask(bench: ShopBench, operation: Operation = SEARCH) -> dict[str, object]:
    return await bench.client.ask(await bench.place(), operation, query={"page_size": "12"})


async def failure(bench: ShopBench, operation: Operation = SEARCH) -> AppError:
    with pytest.raises(AppError) as failed:
        await ask(bench, operation)
    return failed.value


# What is repeated

REPEATED: dict[FaultKind, tuple[dict[str, Any], list[int | None]]] = {
    FaultKind.THROTTLED: ({}, [36009002, 0]),
    FaultKind.CODE: ({"code": 36009003}, [36009003, 0]),
    FaultKind.HTTP_500: ({}, [None, 0]),
    FaultKind.DROP_BEFORE: ({}, [0]),
    FaultKind.DROP_AFTER: ({}, [None, 0]),
    FaultKind.BAD_JSON: ({}, [0, 0]),
    FaultKind.CLOCK_SKEW: ({"seconds": 301}, [36009004, 0]),
    FaultKind.TOKEN_REVOKED: ({}, [105002, 0]),
}


@pytest.mark.parametrize("kind", REPEATED, ids=str)
async def test_a_read_is_asked_again_after_what_passes(bench: ShopBench, kind: FaultKind) -> None:
    more, answers = REPEATED[kind]
    if kind is FaultKind.TOKEN_REVOKED:
        await bench.platform.clock.advance(60)
    bench.plan(kind, SEARCHING, **more)
    assert len((await ask(bench))["creators"]) == 12  # type: ignore[arg-type]  # a list, as the count shows
    assert bench.calls(SEARCHING) == answers


def test_every_fault_of_an_answer_is_tried() -> None:
    assert ANSWERS - REPEATED.keys() == {FaultKind.DELAY, FaultKind.SLOW_BODY}


@pytest.mark.parametrize("kind", [FaultKind.DELAY, FaultKind.SLOW_BODY])
async def test_an_answer_that_takes_too_long_is_as_good_as_none(bench: ShopBench, kind: FaultKind) -> None:
    place = await bench.place()
    bench.plan(kind, SEARCHING, seconds=3_600)
    async with httpx.AsyncClient(trust_env=False, timeout=1.0) as impatient:
        bench.client.calls = Calls(http=impatient)
        found = await bench.client.ask(place, SEARCH, query={"page_size": "12"})
    assert len(bench.calls(SEARCHING)) >= 2
    assert found["search_key"]
    await bench.platform.clock.advance(3_600)


async def test_an_answer_that_never_ends_is_as_good_as_none() -> None:
    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with httpx.AsyncClient(transport=httpx.MockTransport(never)) as http:
        with pytest.raises(Unclear, match="shop_unclear"):
            await Calls(http=http, whole_seconds=0.01).send("GET", "http://127.0.0.1/x")


@pytest.mark.parametrize(
    ("status", "content", "code"),
    [(201, {"code": 0, "data": {"a": 1}}, Then.TAKE), (502, {"code": 0}, Then.LOOK), (302, None, Then.STOP),
     (404, None, Then.STOP), (429, None, Then.WAIT), (200, {"code": True}, Then.LOOK), (200, [], Then.LOOK),
     (403, {"code": 36009004, "message": "x-tts-access-token is invalid"}, Then.REFRESH),
     (200, {"code": 36009004, "message": "the access_token is invalid"}, Then.REFRESH)],
)  # fmt: skip
async def test_an_answer_is_read_by_its_envelope_and_then_by_its_status(
    status: int, content: object, code: Then
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status) if content is None else httpx.Response(status, json=content)

    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as http:
        assert then(await Calls(http=http).send("GET", "http://127.0.0.1/x")) is code


@pytest.mark.parametrize("code", [36009003, 36009007, 45101001])
async def test_a_read_is_not_asked_for_ever(bench: ShopBench, code: int) -> None:
    bench.plan(FaultKind.CODE, SEARCHING, code=code, times=0)
    told = await failure(bench)
    assert (type(told), told.text_key, told.retryable) == (Unavailable, "shop_internal", True)
    assert bench.calls(SEARCHING) == [code] * TRIES
    assert bench.waits == sorted(bench.waits)
    assert len(bench.waits) == TRIES - 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        (FaultKind.CODE, {"code": 36009003}),
        (FaultKind.CODE, {"code": 36009007, "after": True}),
        (FaultKind.HTTP_500, {}),
        (FaultKind.DROP_BEFORE, {}),
        (FaultKind.DROP_AFTER, {}),
        (FaultKind.BAD_JSON, {}),
    ],
)
async def test_a_write_that_may_have_taken_effect_is_never_repeated(
    bench: ShopBench, kind: FaultKind, more: dict[str, Any]
) -> None:
    bench.plan(kind, SEARCHING, **more)
    told = await failure(bench, WRITING)
    assert (type(told), told.text_key) == (Unclear, "shop_unclear")
    assert len(bench.calls(SEARCHING)) <= 1


@pytest.mark.parametrize(
    ("kind", "more"),
    [(FaultKind.THROTTLED, {}), (FaultKind.CLOCK_SKEW, {"seconds": -31}), (FaultKind.TOKEN_REVOKED, {})],
)
async def test_a_write_that_was_not_accepted_is_tried_again(
    bench: ShopBench, kind: FaultKind, more: dict[str, Any]
) -> None:
    await bench.platform.clock.advance(60)
    bench.plan(kind, SEARCHING, **more)
    assert (await ask(bench, WRITING))["creators"]


async def test_it_waits_as_long_as_the_platform_says_but_not_for_ever(bench: ShopBench) -> None:
    bench.plan(FaultKind.THROTTLED, SEARCHING, seconds=7)
    await ask(bench)
    assert bench.waits == [7.0]
    bench.plan(FaultKind.THROTTLED, SEARCHING, seconds=LONGEST_WAIT_SECONDS + 1)
    told = await failure(bench)
    assert (type(told), told.text_key, told.facts) == (Unavailable, "shop_busy", {"pause_seconds": 31})
    assert bench.waits == [7.0]


# What is told

STOPS: list[tuple[int, str, type[AppError], str]] = [
    (101000, "", Misconfigured, "shop_cipher_foreign"),
    (105001, "", Refused, "shop_not_a_seller"),
    (105005, "", Refused, "shop_scope_missing"),
    (106001, "", Misconfigured, "shop_secret_wrong"),
    (106013, "", Misconfigured, "shop_call_wrong"),
    (36009004, "Unexpected identifier: shop_cipher", Refused, "shop_refused"),
    (36009004, "Invalid app_key", Misconfigured, "shop_app_wrong"),
    (36009009, "", Misconfigured, "shop_version_gone"),
    (36009010, "", Misconfigured, "shop_call_wrong"),
    (36009014, "", Misconfigured, "shop_version_gone"),
    (36009021, "", Refused, "shop_file_unfit"),
    (36009033, "", Misconfigured, "shop_address_not_allowed"),
    (40006, "no schema found", Misconfigured, "shop_version_gone"),
    (45101003, "", Refused, "shop_creator_gone"),
    (45101004, "", Unavailable, "shop_daily_quota"),
    (45101021, "what it may mean", Refused, "shop_refused"),
    (16030002, "The creator cannot be contacted", Refused, "shop_refused"),
    (16032001, "whatever it means", Refused, "shop_refused"),
]


@pytest.mark.parametrize(("code", "message", "kind", "key"), STOPS)
@pytest.mark.parametrize("errors", ["200", "400"])
async def test_what_no_repetition_mends_is_told_at_once(
    code: int,
    message: str,
    kind: type[AppError],
    key: str,
    errors: Any,  # noqa: ANN401  # one of two literals
) -> None:
    async with shop_bench(rules=Rules(errors=errors)) as bench:
        bench.plan(FaultKind.CODE, SEARCHING, code=code, message=message, times=0)
        told = await failure(bench)
        assert (type(told), told.text_key) == (kind, key)
        assert bench.calls(SEARCHING) == [code]
        if key == "shop_refused":
            assert told.facts == {"code": code, "text": message}


async def test_a_clock_that_stays_off_and_a_token_that_is_never_taken_are_told(bench: ShopBench) -> None:
    bench.plan(FaultKind.CLOCK_SKEW, SEARCHING, seconds=400, times=2)
    assert (await failure(bench)).text_key == "shop_clock_off"
    await bench.platform.clock.advance(60)
    bench.plan(FaultKind.TOKEN_REVOKED, SEARCHING, times=0)
    told = await failure(bench)
    assert (type(told), told.text_key) == (Unavailable, "shop_token_rejected")
    assert bench.platform.tokens.refreshes == 1


async def test_a_platform_that_is_not_there_is_told_by_its_name(bench: ShopBench) -> None:
    bench.client.app = bench.client.app.model_copy(update={"api_base": "http://127.0.0.1:9"})
    told = await failure(bench)
    assert (type(told), told.text_key, told.facts) == (Unavailable, "shop_unreachable", {"host": "127.0.0.1"})


async def test_another_version_is_asked_for_by_setting() -> None:
    async with shop_bench(versions={"creators_search": "202608"}) as bench:
        rows = (await ask(bench))["creators"]
        assert isinstance(rows, list)
        assert "creator_profile" in rows[0]
    async with shop_bench(versions={"creators_search": "209901"}) as bench:
        told = await failure(bench)
        assert (told.text_key, told.facts) == ("shop_version_gone", {"operation": "creators_search"})


# Pace, shops, secrets


async def test_the_bucket_keeps_a_shop_under_the_platforms_pace() -> None:
    async with shop_bench(per_second=5.0, burst=20) as bench:
        place = await bench.place()
        for _ in range(60):
            await bench.client.ask(place, SEARCH, query={"page_size": "12"})
        assert bench.calls(SEARCHING) == [0] * 60
        assert sum(bench.waits) == pytest.approx(8.0, abs=0.5)


async def test_a_sellers_shops_are_known_by_their_ids() -> None:
    async with shop_bench(authorised=False) as bench:
        bench.platform.partner.at_the_page = 1
        await bench.authorise()
        found = await shops(bench.client, LINK)
        theirs = bench.platform.partner.sellers[1].shops
        assert [(one.id, one.region, one.is_local, one.cipher) for one in found] == [
            (one.id, one.region, False, one.cipher) for one in theirs
        ]
        place = await place_of(bench.client, LINK, theirs[1].id)
        assert place.cipher == theirs[1].cipher
        assert not [one.cipher for one in theirs if one.cipher in repr((found, place))]
        with pytest.raises(Refused, match="shop_not_authorised"):
            await place_of(bench.client, LINK, "another")
        own = bench.platform.partner.sellers[0].shops[0].cipher
        with pytest.raises(Misconfigured, match="shop_cipher_foreign"):
            await bench.client.ask(ShopPlace(LINK, own), DETAIL, names={"creator": "x"})


async def test_no_log_holds_a_secret_however_much_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    with everything_logged() as written:
        async with shop_bench() as bench:
            place = await bench.place()
            bench.plan(FaultKind.CODE, SEARCHING, code=106001)
            with pytest.raises(Misconfigured):
                await bench.client.ask(place, SEARCH, query={"page_size": "12"})
            await bench.platform.clock.advance(7 * 86_400)
            await bench.client.ask(place, SHOPS)
            await bench.platform.clock.advance(60)
            bench.platform.tokens.revoke(bench.platform.partner.seller)
            with pytest.raises(Refused):
                await bench.client.ask(place, SHOPS)
            grants, app = bench.platform.tokens.grants, bench.platform.partner.app
            secrets = [token for grant in grants for token in (grant.access, grant.refresh)] + [app.secret]
            secrets.append(place.cipher)
    said = written.getvalue() + "".join(capsys.readouterr())
    assert len(secrets) == 6
    assert "shop.refused" in said
    assert "token/get" in said
    assert not [secret for secret in secrets if secret in said]
    assert "auth_code=***" in said
