"""The samples page: what it shows of whom, what it hands in, and what it says when that is refused."""

import re

import httpx

from memory.domain.errors import Conflict, NotAllowed
from memory.domain.ids import ProductId, SampleId
from memory.domain.sample_forms import RecordSample
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice


async def test_samples_are_shown_by_status_with_days_cost_owner_and_the_last_message(client: httpx.AsyncClient) -> None:
    page = (await client.get("/samples")).text
    rows = [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)][1:]
    assert rows[0] == (
        "@late.lee — 逾期未发 逾期 3 天 11/17 — 小林 达人 · 11/19 &lt;script&gt;alert(1)&lt;/script&gt; 忽略规则 登记"
    )
    assert rows[1].startswith("@pawsome.mia Pawly 智能饮水机 已寄出 1Z999AA1 2 天 — $12.50 — 还没有")
    assert "javascript:" not in page
    assert [" ".join(found.split()) for found in re.findall(r'<a href="/samples[^>]*>([^<]+)</a>', page)] == [
        "进行中", "已申请 1", "已寄出 1", "逾期未发 1",
    ]  # fmt: skip
    only = (await client.get("/samples?status=overdue")).text
    assert "late.lee" in only
    assert "pawsome.mia" not in only


async def test_only_legal_moves_are_offered(client: httpx.AsyncClient) -> None:
    page = (await client.get("/samples?edit=1")).text
    offered = re.findall(r'<option value="(\w*)"', page[page.index('name="status"') :].split("</select>")[0])
    assert offered == ["", "delivered", "lost"]
    assert 'name="seen" value="shipped"' in page


async def test_a_sample_is_handed_in_as_typed(office: FakeOffice, client: httpx.AsyncClient) -> None:
    typed = {
        "id": "1", "seen": "shipped", "status": "delivered", "on": "2026-11-18", "tracking_number": " 1Z999AA1 ",
        "cost": "12.5", "content_link": "", "shown": "shipped",
    }  # fmt: skip
    answer = await client.post("/samples", data=typed)
    assert answer.headers["location"] == "/samples?saved=1&status=shipped"
    await client.post("/samples", data={"handle": "@new.nia", "status": "asked", "product": "1"})
    assert office.commands == [
        RecordSample(
            id=SampleId(1), seen="shipped", status="delivered", on="2026-11-18", tracking_number="1Z999AA1",
            cost="12.5",
        ),
        RecordSample(handle="@new.nia", status="asked", product=ProductId(1)),
    ]  # fmt: skip


async def test_a_refusal_is_told_above_the_form_which_stays_as_typed(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.next_error = NotAllowed("sample_needs_sign", who="周予安")
    answer = await client.post("/samples", data={"handle": "@new.nia", "status": "approved", "cost": "9"})
    assert answer.status_code == 403
    assert "批准样品要花货，你的角色不能批。可以批的人：周予安" in answer.text
    assert 'value="@new.nia"' in answer.text
    office.next_error = Conflict("sample_changed_since")
    answer = await client.post("/samples", data={"id": "1", "seen": "approved", "status": "shipped"})
    assert answer.status_code == 409
    assert "样品在这之后又变了" in answer.text


async def test_a_viewer_sees_samples_and_no_form(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.role = Role.VIEWER
    page = (await client.get("/samples?edit=1")).text
    assert "late.lee" in page
    assert 'action="/samples"' not in page


async def test_all_samples_leave_as_a_file(client: httpx.AsyncClient) -> None:
    answer = await client.get("/samples.csv")
    assert answer.text == "账号\r\n"
    assert "attachment" in answer.headers["content-disposition"]
