"""What can be taken back, where it was done: undo, withdraw, stop and resume, for whom each is."""

import httpx
import pytest

from memory.domain.chat import Reply, ResumeBatch, StopBatch, Undo, WithdrawApprovals
from memory.domain.chat_stores import Author
from memory.domain.errors import Conflict
from memory.domain.workspace import Role
from tests.connectors.webchat.conftest import HTMX
from tests.support.fake_desk import OF_DRAFTS, FakeOffice

EDIT = {
    "batch": "K7", "seen_digest": "digest-1", "text": "Hi Mia!", "was_text": "Hi Mia!", "text_zh": "你好 Mia",
    "was_text_zh": "Mia 你好",
}  # fmt: skip
SAVED = {
    "/settings/policy": ({"commission_ceiling": "25%"}, "/settings?saved=1&change=71"),
    "/products": ({"name": "饮水机"}, "/products?saved=1&change=71"),
    "/creators/pawsome.mia": ({"stage": "agreed"}, "/creators/pawsome.mia?saved=1&change=71#relation"),
}


@pytest.mark.parametrize(("numbers", "taken"), [("2", (2,)), ("", ())])
async def test_approvals_are_withdrawn_one_by_one_or_all_at_once(
    office: FakeOffice, client: httpx.AsyncClient, numbers: str, taken: tuple[int, ...]
) -> None:
    office.statuses = {1: "approved", 2: "approved"}
    form = {"batch": "K7", "conversation": "7"} | ({"numbers": numbers} if numbers else {})
    answer = await client.post("/withdraw", data=form, headers=HTMX)
    assert office.commands == [WithdrawApprovals(batch="K7", numbers=taken)]
    assert answer.headers["hx-trigger"] == "daren:moved"
    assert ("已撤回 2，可以重新审批" if taken else "已撤回 1、2，可以重新审批") in answer.text
    assert ('name="numbers" value="1"' in answer.text) is bool(taken)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("code", ["K7", "L1"])
async def test_a_withdrawal_is_offered_for_what_is_approved_to_who_may_decide(
    office: FakeOffice, client: httpx.AsyncClient, role: Role, code: str
) -> None:
    office.role = role
    office.statuses = {1: "approved", 2: "held", 3: "sent", 4: "sending", 5: "rejected"}
    page = (await client.get(f"/batches/{code}")).text
    may = role.covers(Role.APPROVER)
    offered = [number for number in range(1, 6) if f'aria-label="撤回第 {number} 条的批准"' in page]
    assert offered == ([1, 2] if may else [])
    assert (f'aria-label="撤回批准：{code} 全部"' in page) is may


async def test_one_approval_alone_needs_no_button_for_the_whole_batch(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.statuses = {1: "approved"}
    page = (await client.get("/batches/K7")).text
    assert ("撤回第 1 条的批准" in page, "撤回批准：K7 全部" in page) == (True, False)


async def test_an_answer_that_changed_something_offers_to_take_that_back(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.say(Author.DAREN, Reply(text="已改 1 位。", undo=70))
    office.say(Author.DAREN, Reply(text="已改 3 位。", undo=71))
    page = (await client.get("/conversations/7")).text
    assert ('name="change" value="70"' in page, 'name="change" value="71"' in page) == (False, True)
    answer = await client.post("/undo", data={"change": "71", "on": "answer", "conversation": "7"}, headers=HTMX)
    assert office.commands == [Undo(change=71)]
    assert "已撤销：阶段改回原样。" in answer.text
    assert ('hx-target="#toasts"' in answer.text, "drafts" in answer.text) == (False, False)


async def test_texts_that_came_back_are_shown_where_they_stand(office: FakeOffice, client: httpx.AsyncClient) -> None:
    form = {"change": str(OF_DRAFTS), "on": "answer", "conversation": "7"}
    answer = await client.post("/undo", data=form, headers=HTMX)
    assert "hx-target=\".drafts[data-batch='K7']\"" in answer.text
    assert '"conversation": "7"' in answer.text


async def test_an_edit_is_undone_on_its_card(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.undo = 71
    edited = await client.post("/drafts/501", data=EDIT | {"conversation": "7"}, headers=HTMX)
    assert 'name="change" value="71"' in edited.text
    form = {"change": "71", "on": "card", "batch": "K7", "conversation": "7"}
    undone = await client.post("/undo", data=form, headers=HTMX)
    assert office.commands[1:] == [Undo(change=71)]
    assert ('<div class="prose"><p>已撤销' in undone.text, 'class="saved"' in undone.text) == (True, False)
    office.next_error = Conflict("conflict")
    refused = await client.post("/undo", data=form, headers=HTMX)
    assert (refused.status_code, 'role="alert"' in refused.text) == (200, True)


@pytest.mark.parametrize("path", list(SAVED))
async def test_a_saved_form_offers_to_take_its_own_change_back(
    office: FakeOffice, client: httpx.AsyncClient, path: str
) -> None:
    form, back = SAVED[path]
    office.undo = 71
    saved = await client.post(path, data=form)
    assert saved.headers["location"] == back
    page = (await client.get(back)).text
    assert 'name="change" value="71"' in page
    assert 'hx-trigger="daren:undone from:document" hx-select="#main"' in page
    undone = await client.post("/undo", data={"change": "71", "on": "page"}, headers=HTMX)
    assert undone.headers["hx-trigger"] == "daren:moved, daren:undone"
    assert 'hx-target="#toasts"' in undone.text
    assert 'name="change"' not in (await client.get(back.replace("change=71", "change=x"))).text


@pytest.mark.parametrize("role", list(Role))
async def test_a_stopped_card_says_so_and_who_resumes_it(
    office: FakeOffice, client: httpx.AsyncClient, role: Role
) -> None:
    office.role, office.stopped = role, True
    page = (await client.get("/batches/K7")).text
    may = role.covers(Role.APPROVER)
    assert ('aria-label="恢复 K7"' in page, "请找 林知夏、周予安 恢复" in page) == (may, not may)
    assert 'aria-label="停止 K7"' not in page


async def test_a_stop_on_a_card_brings_the_card_anew_and_one_in_a_table_its_row(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    card = await client.post("/stop", data={"batch": "K7", "card": "yes", "conversation": "7"}, headers=HTMX)
    assert ("hx-target=\".drafts[data-batch='K7']\"" in card.text, 'aria-label="恢复 K7"' in card.text) == (True, True)
    row = await client.post("/resume", data={"batch": "K7"}, headers=HTMX)
    assert ("hx-target=\"[data-stop-of='K7']\"" in row.text, 'aria-label="停止 K7"' in row.text) == (True, True)
    assert office.commands == [StopBatch(batch="K7"), ResumeBatch(batch="K7")]


async def test_a_stop_of_everything_reaches_every_card(office: FakeOffice, client: httpx.AsyncClient) -> None:
    await client.post("/stop", headers=HTMX)
    states = (await client.get("/batches/K7/states", headers=HTMX)).text
    assert "hx-target=\"[data-stop-of='K7']\"" in states
    assert 'aria-label="恢复 K7"' in states


async def test_an_edit_of_a_part_of_a_large_batch_stays_on_that_part(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    answer = await client.post("/drafts/501", data=EDIT | {"batch": "L1", "first": "1"}, headers=HTMX)
    assert ("data-tick" in answer.text, 'name="count"' in answer.text) == (True, False)
