"""Coming in: sessions, forged requests, redirects, set-up."""

from collections.abc import Callable

import httpx
import pytest
from pydantic import HttpUrl

from connectors.ports.accounts import FirstSetup
from connectors.webchat.door import local_path
from connectors.webchat.settings import WebSettings
from memory.domain.errors import BadRequest, NotAllowed
from tests.support.fake_accounts import PASSWORD
from tests.support.fake_desk import FakeOffice

SETUP = {
    "owner_name": "林知夏", "owner_login": "lead@example.com", "password": "long enough", "shop_name": "Pawly US",
    "market": "US", "brand_name": "Pawly", "team_zone": "Asia/Shanghai", "product_name": "饮水机",
    "product_price": "39.9 美元", "selling_points": "安静\r\n\r\n好清洗", "commission_ceiling": "20%", "sample": "yes",
}  # fmt: skip


async def test_nobody_gets_in_without_a_session(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client(token=None) as stranger:
        page = await stranger.get("/batches/K7?x=1")
        piece = await stranger.get("/batches/K7/states", headers={"HX-Request": "true"})
        stream = await stranger.get("/turns/5/events")
        change = await stranger.post("/stop")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=/batches/K7%3Fx%3D1")
    assert (piece.status_code, piece.headers["hx-redirect"], piece.text) == (401, "/login", "")
    assert stream.status_code == 303
    assert (change.status_code, change.headers["location"]) == (303, "/login")


async def test_signing_in_starts_a_session_out_of_reach_of_scripts(
    make_client: Callable[..., httpx.AsyncClient],
) -> None:
    async with make_client(token=None) as stranger:
        form = {"login": "lead@example.com", "password": PASSWORD, "next": "/inbox"}
        answer = await stranger.post("/login", data=form)
        assert answer.headers["location"] == "/inbox"
        cookie = answer.headers.get_list("set-cookie")[0].lower()
        assert "daren_session=token-1;" in cookie
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        assert "secure" not in cookie
        assert (await stranger.get("/inbox")).status_code == 200


async def test_signing_in_brings_the_members_language_unless_one_was_chosen_here(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    office.langs.append("en")
    form = {"login": "lead@example.com", "password": PASSWORD}
    async with make_client(token=None) as stranger:
        assert "daren_lang=en" in ",".join((await stranger.post("/login", data=form)).headers.get_list("set-cookie"))
    async with make_client(token=None) as chooser:
        chooser.cookies.set("daren_lang", "zh")
        answer = await chooser.post("/login", data=form)
    assert "daren_lang" not in ",".join(answer.headers.get_list("set-cookie"))


async def test_over_https_the_session_is_secure(make_client: Callable[..., httpx.AsyncClient]) -> None:
    settings = WebSettings(public_url=HttpUrl("https://daren.example.com"))
    async with make_client(token=None, settings=settings) as stranger:
        answer = await stranger.post("/login", data={"login": "lead@example.com", "password": PASSWORD})
    assert "secure" in answer.headers["set-cookie"].lower()
    assert answer.headers["strict-transport-security"] == "max-age=31536000"


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (NotAllowed("wrong_login"), 403, "登录名或密码不对。"),
        (NotAllowed("too_many_tries", minutes=12), 429, "试了太多次，请 12 分钟后再试。"),
    ],
)
async def test_a_refused_sign_in_keeps_the_login_and_says_why(
    office: FakeOffice,
    make_client: Callable[..., httpx.AsyncClient],
    error: NotAllowed,
    status: int,
    said: str,
) -> None:
    office.next_error = error
    async with make_client(token=None) as stranger:
        answer = await stranger.post("/login", data={"login": "lead@example.com", "password": "sesame-sesame"})
    assert answer.status_code == status
    assert said in answer.text
    assert 'value="lead@example.com"' in answer.text
    assert "sesame-sesame" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://daren.test"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "http://evil.test"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {},
    ],
)
async def test_a_request_from_elsewhere_changes_nothing(
    office: FakeOffice, client: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    del client.headers["sec-fetch-site"]
    for path in ("/stop", "/demo/clock", "/presentations/1/decide", "/drafts/501", "/logout", "/lang", "/imports"):
        answer = await client.post(path, headers=headers, data={"lang": "en"})
        assert answer.status_code == 403, path
        assert "已拒绝" in answer.text
    assert (office.commands, office.taps, office.signed_out, office.langs, office.uploads) == ([], [], [], [], [])


async def test_an_old_browser_is_judged_by_its_origin(office: FakeOffice, client: httpx.AsyncClient) -> None:
    del client.headers["sec-fetch-site"]
    assert (await client.post("/demo/clock", headers={"Origin": "http://daren.test"})).status_code == 200
    assert len(office.commands) == 1


async def test_behind_a_proxy_the_public_address_is_the_origin(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    async with make_client(settings=WebSettings(public_url=HttpUrl("https://daren.example.com/"))) as browser:
        del browser.headers["sec-fetch-site"]
        answer = await browser.post("/demo/clock", headers={"Origin": "https://daren.example.com"})
    assert (answer.status_code, len(office.commands)) == (200, 1)


@pytest.mark.parametrize(
    "target",
    ["https://evil.test", "//evil.test", "/\\evil.test", "\\/evil.test", "javascript:x", "", None, "/a\nb", "inbox"],
)
def test_redirects_stay_on_this_site(target: str | None) -> None:
    assert local_path(target) == "/"


def test_a_path_of_ours_is_kept() -> None:
    assert local_path("/batches/K7?x=1#top") == "/batches/K7?x=1#top"


async def test_an_empty_home_begins_with_its_setup(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    office.is_empty = True
    async with make_client(token=None) as owner:
        assert (await owner.get("/login")).headers["location"] == "/setup"
        assert (await owner.get("/setup")).status_code == 200
        answer = await owner.post("/setup", data=SETUP)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert (await owner.get("/setup")).headers["location"] == "/login"
    assert office.setups == [
        FirstSetup(
            owner_login="lead@example.com", owner_name="林知夏", password="long enough", shop_name="Pawly US",
            market="US", brand_name="Pawly", product_name="饮水机", product_price="39.9 美元",
            selling_points=("安静", "好清洗"), commission_ceiling="20%", sample=True,
        )
    ]  # fmt: skip


async def test_setup_says_at_each_field_what_is_missing(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    office.is_empty = True
    async with make_client(token=None) as owner:
        answer = await owner.post("/setup", data=SETUP | {"shop_name": " ", "password": "short"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-shop_name">这里必须填写。</p>' in answer.text
    assert '<p class="wrong" id="e-password">密码至少 8 个字符。</p>' in answer.text
    assert 'value="Pawly"' in answer.text
    assert "short" not in answer.text
    assert office.setups == []


@pytest.mark.parametrize(
    "error",
    [BadRequest("unreadable_number", field="product_price", text="很贵"), BadRequest("money_unreadable", text="很贵")],
)
async def test_setup_shows_an_error_at_the_field_it_is_about(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient], error: BadRequest
) -> None:
    office.is_empty = True
    office.next_error = error
    async with make_client(token=None) as owner:
        answer = await owner.post("/setup", data=SETUP | {"product_price": "很贵"})
    assert '<p class="wrong" id="e-product_price">「很贵」读不成数字。</p>' in answer.text


async def test_signing_out_ends_the_session(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/logout")
    assert answer.headers["location"] == "/login"
    assert office.signed_out == ["token-1"]
    assert (await client.get("/inbox")).status_code == 303


async def test_the_language_is_remembered_for_browser_and_member(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/lang", data={"lang": "en", "next": "/inbox"})
    assert answer.headers["location"] == "/inbox"
    assert office.langs == ["en"]
    assert "Approve all (3)" in (await client.get("/inbox")).text


async def test_a_brand_taken_away_does_not_lock_its_member_out(
    make_client: Callable[..., httpx.AsyncClient],
) -> None:
    async with make_client(token="token-2") as approver:
        approver.cookies.set("daren_brand", "2")
        answer = await approver.get("/inbox")
    assert answer.status_code == 200
    assert "Pawly" in answer.text
