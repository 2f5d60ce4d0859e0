"""The web chat in a real browser: streaming, decisions, keyboard, input methods, files, and accessibility."""

import pytest
from playwright.sync_api import Page, expect

from memory.domain.chat import EditDraft, Reply, StopBatch, TurnEventKind
from memory.domain.chat_stores import Author
from memory.domain.errors import Unavailable
from tests.connectors.webchat.chromium import DESKTOP, PHONE, Site, assert_sound, assert_sound_in_both, axe_findings
from tests.connectors.webchat.test_pages import PAGES, fill
from tests.support import fake_office
from tests.support.fake_desk import FakeOffice
from tests.support.fake_figures import TOKEN

pytestmark = pytest.mark.browser

EXAMINED = (
    *[path for path in PAGES if path not in ("/products", "/products?add=1", "/members")],
    "/login",
    "/setup",
    "/nope",
    f"/report/{TOKEN}",
)


def answer(office: FakeOffice, *, cards: bool = True) -> None:
    """Script the turn of a search."""
    reply = Reply(text="找到 **146 位**。", cards=(fake_office.shortlist(),) if cards else (), planner="offline")
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}),
        (TurnEventKind.STEP, {"name": "search_creators", "label": "搜索达人"}),
        (TurnEventKind.STEP_DONE, {"name": "search_creators", "ok": True, "summary": "146 位"}),
        (TurnEventKind.TEXT, {"text": "找到 **146 位**。"}),
        (TurnEventKind.ANSWER, {"reply": reply.model_dump(mode="json")}),
    )


def compose(page: Page, *, key: str, composing: bool) -> None:
    """Press a key in the message box as an input method does."""
    page.locator("#say").evaluate(
        "(box, [key, composing]) => box.dispatchEvent(new KeyboardEvent('keydown',"
        " {key, isComposing: composing, bubbles: true, cancelable: true}))",
        [key, composing],
    )


@pytest.mark.parametrize("path", EXAMINED)
def test_axe_finds_nothing_and_nothing_overflows(office: FakeOffice, site: Site, path: str) -> None:
    fill(office)
    office.is_empty = path == "/setup"
    assert_sound_in_both(lambda lang: site.visit(path, lang=lang))


def test_a_question_is_answered_in_the_page(office: FakeOffice, site: Site) -> None:
    answer(office)
    page = site.visit("/conversations/7")
    page.locator("#say").fill("找 20 个")
    page.locator("#say").press("Enter")
    expect(page.locator(".bubble")).to_have_text("找 20 个")
    expect(page.locator("table.creators tbody tr")).to_have_count(8)
    expect(page.locator("#say")).to_have_value("")
    expect(page.locator(".steps-done summary")).to_have_text("查看 1 个步骤")
    assert axe_findings(page) == []


def test_a_chart_of_an_answer_is_drawn_in_the_colours_of_the_page_and_said_in_words(
    office: FakeOffice, site: Site
) -> None:
    card = fake_office.chart()
    reply = Reply(text="近7天：", cards=(card,), planner="offline")
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}), (TurnEventKind.ANSWER, {"reply": reply.model_dump(mode="json")})
    )
    page = site.visit("/conversations/7")
    page.locator("#say").fill("近7天卖得怎么样，画个图")
    page.locator("#say").press("Enter")
    drawn = page.get_by_role("img", name=card.alt)
    expect(drawn.locator("canvas")).to_be_visible()
    expect(drawn).to_have_attribute("data-drawn", "")
    light = drawn.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    page.wait_for_function("was => document.querySelector('.chart-drawn canvas')?.toDataURL() !== was", arg=light)
    assert_sound(page)


def test_steps_are_seen_while_the_turn_runs(office: FakeOffice, site: Site) -> None:
    office.hold_after = 3
    answer(office)
    page = site.visit("/conversations/7")
    page.locator("#say").fill("找 20 个")
    page.locator("#say").press("Enter")
    expect(page.locator(".step")).to_contain_text("搜索达人")
    expect(page.locator(".step-sum")).to_contain_text("146 位")
    assert axe_findings(page) == []
    office.release.set()
    expect(page.locator("table.creators tbody tr")).to_have_count(8)


