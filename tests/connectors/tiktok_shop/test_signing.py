"""A call is signed as the platform and other people's clients sign it."""

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr, ValidationError

from connectors.tiktok_shop.operations import ALL, DETAIL, VERSIONS
from connectors.tiktok_shop.settings import ShopApp
from connectors.tiktok_shop.signing import filled, is_signed, sign, signed_url
from evals.emulators.tiktok_shop.signing import Arrived, admitted
from tests.support.shop_signatures import RECORDED, WEBHOOK, Recorded

AT = datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
APP = ShopApp(app_key="key", app_secret=SecretStr("hush-hush"))


@pytest.mark.parametrize("call", RECORDED, ids=lambda call: call.name)
def test_a_signature_is_the_one_that_was_recorded(call: Recorded) -> None:
    assert sign(call.secret, call.path, call.query, call.body) == call.sign


def test_a_webhook_is_signed_over_the_bytes_that_came() -> None:
    app = ShopApp(app_key=WEBHOOK.app_key, app_secret=SecretStr(WEBHOOK.secret))
    assert is_signed(app, WEBHOOK.body, WEBHOOK.sign)
    assert is_signed(app, WEBHOOK.body, f" {WEBHOOK.sign.upper()} ")
    for raw, said in (
        (WEBHOOK.body + b" ", WEBHOOK.sign),
        (WEBHOOK.body.replace(b",", b", ", 1), WEBHOOK.sign),
        (WEBHOOK.body, ""),
        (WEBHOOK.body, WEBHOOK.sign[:-1]),
        (WEBHOOK.body, "é" * 64),
    ):
        assert not is_signed(app, raw, said)
    assert not is_signed(app.model_copy(update={"app_secret": SecretStr("another")}), WEBHOOK.body, WEBHOOK.sign)
    assert not is_signed(app.model_copy(update={"app_key": "another"}), WEBHOOK.body, WEBHOOK.sign)


def test_neither_the_signature_nor_a_token_is_signed() -> None:
    call = RECORDED[1]
    assert sign(call.secret, call.path, call.query | {"sign": "x", "access_token": "y"}, call.body) == call.sign


@given(
    st.dictionaries(st.text("abc_", min_size=1), st.text(st.characters(exclude_categories=["Cs"]))),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1),
    st.binary(),
)
def test_the_platform_reads_what_was_signed_whatever_it_holds(query: dict[str, str], name: str, body: bytes) -> None:
    path = filled("/x/{version}/{creator}", "202508", {"creator": name})
    parts = urlsplit(signed_url(APP, path, query, body, at=AT))
    arrived = Arrived(parts.path, parts.query.encode(), body, "application/json")
    read = admitted(arrived, app_key="key", secret="hush-hush", now=AT.timestamp())
    assert query.items() <= read.items()


def test_the_app_secret_is_in_no_address_and_no_repr() -> None:
    url = signed_url(APP, "/x", {}, b"", at=AT)
    assert "hush" not in url + repr(APP)
    assert parse_qs(urlsplit(url).query)["timestamp"] == [str(int(AT.timestamp()))]


@pytest.mark.parametrize(
    "url", ["https://proxy.example/tiktok", "https://x.example/?a=1", "x.example", "ftp://x.example"]
)
def test_an_origin_with_more_than_an_origin_is_refused(url: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ShopApp(app_key="key", app_secret=SecretStr("s"), api_base=url)
    assert [error["type"] for error in refused.value.errors()] == ["shop_origin_only"]


@pytest.mark.parametrize("versions", [{"gone": "202508"}, {"creators_search": "latest"}])
def test_a_version_of_nothing_and_one_that_is_none_are_refused(versions: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        ShopApp(app_key="key", app_secret=SecretStr("s"), versions=versions)
    assert [error["type"] for error in refused.value.errors()] == ["shop_version_unknown"]


def test_every_operation_has_its_version() -> None:
    assert {operation.name: operation.version for operation in ALL} == VERSIONS
    assert filled(DETAIL.path, "202608", {"creator": "a/b"}) == "/affiliate_seller/202608/marketplace_creators/a%2Fb"
