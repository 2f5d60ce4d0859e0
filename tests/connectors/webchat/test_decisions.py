"""Buttons and forms: exactly what was on the card reaches the desk, and what came of it is shown."""

import httpx
import pytest

from memory.domain.chat import (
    EditDraft,
    MoveDemoClock,
    ResumeBatch,
    RunImport,
    SaveMember,
    SavePolicy,
    SaveProduct,
    StopBatch,
    Tap,
    UpdateRelation,
)  # fmt: skip
from memory.domain.errors import BadRequest, Conflict, NotAllowed
from memory.domain.ids import BrandId, ImportRunId, MemberId, PresentationId, ProductId
from tests.connectors.webchat.conftest import HTMX
from tests.support.fake_desk import FakeOffice, first_draft

CARD = {"batch": "K7", "conversation": "7", "approvable": "1 2 5"}
EDIT = {
    "batch": "K7", "seen_digest": "digest-1", "text": "Hi Mia!", "was_text": "Hi Mia!", "text_zh": "你好 Mia",
    "was_text_zh": "Mia 你好",
}  # fmt: skip


async def show_card(client: httpx.AsyncClient, office: FakeOffice) -> int:
    """Show the card of K7 and report it delivered, as the browser does."""
    await client.get("/batches/K7/card", headers=HTMX)
    await client.post(f"/presentations/{office.presented}/delivered", headers=HTMX)
    return office.presented


@pytest.mark.parametrize(
    ("form", "approve", "reject"),
    [
        ({"verb": "approve", "approve": ["2", "5"]}, (2, 5), ()),
        ({"verb": "reject", "approve": ["1"]}, (), (1,)),
        ({"verb": "approve_all", "approve": ["2"]}, (1, 2, 5), ()),
        ({"verb": "approve:4"}, (4,), ()),
        ({"verb": "reject:3", "approve": ["1", "2"]}, (), (3,)),
    ],
)
async def test_each_button_decides_exactly_its_numbers(
    office: FakeOffice,
    client: httpx.AsyncClient,
    form: dict[str, str | list[str]],
    approve: tuple[int, ...],
    reject: tuple[int, ...],
) -> None:
    shown = await show_card(client, office)
    answer = await client.post(f"/presentations/{shown}/decide", data=CARD | form, headers=HTMX)
    assert office.taps == [Tap(presentation=PresentationId(shown), approve=approve, reject=reject)]
    assert answer.status_code == 200
    assert answer.headers["hx-trigger"] == "daren:moved"
    assert f"已批准 {len(approve)} 条，已拒绝 {len(reject)} 条。" in answer.text
    assert "K7 的发送计划" in answer.text
    assert f'hx-post="/presentations/{shown + 1}/delivered"' in answer.text


@pytest.mark.parametrize("form", [{"verb": "approve"}, {"verb": "approve:x"}, {"verb": "approve", "approve": "0"}, {}])
async def test_a_decision_about_nothing_is_refused(
    office: FakeOffice, client: httpx.AsyncClient, form: dict[str, str]
) -> None:
    shown = await show_card(client, office)
    answer = await client.post(f"/presentations/{shown}/decide", data=CARD | form, headers=HTMX)
    assert answer.status_code == 422
    assert office.taps == []