def test_a_broken_stream_resumes_without_repeating(office: FakeOffice, site: Site) -> None:
    office.hold_after, office.is_breaking = 3, True
    answer(office)
    page = site.visit("/conversations/7")
    asked: list[str | None] = []
    page.on("request", lambda sent: asked.append(sent.headers.get("last-event-id")) if "/events" in sent.url else None)
    page.locator("#say").fill("找 20 个")
    page.locator("#say").press("Enter")
    expect(page.locator(".step-sum")).to_contain_text("146 位")
    office.release.set()
    expect(page.locator("table.creators tbody tr")).to_have_count(8)
    assert asked == [None, "3"]
    expect(page.locator(".steps-done .step")).to_have_count(1)


def test_a_stream_that_could_not_begin_is_tried_again(office: FakeOffice, site: Site) -> None:
    answer(office)
    page = site.visit("/conversations/7")
    page.route("**/events?*", lambda route: route.abort(), times=1)
    page.locator("#say").fill("找 20 个")
    page.locator("#say").press("Enter")
    expect(page.locator("table.creators tbody tr")).to_have_count(8)


def test_enter_in_an_input_method_does_not_send(office: FakeOffice, site: Site) -> None:
    page = site.visit("/conversations/7")
    page.locator("#say").fill("ni hao")
    compose(page, key="Enter", composing=True)
    page.locator("#say").press("Shift+Enter")
    assert page.locator("#say").input_value() == "ni hao\n"
    assert office.received == []


def test_what_was_typed_survives_an_error_and_a_reload(office: FakeOffice, site: Site) -> None:
    office.next_error = Unavailable()
    page = site.visit("/conversations/7")
    page.locator("#say").fill("很长的一段话")
    page.locator("#say").press("Enter")
    expect(page.locator("#composer-problem [role=alert]")).to_contain_text("服务暂时不可用")
    expect(page.locator("#say")).to_have_value("很长的一段话")
    page.reload()
    expect(page.locator("#say")).to_have_value("很长的一段话")
    answer(office)
    page.locator(".send").click()
    expect(page.locator("#say")).to_have_value("")
    assert len(office.received) == 1


def test_a_first_message_opens_its_conversation(office: FakeOffice, site: Site) -> None:
    page = site.visit("/conversations/new")
    page.locator(".example").first.click()
    page.locator("#say").press("Enter")
    page.wait_for_url("**/conversations/7")
    assert office.received[0].text.startswith("帮我找20个美国做宠物用品的达人")


def test_ticked_drafts_are_approved_after_they_were_delivered(office: FakeOffice, site: Site) -> None:
    page = site.visit("/inbox")
    card = page.locator("[data-batch=K7]")
    expect(card.get_by_role("button", name="批准所选")).to_be_disabled()
    card.locator("[data-tick]").nth(1).check()
    expect(card.locator("[data-tick-count]")).to_have_text("已选 1 条")
    card.get_by_role("button", name="批准所选").click()
    expect(card.locator(".banner-good")).to_contain_text("已批准 1 条")
    expect(card.locator("[data-draft='2'] .pill")).to_have_text("已批准")
    expect(card.locator("h3").first).to_be_focused()
    assert [tap.approve for tap in office.taps] == [(2,)]
    assert office.taps[0].presentation in office.delivered


def test_approve_all_clicked_at_once_still_comes_after_delivery(office: FakeOffice, site: Site) -> None:
    page = site.visit("/conversations/7")
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(),)))
    page.reload()
    page.get_by_role("button", name="全部批准（3）").click()
    expect(page.locator(".drafts .banner-good")).to_contain_text("已批准 3 条")
    assert [tap.approve for tap in office.taps] == [(1, 2, 5)]


