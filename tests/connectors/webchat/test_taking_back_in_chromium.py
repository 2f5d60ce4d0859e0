"""Undo, withdraw, stop and resume in a real browser: by keyboard, with what became of it where one looks."""

import pytest
from playwright.sync_api import expect

from memory.domain.chat import Reply, ResumeBatch, StopBatch, Undo, WithdrawApprovals
from memory.domain.chat_stores import Author
from memory.domain.workspace import Role
from tests.connectors.webchat.chromium import PHONE, Site, assert_sound
from tests.support import fake_office
from tests.support.fake_desk import OF_DRAFTS, FakeOffice

pytestmark = pytest.mark.browser


def test_an_answer_is_undone_by_keyboard_and_says_what_came_of_it(office: FakeOffice, site: Site) -> None:
    office.say(Author.DAREN, Reply(text="已改 3 位。", undo=71))
    page = site.visit("/conversations/7")
    assert_sound(page)
    page.get_by_role("button", name="撤销").press("Enter")
    expect(page.locator(".undone")).to_have_text("已撤销：阶段改回原样。")
    expect(page.locator(".undone")).to_be_focused()
    expect(page.get_by_role("button", name="撤销")).to_have_count(0)
    assert office.commands == [Undo(change=71)]
    assert_sound(page)


def test_texts_that_came_back_replace_the_card_that_showed_others(office: FakeOffice, site: Site) -> None:
    office.say(Author.DAREN, Reply(text="已改。", cards=(fake_office.drafts(),), undo=OF_DRAFTS))
    page = site.visit("/conversations/7")
    before = page.locator(".drafts").get_attribute("id")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator(".undone")).to_be_visible()
    expect(page.locator(".drafts")).to_have_count(1)
    expect(page.locator(f"#{before}")).to_have_count(0)
    page.get_by_role("button", name="全部批准（3）").click()
    expect(page.locator(".drafts .banner-good")).to_contain_text("已批准 3 条")


def test_an_edit_is_undone_on_its_card(office: FakeOffice, site: Site) -> None:
    office.undo = 71
    page = site.visit("/inbox")
    draft = page.locator("[data-batch=K7] [data-draft='1']")
    draft.get_by_role("button", name="编辑第 1 条").click()
    draft.locator("textarea[name=text_zh]").fill("改过的中文")
    draft.get_by_role("button", name="保存并检查").click()
    expect(draft.locator(".saved")).to_be_visible()
    assert_sound(page)
    draft.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-batch=K7] .banner-good")).to_contain_text("已撤销")
    expect(draft.locator(".saved")).to_have_count(0)
    assert office.commands[1:] == [Undo(change=71)]


@pytest.mark.parametrize("path", ["/settings", "/products", "/creators/pawsome.mia"])
def test_a_saved_page_shows_what_was_there_before_once_it_is_undone(office: FakeOffice, site: Site, path: str) -> None:
    page = site.visit(f"{path}?saved=1&change=71", size=PHONE)
    expect(page.get_by_text("已保存。")).to_be_visible()
    assert_sound(page)
    page.get_by_role("button", name="撤销").press("Enter")
    expect(page.locator(".toast")).to_contain_text("已撤销：阶段改回原样。")
    expect(page.get_by_text("已保存。")).to_have_count(0)
    expect(page.locator("#main")).to_be_focused()
    assert office.commands == [Undo(change=71)]


def test_approvals_are_withdrawn_on_the_batch_page(office: FakeOffice, site: Site) -> None:
    office.statuses = {1: "approved", 2: "approved", 5: "approved"}
    page = site.visit("/batches/K7")
    card = page.locator("[data-batch=K7]")
    assert_sound(page)
    card.get_by_role("button", name="撤回第 2 条的批准").press("Enter")
    expect(card.locator(".banner-good")).to_contain_text("已撤回 2，可以重新审批")
    expect(card.locator("[data-draft='2'] .pill")).to_have_text("待审批")
    expect(card.locator("h3").first).to_be_focused()
    card.get_by_role("button", name="撤回批准：K7 全部").click()
    expect(page.locator("#ask-text")).to_contain_text("撤回 K7 里还没发出的批准")
    page.keyboard.press("Enter")
    expect(card.locator(".banner-good")).to_contain_text("已撤回 1、5")
    assert office.commands == [WithdrawApprovals(batch="K7", numbers=(2,)), WithdrawApprovals(batch="K7")]


def test_what_happens_on_the_card_is_followed_by_the_plan_beside_it(office: FakeOffice, site: Site) -> None:
    page = site.visit("/batches/K7")
    with page.expect_request("**/batches/K7/states"):
        page.get_by_role("button", name="全部批准（3）").click()
    page.get_by_role("button", name="停止 K7").click()
    with page.expect_request("**/batches/K7/states"):  # the button that was pressed is gone by then
        page.keyboard.press("Enter")


@pytest.mark.parametrize("path", ["/batches/K7", "/conversations/7", "/batches"])
def test_stop_becomes_resume_and_resume_becomes_stop(office: FakeOffice, site: Site, path: str) -> None:
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(),)))
    page = site.visit(path)
    page.get_by_role("button", name="停止 K7").click()
    page.keyboard.press("Enter")
    resume = page.get_by_role("button", name="恢复 K7")
    expect(resume).to_be_visible()
    expect(page.locator(":focus")).to_have_count(1)
    assert_sound(page)
    resume.press("Enter")
    expect(page.get_by_role("button", name="停止 K7")).to_be_visible()
    assert office.commands == [StopBatch(batch="K7"), ResumeBatch(batch="K7")]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.OPERATOR])
def test_who_may_not_resume_sees_that_it_is_stopped_and_whom_to_ask(office: FakeOffice, site: Site, role: Role) -> None:
    office.role = role
    page = site.visit("/batches/K7")
    page.get_by_role("button", name="停止 K7").click()
    page.keyboard.press("Enter")
    expect(page.locator(".banner-stopped")).to_contain_text("请找 林知夏、周予安 恢复")
    expect(page.locator("[data-stop-of=K7]")).to_have_text("已停止、可以恢复的人：林知夏、周予安")
    assert_sound(page)


def test_a_stop_of_everything_is_seen_on_the_card_it_reaches(office: FakeOffice, site: Site) -> None:
    page = site.visit("/batches/K7")
    page.get_by_role("button", name="全部停止").click()
    page.keyboard.press("Enter")
    expect(page.locator("[data-batch=K7] .banner-stopped")).to_be_visible()
    expect(page.get_by_role("button", name="恢复 K7")).to_be_visible()
