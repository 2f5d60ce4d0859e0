"""The send list in a real browser: without a mouse, at both widths, with a clipboard, and nothing for axe to find."""

import pytest
from playwright.sync_api import Page, expect

from tests.connectors.webchat.chromium import Site, assert_sound
from tests.support.fake_desk import FakeOffice
from tests.support.fake_send_list import text_of

pytestmark = pytest.mark.browser


def opened(site: Site, *, lang: str = "zh") -> Page:
    page = site.visit("/send-list", lang=lang)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    return page


def test_a_text_is_copied_sent_and_taken_back_without_a_mouse(office: FakeOffice, site: Site) -> None:
    page = opened(site)
    for _ in range(2):
        page.keyboard.press("j")
    expect(page.locator("#hand-item-701")).to_be_focused()
    page.keyboard.press("c")
    expect(page.locator("#hand-item-701 .hand-text")).to_be_visible()
    expect(page.locator("#hand-item-701")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("已复制")
    assert page.evaluate("navigator.clipboard.readText()") == text_of(1)
    page.keyboard.press("1")
    expect(page.locator("#hand-done + p")).to_have_text("1")
    assert office.send_list.places[1] == "done"
    expect(page.locator("#hand-item-701")).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator("#hand-item-707")).to_be_focused()


def test_the_second_of_two_is_told_and_copies_nothing(office: FakeOffice, site: Site) -> None:
    page = opened(site)
    page.evaluate("navigator.clipboard.writeText('before')")
    office.send_list.taken_meanwhile.add(1)
    page.locator("#hand-item-701").get_by_role("button", name="复制").click()
    expect(page.locator(".send-list [role=alert]")).to_contain_text("在 周予安 手里")
    assert page.evaluate("navigator.clipboard.readText()") == "before"


def test_a_night_is_confirmed_first(office: FakeOffice, site: Site) -> None:
    page = opened(site)
    page.locator("#hand-item-704").focus()
    page.keyboard.press("c")
    expect(page.locator("#ask-text")).to_contain_text("确定夜间也发吗")
    page.locator("#ask").get_by_role("button", name="取消").click()
    assert office.send_list.nights == []
    page.locator("#hand-item-704").focus()
    page.keyboard.press("c")
    page.keyboard.press("Enter")
    expect(page.locator("#hand-item-704 .hand-text")).to_be_visible()
    assert office.send_list.nights == [4]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_axe_finds_nothing_while_an_item_is_in_hand(office: FakeOffice, site: Site, lang: str) -> None:
    page = opened(site, lang=lang)
    page.locator("#hand-item-701 [data-key=c]").click()
    expect(page.locator("#hand-item-701 .hand-text")).to_be_visible()
    assert_sound(page)