async def test_a_card_that_was_not_delivered_decides_nothing_and_comes_again(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    form = CARD | {"verb": "approve", "approve": ["2"]}
    answer = await client.post("/presentations/9/decide", data=form, headers=HTMX)
    assert office.taps == []
    assert "刚刚有人改过" in answer.text
    assert f"/presentations/{office.presented}/decide" in answer.text
    assert 'value="2" form="decide-41" data-tick checked' in answer.text


async def test_delivered_is_reported_only_by_the_browser(office: FakeOffice, client: httpx.AsyncClient) -> None:
    await client.get("/inbox")
    await client.get("/batches/K7")
    assert office.delivered == []


async def test_a_decision_without_the_role_is_refused_in_place(office: FakeOffice, client: httpx.AsyncClient) -> None:
    shown = await show_card(client, office)
    office.next_error = NotAllowed()
    form = CARD | {"verb": "approve_all"}
    answer = await client.post(f"/presentations/{shown}/decide", data=form, headers=HTMX)
    assert answer.status_code == 403
    assert 'role="alert"' in answer.text


async def test_an_edit_sends_only_the_side_that_changed(office: FakeOffice, client: httpx.AsyncClient) -> None:
    draft = first_draft()
    answer = await client.post(f"/drafts/{draft}", data=EDIT | {"approve": ["2"]}, headers=HTMX)
    assert office.commands == [EditDraft(draft=draft, seen_digest="digest-1", text=None, text_zh="你好 Mia")]
    assert "已保存为新版本" in answer.text
    assert answer.headers["hx-trigger"] == "daren:edited"
    assert 'value="2" form="decide-41" data-tick checked' in answer.text


async def test_an_edit_of_a_draft_that_changed_meanwhile_shows_the_newest(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.next_error = Conflict()
    answer = await client.post("/drafts/501", data=EDIT, headers=HTMX)
    assert "刚刚有人改过" in answer.text
    assert "hx-trigger" not in answer.headers
    assert "已保存" not in answer.text


@pytest.mark.parametrize("change", [{"text": " "}, {"text_zh": ""}, {"text": "x" * 4001}])
async def test_a_draft_needs_both_sides(office: FakeOffice, client: httpx.AsyncClient, change: dict[str, str]) -> None:
    assert (await client.post("/drafts/501", data=EDIT | change, headers=HTMX)).status_code == 422
    assert office.commands == []


@pytest.mark.parametrize(("form", "batch"), [({"batch": "K7"}, "K7"), ({}, None)])
async def test_stop_is_one_request(
    office: FakeOffice, client: httpx.AsyncClient, form: dict[str, str], batch: str | None
) -> None:
    answer = await client.post("/stop", data=form, headers=HTMX)
    assert office.commands == [StopBatch(batch=batch)]
    assert answer.headers["hx-trigger"] == "daren:moved"
    assert 'hx-target="#toasts"' in answer.text


@pytest.mark.parametrize(("form", "batch"), [({"batch": "K7"}, "K7"), ({}, None)])
async def test_resume_is_one_request(
    office: FakeOffice, client: httpx.AsyncClient, form: dict[str, str], batch: str | None
) -> None:
    answer = await client.post("/resume", data=form, headers=HTMX)
    assert office.commands == [ResumeBatch(batch=batch)]
    assert answer.headers["hx-trigger"] == "daren:moved"


async def test_a_stopped_batch_offers_to_resume_where_it_offered_to_stop(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    running = (await client.get("/batches/K7")).text
    office.stopped = True
    stopped = (await client.get("/batches/K7")).text
    listed = (await client.get("/batches")).text
    assert ("停止这一批" in running, 'hx-post="/resume"' in running) == (True, False)
    assert ("停止这一批" in stopped, 'hx-post="/resume"' in stopped) == (False, True)
    assert 'aria-label="恢复 K7"' in listed


async def test_the_demo_clock_moves_and_the_page_follows(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.statuses = {1: "approved"}
    answer = await client.post("/demo/clock", headers=HTMX)
    assert office.commands == [MoveDemoClock()]
    assert "演示时间已快进 3 小时。" in answer.text
    assert "11月21日 周六 00:12" in answer.text
    states = (await client.get("/batches/K7/states", headers=HTMX)).text
    assert "[data-state-of='501']" in states
    assert '<span class="pill pill-sent">已发送</span>' in states


async def test_a_product_is_saved_as_typed(office: FakeOffice, client: httpx.AsyncClient) -> None:
    form = {
        "id": "1",
        "name": "饮水机",
        "link": "",
        "price": "39.9 美元",
        "selling_points": "安静\n好洗",
        "sample": "no",
    }
    answer = await client.post("/products", data=form)
    assert answer.headers["location"] == "/products?saved=1"
    assert office.commands == [
        SaveProduct(id=ProductId(1), name="饮水机", price="39.9 美元", selling_points=("安静", "好洗"), sample=False)
    ]


async def test_a_product_that_cannot_be_read_keeps_what_was_typed(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.next_error = BadRequest("unreadable_number", field="price", text="很贵")
    answer = await client.post("/products", data={"id": "1", "name": "<b>新名</b>", "price": "很贵"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-price">「很贵」读不成数字。</p>' in answer.text
    assert 'value="&lt;b&gt;新名&lt;/b&gt;"' in answer.text


async def test_a_member_is_saved_and_a_password_never_shown_again(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    form = {"login": "new@example.com", "name": "新人", "role": "operator", "brand": "1", "password": "long enough"}
    office.next_error = Conflict("conflict")
    refused = await client.post("/members", data=form)
    assert refused.status_code == 422
    assert "long enough" not in refused.text
    assert "new@example.com" in refused.text
    await client.post("/members", data=form | {"id": "3", "active": "no"})
    assert office.commands == [
        SaveMember(id=MemberId(3), login="new@example.com", name="新人", role="operator", brand=BrandId(1),
                   password="long enough", active=False)
    ]  # fmt: skip


async def test_the_policy_is_saved(office: FakeOffice, client: httpx.AsyncClient) -> None:
    await client.post("/settings/policy", data={"commission_ceiling": "25%"})
    assert office.commands == [SavePolicy(own_drafts_approvable=False, commission_ceiling="25%")]


async def test_a_relation_changes_by_what_was_added_and_taken_away(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    form = {"stage": "agreed", "had_tags": "柯基 优先", "tags": "柯基，复购", "note": "谈好了", "blocked": "yes"}
    answer = await client.post("/creators/pawsome.mia", data=form)
    assert answer.headers["location"] == "/creators/pawsome.mia?saved=1#relation"
    assert office.commands == [
        UpdateRelation(handle="pawsome.mia", stage="agreed", add_tags=("复购",), remove_tags=("优先",), note="谈好了",
                       blocked=True)
    ]  # fmt: skip


async def test_a_file_is_previewed_then_run_with_its_mapping(office: FakeOffice, client: httpx.AsyncClient) -> None:
    file = {"file": ("达人\u202e.csv", b"handle\nmia\n", "text/csv")}
    page = await client.post("/imports", data={"kind": "creators"}, files=file)
    dropped = await client.post("/imports", data={"kind": "products"}, files=file, headers=HTMX)
    assert page.headers["location"] == "/imports/3"
    assert "到这里还没有改动任何数据" in dropped.text
    assert "忽略规则" in dropped.text
    assert office.uploads == [("达人.csv", "creators", 11), ("达人.csv", "products", 11)]
    mapped = {"map-0": "handle", "map-1": "", "map-2": "gmv_30d", "map-9": "email"}
    done = await client.post("/imports/3/run", data=mapped, headers=HTMX)
    assert office.commands == [RunImport(run=ImportRunId(3), mapping={"达人账号": "handle", "近30天GMV": "gmv_30d"})]
    assert "开始导入 56 行。" in done.text
    assert "<select" not in done.text
    assert 'hx-get="/imports/3/card" hx-trigger="every 2s"' in done.text
    later = (await client.get("/imports/3/card", headers=HTMX)).text
    assert "已完成" in later
    assert "every 2s" not in later


async def test_a_file_that_cannot_be_read_says_so(office: FakeOffice, client: httpx.AsyncClient) -> None:
    broken = {"file": ("a.csv", b"\x00\x01", "text/csv")}
    page = await client.post("/imports", data={"kind": "creators"}, files=broken)
    dropped = await client.post("/imports", data={"kind": "creators"}, files=broken, headers=HTMX)
    none = await client.post("/imports", data={"kind": "creators"}, headers=HTMX)
    assert [answer.status_code for answer in (page, dropped, none)] == [422, 422, 422]
    assert "这个文件读不了。" in page.text
    assert "这个文件读不了。" in dropped.text
    assert "请先选择文件。" in none.text


@pytest.mark.parametrize("path", ["/drafts/99999999999999999999", "/presentations/0/decide"])
async def test_ids_that_cannot_be_are_answered_clearly(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.post(path, data=EDIT | CARD | {"conversation": "99999999999999999999"}, headers=HTMX)
    assert answer.status_code in (404, 422)
    assert "Traceback" not in answer.text


WHOLE = {"batch": "L1", "verb": "approve_all", "approvable": "1 2 4"}


async def test_a_large_batch_is_signed_with_the_count_typed(office: FakeOffice, client: httpx.AsyncClient) -> None:
    page = (await client.get("/batches/L1")).text
    shown = office.presented
    assert 'name="count"' in page
    assert "全部批准（" not in page
    await client.post(f"/presentations/{shown}/delivered", headers=HTMX)
    await client.post(f"/presentations/{shown}/decide", data=WHOLE | {"count": "24"}, headers=HTMX)
    await client.post(f"/presentations/{shown}/decide", data=WHOLE, headers=HTMX)
    assert [(tap.approve, tap.count) for tap in office.taps] == [((1, 2, 4), 24), ((1, 2, 4), None)]
    wrong = await client.post(f"/presentations/{shown}/decide", data=WHOLE | {"count": "二十四"}, headers=HTMX)
    assert wrong.status_code == 422


async def test_every_piece_and_every_row_of_a_large_batch_is_on_its_page(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/batches/L1")).text
    for number in range(1, 25):
        assert f'data-draft="{number}"' in page
    assert page.count("I saw your page.") == 1
    assert "米娅 24" in page
    assert "<details" not in page.split('class="overview"')[1].split("</main>")[0]
    assert 'href="/batches/L1?first=21"' in page
    in_full = (await client.get("/batches/L1?first=1")).text
    assert "data-tick" in in_full
    assert 'name="count"' not in in_full
