"""What the platform lets through: signatures, times, tokens, scopes, shops, paths, pace."""

import asyncio
import json

import pytest

from evals.emulators.tiktok_shop.errors import Code
from evals.emulators.tiktok_shop.platform import Platform, Rules
from evals.emulators.tiktok_shop.server import Emulator, running
from evals.emulators.tiktok_shop.signing import sign
from tests.evals.emulators.tiktok_shop.callers import AS, SEARCH, Caller, caller
from tests.support.shop_signatures import RECORDED, Recorded

SHOPS = "/authorization/202309/shops"


@pytest.mark.parametrize("call", RECORDED, ids=lambda call: call.name)
def test_it_signs_as_others_recorded_it(call: Recorded) -> None:
    assert sign(call.secret, call.path, call.query, call.body) == call.sign


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"sign": "gone"}, Code.BAD_PARAMETER),
        ({"sign": "0" * 64}, Code.BAD_SIGN),
        ({"timestamp": "gone"}, Code.BAD_PARAMETER),
        ({"timestamp": "1795190399"}, Code.BAD_SIGN),
        ({"app_key": "another"}, Code.BAD_PARAMETER),
        ({"page_size": "12"}, Code.BAD_SIGN),
        ({"shop_cipher": "gone"}, Code.BAD_SIGN),
        ({"more": "1"}, Code.BAD_SIGN),
    ],
)
async def test_a_call_changed_after_it_was_signed_is_refused(shop: Caller, spoilt: dict[str, str], code: Code) -> None:
    answer = await shop.raw("POST", SEARCH, {"page_size": "20"}, {}, spoilt=spoilt)
    assert answer.json()["code"] == code
    assert shop.emulator.platform.records.calls[-1].errcode == code


async def test_a_wrong_secret_is_refused_even_where_the_path_is_unknown(shop: Caller) -> None:
    shop.secret = "another"
    for path in (SEARCH, "/nowhere/202508/x"):
        assert (await shop.call("POST", path, {"page_size": "20"}, {}))["code"] == Code.BAD_SIGN


@pytest.mark.parametrize(("ahead", "code"), [(-300, 0), (-301, Code.BAD_PARAMETER), (30, 0), (31, Code.BAD_PARAMETER)])
async def test_the_window_of_time_is_five_minutes_back_and_half_a_minute_ahead(
    shop: Caller, ahead: int, code: int
) -> None:
    said = {"timestamp": str(int(shop.now) + ahead), "page_size": "20"}
    answer = await shop.call("POST", SEARCH, said, {})
    assert answer["code"] == code
    assert code == 0 or "timestamp" in answer["message"]


async def test_a_code_is_good_once_and_not_for_ever(emulator: Emulator) -> None:
    async with caller(emulator, authorised=False) as seller:
        code = await seller.code()
        first = await seller.tokens("get", auth_code=code, grant_type="authorized_code")
        assert first["data"]["access_token_expire_in"] == seller.now + 7 * 86_400
        assert first["data"]["user_type"] == 0
        again = await seller.tokens("get", auth_code=code, grant_type="authorized_code")
        assert again["code"] == Code.BAD_AUTH_CODE
        late = await seller.code()
        await emulator.platform.clock.advance(601)
        assert (await seller.tokens("get", auth_code=late, grant_type="authorized_code"))["code"] == 36004004
        wrong = await seller.tokens("get", auth_code=await seller.code(), grant_type="authorization_code")
        assert wrong["code"] == Code.BAD_PARAMETER
        seller.secret = "another"
        assert (await seller.authorise())["code"] == Code.BAD_PARAMETER


async def test_a_refresh_takes_the_place_of_both_tokens_and_ends_with_its_year(shop: Caller) -> None:
    first = shop.refresh
    assert (await shop.tokens("refresh", refresh_token=first, grant_type="refresh_token"))["code"] == 0
    assert shop.refresh != first
    used = await shop.tokens("refresh", refresh_token=first, grant_type="refresh_token")
    assert (used["code"], used["message"]) == (Code.REFRESH_EXPIRED, "rt has expired")
    await shop.emulator.platform.clock.advance(366 * 86_400)
    over = await shop.tokens("refresh", refresh_token=shop.refresh, grant_type="refresh_token")
    assert over["code"] == Code.REFRESH_EXPIRED


