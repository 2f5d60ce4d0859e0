"""The TikTok Shop page in a real browser: in every state it fits a phone, axe finds nothing, addresses are copied."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, expect

from connectors.ports.shops import ShopView
from memory.domain.outreach import Flag
from memory.domain.shops import Sync, SyncState
from prompts.render import Texts
from tests.connectors.webchat.chromium import Site, assert_sound, served
from tests.connectors.webchat.conftest import build_app
from tests.support.fake_desk import FakeOffice
from tests.support.fake_office import NOW
from tests.support.fake_shops import ADDRESS, FakeShops, connected, shop_view

pytestmark = pytest.mark.browser

TOLD_AT = f"{ADDRESS}/tiktok-shop/webhook"
DOWN = Flag("shop_internal", {})
OTHERWISE = Flag("shop_orders_differ", {
    "count": 3, "days": 30, "order": "576000000000000001", "field": "paid", "ours": "60.00 USD", "theirs": "30.00 USD",
    "source": "file:orders.csv", "day": "2026-11-28",
})  # fmt: skip


@pytest.fixture
def shops() -> FakeShops:
    """Not connected until a test says so."""
    return FakeShops()


@pytest.fixture
def shop_site(office: FakeOffice, shops: FakeShops, texts: Texts, browser: Browser) -> Iterator[Site]:
    """The office of a seller whose app is set up, served."""
    with served(build_app(office, texts, shops=shops)) as address:
        made = Site(address, browser)
        yield made
        for context in browser.contexts:
            context.close()
    assert made.trouble == []


STATES: dict[str, ShopView] = {
    "none": shop_view(None),
    "taken back": shop_view(replace(connected(), active=False, shops=(), revoked_at=NOW)),
    "heard": shop_view(connected(told_at=NOW, read_at=NOW), until=NOW, told_at=TOLD_AT),
    "in trouble": shop_view(
        connected(bare=12, refused_at=NOW, trouble=DOWN),
        until=NOW,
        orders=Sync(SyncState.DONE, 130, NOW, NOW, trouble=OTHERWISE),
    ),
}


@pytest.mark.parametrize(
    ("lang", "state"), [("zh", "none"), ("zh", "heard"), ("en", "in trouble"), ("zh", "taken back")]
)
def test_the_page_fits_a_phone(shops: FakeShops, shop_site: Site, lang: str, state: str) -> None:
    shops.view_ = STATES[state]
    assert_sound(shop_site.visit("/tiktok-shop", lang=lang), about=(lang, state))


def test_what_the_seller_took_back_is_said_with_the_next_step(shops: FakeShops, shop_site: Site) -> None:
    shops.view_ = STATES["taken back"]
    page = shop_site.visit("/tiktok-shop")
    expect(page.get_by_text("收回了授权：要从店铺发的消息都停着。请负责人点「连接店铺」")).to_be_visible()
    expect(page.get_by_role("button", name="连接店铺")).to_be_visible()


def test_it_says_how_answers_come_in_and_copies_the_address_for_webhooks(shops: FakeShops, shop_site: Site) -> None:
    shops.view_ = STATES["heard"]
    page = shop_site.visit("/tiktok-shop")
    answers = page.get_by_role("region", name="达人的回复")
    expect(answers.locator("time")).to_have_count(2)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    answers.get_by_role("button", name="复制").click()
    assert page.evaluate("navigator.clipboard.readText()") == TOLD_AT
    shops.view_ = STATES["in trouble"]
    page.reload()
    expect(answers.get_by_text("签名不对")).to_be_visible()
    expect(answers.get_by_text("DAREN_PUBLIC_URL")).to_be_visible()
    expect(answers.locator("time")).to_have_count(0)
    orders = page.get_by_role("region", name="联盟订单")
    expect(orders.get_by_text("订单 576000000000000001，金额：我们记的是 60.00 USD（file:orders.csv")).to_be_visible()


def test_the_seller_is_led_out_and_creators_are_fetched_by_a_button(shops: FakeShops, shop_site: Site) -> None:
    page = shop_site.visit("/tiktok-shop")
    page.get_by_role("button", name="连接店铺").click()
    link = page.get_by_role("link", name="去 TikTok Shop 同意授权")
    expect(link).to_have_attribute("href", f"{ADDRESS}/open/authorize?state=1.x")
    shops.view_ = shop_view(connected(), until=NOW)
    page.goto(shop_site.address + "/tiktok-shop")
    page.get_by_role("button", name="现在取达人").click()
    expect(page.get_by_text("已保存").first).to_be_visible()
    assert shops.asked == ["sync"]
    assert shops.view_.link is not None
    assert shops.view_.link.sync.state is SyncState.DONE
