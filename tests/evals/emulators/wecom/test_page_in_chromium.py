"""The page in a real browser: a person asks in the group, gets an answer, presses a button."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from playwright.async_api import Page, async_playwright, expect

from evals.emulators.serving import serving
from evals.emulators.wecom.phone.control import Control
from evals.emulators.wecom.server import Emulator
from tests.connectors.webchat.chromium import ARGS, AXE, DESKTOP, PHONE
from tests.evals.emulators.wecom.products import BUTTONS, BotClient, Json, app_server, bot_client, card
from tests.support.browser import ABSENT, chromium_path, demanded

pytestmark = pytest.mark.browser
BOT = "AIBOT1"
FORM: Json = {
    "card_type": "vote_interaction",
    "task_id": "sl-55",
    "main_title": {"title": "选出要联系的达人", "desc": "可多选"},
    "horizontal_content_list": [{"keyname": "佣金", "value": "15%"}],
    "checkbox": {
        "question_key": "creators",
        "mode": 1,
        "option_list": [{"id": "c1", "text": "mia_home", "is_checked": True}, {"id": "c2", "text": "kitchenjoe"}],
    },
    "submit_button": {"text": "确定", "key": "submit"},
}


@dataclass
class Screen:
    """A browser before the page, and the trouble the page itself had."""

    page: Page
    trouble: list[str]


@pytest.fixture
async def screen(emulator: Emulator) -> AsyncIterator[Screen]:
    if (found := chromium_path()) is None:
        pytest.fail(ABSENT) if demanded() else pytest.skip(ABSENT)
    async with serving(Control(emulator, "t0ken").application()) as address, async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=list(ARGS))
        page = await browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
        page.set_default_timeout(10_000)
        trouble: list[str] = []
        page.on("pageerror", lambda error: trouble.append(str(error)))
        page.on("console", lambda said: trouble.append(said.text) if said.type == "error" else None)
        await page.goto(f"{address}/#token=t0ken")
        yield Screen(page, trouble)
        await browser.close()


async def ask(page: Page, client: BotClient, text: str) -> str:
    """Type in the group as the page's person; the req_id of the callback."""
    await page.get_by_label("消息").fill(text)
    await page.get_by_role("button", name="发送").click()
    frame = await client.receive()
    assert frame["body"]["text"]["content"] == f"@达人助手 {text}"
    req_id: str = frame["headers"]["req_id"]
    return req_id


async def test_a_person_asks_and_decides_on_the_page(emulator: Emulator, screen: Screen) -> None:
    page = screen.page
    async with bot_client(emulator) as client:
        await expect(page.get_by_role("heading", name="达人运营群")).to_be_visible()
        req_id = await ask(page, client, "找 10 个英国厨具达人")
        await client.stream(req_id, "正在查…")
        await expect(page.get_by_text("正在输入…")).to_be_visible()
        await client.stream(req_id, "**找到 6 位**\n- mia_home <b>", finish=True)
        await expect(page.locator("strong", has_text="找到 6 位")).to_be_visible()
        await expect(page.get_by_text("- mia_home <b>")).to_be_visible()
        await client.call("aibot_respond_msg", card(FORM), req_id=req_id)
        await page.get_by_label("kitchenjoe").check()
        await page.get_by_role("button", name="确定").click()
        event = (await client.receive())["body"]["event"]["template_card_event"]
        assert event["selected_items"]["selected_item"][0]["option_ids"]["option_id"] == ["c1", "c2"]
        req_id = await ask(page, client, "批准")
        await client.call("aibot_respond_msg", card(BUTTONS), req_id=req_id)
        await page.get_by_role("button", name="批准", exact=True).click()
        clicked = (await client.receive())["headers"]["req_id"]
        decided = {"response_type": "update_template_card", "template_card": BUTTONS | {"replace_text": "已批准"}}
        assert (await client.call("aibot_respond_update_msg", decided, req_id=clicked))["errcode"] == 0
        await expect(page.get_by_role("button", name="已批准")).to_be_disabled()
    assert screen.trouble == []


async def test_the_page_changes_person_language_and_time(emulator: Emulator, screen: Screen) -> None:
    page = screen.page
    await page.get_by_label("我是").select_option("chenjie")
    await expect(page.get_by_role("heading", name="日报群")).to_be_visible()
    await page.get_by_role("button", name="English").click()
    await page.get_by_text("Console: addresses and keys").click()
    await expect(page.locator("pre")).to_contain_text(emulator.ws_url)
    async with app_server(emulator) as server:
        (app,) = emulator.platform.corp.apps.values()
        good, app.callback.url = app.callback.url, ""
        await page.get_by_label("Callback address of the app").fill(good)
        await page.locator("#callback").get_by_role("button", name="Save and verify").click()
        await expect(page.locator("#checked")).to_have_text("Saved")
        assert (app.callback.url, len(server.nonces)) == (good, 1)
    before = emulator.platform.clock.now
    await page.get_by_label("Move time on (minutes)").fill("7")
    await page.get_by_role("button", name="Move", exact=True).click()
    await expect(page.get_by_role("button", name="中文")).to_be_visible()
    await page.wait_for_function("performance.getEntriesByName(new URL('_ctl/clock', location).href).length === 1")
    assert emulator.platform.clock.now == before + 420
    assert screen.trouble == []


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing_and_nothing_overflows(
    emulator: Emulator, screen: Screen, size: tuple[int, int], scheme: str
) -> None:
    page = screen.page
    await page.set_viewport_size({"width": size[0], "height": size[1]})
    await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    async with bot_client(emulator) as client:
        req_id = await ask(page, client, "找达人")
        for body in (card(FORM), card(BUTTONS)):
            await client.call("aibot_respond_msg", body, req_id=req_id)
        await expect(page.get_by_role("button", name="拒绝")).to_be_visible()
    session = await page.context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": AXE.read_text("utf-8")})
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    assert [f"{rule['id']}: {rule['nodes'][0]['html'][:120]}" for rule in found["violations"]] == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