async def test_tokens_that_are_missing_unknown_over_or_revoked_are_refused(shop: Caller) -> None:
    good = shop.token
    codes = []
    for token in ("", "TTP_unknown", good):
        shop.token = token
        codes.append((await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"])
    assert codes == [Code.BAD_PARAMETER, Code.TOKEN_EXPIRED, 0]
    await shop.emulator.platform.clock.advance(7 * 86_400)
    assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == Code.TOKEN_EXPIRED
    await shop.tokens("refresh", refresh_token=shop.refresh, grant_type="refresh_token")
    assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == 0
    shop.emulator.platform.tokens.revoke(shop.emulator.platform.partner.seller)
    assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == Code.TOKEN_EXPIRED
    dead = await shop.tokens("refresh", refresh_token=shop.refresh, grant_type="refresh_token")
    assert dead["code"] == Code.REFRESH_EXPIRED


async def test_a_scope_granted_later_changes_no_token(emulator: Emulator) -> None:
    seller = emulator.platform.partner.seller
    whole, seller.scopes = seller.scopes, ("seller.authorization.info",)
    async with caller(emulator) as shop:
        assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == Code.NO_SCOPE
        seller.scopes = whole
        assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == Code.NO_SCOPE
        await shop.authorise()
        assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == 0


async def test_a_cipher_is_wanted_of_shops_alone_and_belongs_to_its_token(shop: Caller) -> None:
    listed = (await shop.raw("GET", SHOPS, cipher=False)).json()
    assert [one["cipher"] for one in listed["data"]["shops"]] == [shop.cipher]
    unwanted = (await shop.raw("GET", SHOPS)).json()
    assert unwanted["code"] == Code.BAD_PARAMETER
    assert unwanted["message"].startswith("Unexpected identifier")
    missing = (await shop.raw("POST", SEARCH, {"page_size": "20"}, {}, cipher=False)).json()
    assert missing["code"] == Code.NO_CIPHER
    shop.cipher = shop.emulator.platform.partner.sellers[1].shops[0].cipher
    assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == Code.FOREIGN_CIPHER


@pytest.mark.parametrize(
    ("method", "path", "code", "status"),
    [
        ("GET", f"{AS}/202508/nothing", Code.NO_PATH, 404),
        ("PUT", SEARCH, Code.NO_METHOD, 200),
        ("POST", f"{AS}/202401/marketplace_creators/search", Code.NO_VERSION, 200),
        ("POST", f"{AS}/202412/conversations/read", Code.NO_PATH, 404),
    ],
)
async def test_paths_methods_and_versions_are_told_apart(
    shop: Caller, method: str, path: str, code: Code, status: int
) -> None:
    answer = await shop.raw(method, path)
    assert (answer.json()["code"], answer.status_code) == (code, status)


async def test_who_is_too_fast_waits_and_a_shop_does_not_slow_another(emulator: Emulator) -> None:
    async with caller(emulator) as shop:
        answers = [await shop.raw("GET", f"{AS}/202607/creator_outreach/quota") for _ in range(21)]
        assert [answer.status_code for answer in answers] == [200] * 20 + [429]
        assert answers[-1].json()["code"] == Code.TOO_FREQUENT
        assert (await shop.raw("GET", SHOPS, cipher=False)).status_code == 200
        await emulator.platform.clock.advance(0.2)
        again = [(await shop.raw("GET", f"{AS}/202607/creator_outreach/quota")).status_code for _ in range(2)]
        assert again == [200, 429]


async def test_an_answer_takes_the_time_it_is_given(shop: Caller) -> None:
    platform = shop.emulator.platform
    platform.rules = Rules(latency_seconds=2)
    asking = asyncio.create_task(shop.raw("GET", SHOPS, cipher=False))
    await platform.records.until(lambda: bool(platform.records.of("shops")))
    await platform.clock.advance(1.9)
    assert not asking.done()
    await platform.clock.advance(0.1)
    assert (await asking).json()["code"] == 0
    assert platform.records.calls[-1].seconds == pytest.approx(2.0)


async def test_a_days_marketplace_requests_end_at_midnight_and_other_calls_go_on() -> None:
    async with running(Platform(rules=Rules(daily_marketplace=2, errors="400"))) as emulator, caller(emulator) as shop:
        answers = [await shop.raw("POST", SEARCH, {"page_size": "20"}, {}) for _ in range(3)]
        assert [(one.status_code, one.json()["code"]) for one in answers] == [(200, 0), (200, 0), (400, 45101004)]
        assert (await shop.call("GET", f"{AS}/202607/creator_outreach/quota"))["code"] == 0
        await emulator.platform.clock.advance(86_400 - shop.now % 86_400)
        assert (await shop.call("POST", SEARCH, {"page_size": "20"}, {}))["code"] == 0


async def test_the_log_holds_every_call_and_no_secret(shop: Caller) -> None:
    await shop.search()
    calls = shop.emulator.platform.records.calls
    assert [call.endpoint for call in calls] == ["authorize", "token/get", "creators/search"]
    written = json.dumps([[call.query, call.body] for call in calls])
    assert not [secret for secret in (shop.secret, shop.token, shop.refresh) if secret in written]
