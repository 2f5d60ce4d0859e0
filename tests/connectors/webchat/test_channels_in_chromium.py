"""An app on the channels page in a real browser: it fits a phone, axe finds nothing, its address is copied."""

import pytest
from playwright.sync_api import expect

from connectors.ports.callbacks import CallbackState
from memory.domain.lines import Line, LineState
from memory.domain.outreach import Flag
from tests.connectors.webchat.chromium import Site, assert_sound
from tests.connectors.webchat.test_channels_page import ADDRESS, app_row
from tests.support.fake_desk import FakeOffice
from tests.support.fake_office import NOW

pytestmark = pytest.mark.browser

HELD = Line(LineState(NOW), silent=False)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_an_apps_row_and_its_form_fit_a_phone(office: FakeOffice, site: Site, lang: str) -> None:
    app_row(office, CallbackState(ADDRESS + "0" * 60, NOW, (Flag("app_wrong_token", {}),)), HELD)
    for path in ("/channels", "/channels?add=", "/channels?add=wecom_app", "/channels?edit=4"):
        assert_sound(site.visit(path, lang=lang), about=(path, lang))


def test_the_callback_address_is_copied(office: FakeOffice, site: Site) -> None:
    app_row(office, CallbackState(ADDRESS, NOW), HELD)
    page = site.visit("/channels")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="复制回调地址").click()
    expect(page.get_by_text("已复制").first).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == ADDRESS