def test_the_keyboard_decides_in_the_inbox(office: FakeOffice, site: Site) -> None:
    page = site.visit("/inbox")
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator("[data-batch=K7] [data-draft='2']")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("[data-batch=K7] [data-tick-count]")).to_have_text("已选 1 条")
    page.keyboard.press("k")
    page.keyboard.press("x")
    expect(page.locator("#ask-text")).to_contain_text("拒绝第 1 条")
    page.keyboard.press("Enter")
    expect(page.locator("[data-batch=K7] [data-draft='1'] .pill")).to_have_text("已拒绝")
    assert [tap.reject for tap in office.taps] == [(1,)]
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    assert axe_findings(page) == []


def test_a_draft_is_edited_on_one_side_and_ticks_are_kept(office: FakeOffice, site: Site) -> None:
    page = site.visit("/inbox")
    card = page.locator("[data-batch=K7]")
    card.locator("[data-tick]").nth(1).check()
    card.get_by_role("button", name="编辑第 1 条").click()
    box = card.locator("[data-draft='1'] textarea[name=text_zh]")
    box.fill("改过的中文")
    assert axe_findings(page) == []
    card.locator("[data-draft='1']").get_by_role("button", name="保存并检查").click()
    expect(card.locator("[data-draft='1'] .saved")).to_be_visible()
    expect(card.locator("[data-tick-count]")).to_have_text("已选 1 条")
    [edit] = office.commands
    assert isinstance(edit, EditDraft)
    assert (edit.text, edit.text_zh) == (None, "改过的中文")
    expect(card.locator("[data-draft='1'] .editor")).to_be_hidden()


def test_an_edit_that_failed_is_not_lost(office: FakeOffice, site: Site) -> None:
    office.next_error = Unavailable()
    page = site.visit("/inbox")
    draft = page.locator("[data-batch=K7] [data-draft='1']")
    draft.get_by_role("button", name="编辑第 1 条").click()
    draft.locator("textarea[name=text]").fill("Half a thought")
    draft.get_by_role("button", name="保存并检查").click()
    expect(draft.locator(".editor-problem [role=alert]")).to_contain_text("服务暂时不可用")
    page.reload()
    expect(draft.locator("textarea[name=text]")).to_have_value("Half a thought")
    draft.get_by_role("button", name="取消").click()
    expect(draft.locator(".editor")).to_be_hidden()
    page.reload()
    expect(draft.locator(".editor")).to_be_hidden()


def test_stopping_asks_once_and_can_be_left(office: FakeOffice, site: Site) -> None:
    page = site.visit("/batches")
    page.get_by_role("button", name="全部停止").click()
    expect(page.locator("#ask")).to_be_visible()
    assert axe_findings(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#ask")).to_be_hidden()
    assert office.commands == []
    page.get_by_role("button", name="全部停止").click()
    page.keyboard.press("Enter")
    expect(page.locator(".toast")).to_contain_text("好的。")
    assert office.commands == [StopBatch(batch=None)]


def test_an_error_without_a_place_of_its_own_is_said_at_the_edge(office: FakeOffice, site: Site) -> None:
    office.next_error = Unavailable()
    page = site.visit("/inbox")
    page.get_by_role("button", name="快进到下一个窗口").click()
    expect(page.locator("#toasts [role=alert]")).to_contain_text("服务暂时不可用")
    page.locator("#toasts").get_by_role("button", name="关闭").click()
    expect(page.locator("#toasts [role=alert]")).to_have_count(0)


def test_a_lost_connection_is_said_and_nothing_typed_is_lost(site: Site) -> None:
    page = site.visit("/conversations/7")
    page.locator("#say").fill("地铁里写的")
    page.context.set_offline(True)
    page.locator("#say").press("Enter")
    expect(page.locator("#toasts")).to_contain_text("连接断了，内容还在")
    expect(page.locator("#say")).to_have_value("地铁里写的")


def test_a_rejection_is_asked_first(office: FakeOffice, site: Site) -> None:
    page = site.visit("/inbox")
    page.get_by_role("button", name="拒绝第 1 条").first.click()
    expect(page.locator("#ask-text")).to_contain_text("@pawsome.mia")
    page.locator("#ask").get_by_role("button", name="取消").click()
    expect(page.locator("#ask")).to_be_hidden()
    assert office.taps == []


def test_moving_the_demo_clock_brings_the_answers_and_new_states(office: FakeOffice, site: Site) -> None:
    office.statuses = {1: "approved"}
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(),)))
    page = site.visit("/conversations/7")
    page.get_by_role("button", name="快进到下一个窗口").click()
    expect(page.locator("#demo-time")).to_have_text("11月21日 周六 00:12")
    expect(page.locator("[data-state-of='501'] .pill")).to_have_text("已发送")
    expect(page.locator(".line-notice .replies")).to_be_visible()


