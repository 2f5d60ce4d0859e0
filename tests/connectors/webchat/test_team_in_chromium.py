"""Policy, deputies and passes in a real browser: accessible, at desktop and phone width, by keyboard."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from memory.domain.chat import RevokeDeputy, SaveDeputy
from memory.domain.ids import DeputyId, MemberId
from prompts.render import Texts
from tests.connectors.webchat.chromium import DESKTOP, PHONE, Site, axe_findings, chromium, served
from tests.connectors.webchat.conftest import build_app
from tests.support.fake_desk import FakeOffice

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as made:
        yield made


@pytest.fixture
def site(office: FakeOffice, texts: Texts, browser: Browser) -> Iterator[Site]:
    """The office, served; afterwards no page may have reported an error or a blocked script."""
    with served(build_app(office, texts)) as address:
        made = Site(address, browser)
        yield made
        for context in browser.contexts:
            context.close()
    assert made.trouble == []


@pytest.mark.parametrize(
    ("path", "token"),
    [("/settings", "token-2"), ("/members?deputy=1", "token-1"), ("/creators/pawsome.mia", "token-1")],
)
def test_axe_finds_nothing_and_nothing_overflows(site: Site, path: str, token: str) -> None:
    for lang in ("zh", "en"):
        page = site.visit(path, lang=lang, token=token)
        for size in (DESKTOP, PHONE):
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for theme, only in (("light", None), ("dark", "color-contrast")):
                page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
                assert axe_findings(page, only=only) == [], (lang, size, theme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (lang, size)


def test_a_deputy_is_arranged_and_taken_back_by_keyboard(office: FakeOffice, site: Site) -> None:
    page = site.visit("/members", size=PHONE)
    page.get_by_label("由谁代班").select_option("3")
    page.get_by_label("替谁").select_option("2")
    page.get_by_label("到哪天（含）").fill("2026-12-05")
    page.get_by_role("button", name="安排代班").press("Enter")
    expect(page.get_by_text("已保存。")).to_be_visible()
    page.get_by_role("button", name="收回 陈小满 替 周予安 的代班").press("Enter")
    expect(page).to_have_url(f"{site.address}/members?saved=1#deputies")
    assert office.commands == [
        SaveDeputy(member=MemberId(3), stands_for=MemberId(2), until="2026-12-05"),
        RevokeDeputy(deputy=DeputyId(1)),
    ]
