"""Policy, deputies and passes in a real browser: accessible, at desktop and phone width, by keyboard."""

import pytest
from playwright.sync_api import expect

from memory.domain.chat import RevokeDeputy, SaveDeputy
from memory.domain.ids import DeputyId, MemberId
from tests.connectors.webchat.chromium import PHONE, Site, assert_sound_in_both
from tests.support.fake_desk import FakeOffice

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(
    ("path", "token"),
    [("/settings", "token-2"), ("/members?deputy=1", "token-1"), ("/creators/pawsome.mia", "token-1")],
)
def test_axe_finds_nothing_and_nothing_overflows(site: Site, path: str, token: str) -> None:
    assert_sound_in_both(lambda lang: site.visit(path, lang=lang, token=token))


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