def test_a_dropped_file_is_previewed_in_the_chat(office: FakeOffice, site: Site) -> None:
    page = site.visit("/conversations/7")
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["handle\\nmia\\n"], "达人.csv", {type: "text/csv"}));
            const zone = document.querySelector(".main-chat");
            zone.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    expect(page.locator("[data-staged-name]")).to_have_text("达人.csv")
    page.get_by_role("button", name="作为达人导入").click()
    expect(page.locator(".import .numbers")).to_contain_text("58")
    expect(page.locator("#upload")).to_be_hidden()
    page.get_by_role("button", name="导入 56 行").click()
    expect(page.locator(".import")).to_contain_text("正在导入")
    expect(page.locator(".import .numbers")).to_contain_text("41")
    assert office.uploads == [("达人.csv", "creators", 11)]


def test_a_choice_is_sent_as_text(office: FakeOffice, site: Site) -> None:
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.choices(),)))
    page = site.visit("/conversations/7")
    page.get_by_role("button", name="Pawly 膨润土猫砂").click()
    expect(page.locator(".bubble")).to_have_text("Pawly 膨润土猫砂")
    assert [inbound.text for inbound in office.received] == ["Pawly 膨润土猫砂"]


def test_an_older_card_of_a_batch_folds_when_a_newer_one_arrives(office: FakeOffice, site: Site) -> None:
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(),)))
    reply = Reply(text="", cards=(fake_office.drafts(presentation=90),))
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}), (TurnEventKind.ANSWER, {"reply": reply.model_dump(mode="json")})
    )
    page = site.visit("/conversations/7")
    page.locator("#say").fill("再看一下 K7")
    page.locator("#say").press("Enter")
    expect(page.locator("#drafts-90")).to_be_visible()
    expect(page.locator(".drafts")).to_have_count(1)
    expect(page.locator(".fold")).to_have_text("K7 的最新版本在下面")


def test_the_theme_is_chosen_and_kept(site: Site) -> None:
    page = site.visit("/settings")
    page.get_by_role("button", name="深色", exact=True).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    page.reload()
    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_menu_of_a_phone_opens_and_closes(site: Site) -> None:
    page = site.visit("/inbox", size=PHONE)
    expect(page.locator("#side")).not_to_be_in_viewport()
    page.get_by_role("button", name="菜单").click()
    expect(page.get_by_role("link", name="成员")).to_be_in_viewport()
    page.keyboard.press("Escape")
    expect(page.locator("#side")).not_to_be_in_viewport()


def test_a_link_to_the_content_comes_first(site: Site) -> None:
    page = site.visit("/inbox")
    page.keyboard.press("Tab")
    expect(page.locator(".skip")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
def test_a_large_batch_is_signed_by_its_count_with_the_keyboard(
    office: FakeOffice, site: Site, size: tuple[int, int]
) -> None:
    page = site.visit("/batches/L1", size=size)
    card = page.locator("[data-batch=L1]")
    expect(card.locator(".draft")).to_have_count(24)
    expect(card.locator(".wording")).to_have_count(3)
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(card.locator("[data-draft='2']")).to_be_focused()
    card.get_by_label("条数").fill("24")
    page.keyboard.press("Enter")
    expect(card.locator(".banner-good")).to_contain_text("已批准 23 条")
    assert [(len(tap.approve), tap.count) for tap in office.taps] == [(23, 24)]
    assert office.taps[0].presentation in office.delivered
    assert axe_findings(page) == []
