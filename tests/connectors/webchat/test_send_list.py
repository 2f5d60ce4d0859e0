"""The page of the send list, over fakes; its keys and its clipboard are tried in a real browser."""

from html import unescape

import httpx
import pytest

from memory.domain.hand_forms import HandOut, MarkByHand
from memory.domain.ids import DraftId
from memory.domain.workspace import Role
from tests.connectors.webchat.conftest import HTMX
from tests.support.fake_desk import FakeOffice
from tests.support.fake_send_list import text_of


async def test_looking_shows_no_text_that_nobody_holds(office: FakeOffice, client: httpx.AsyncClient) -> None:
    page = (await client.get("/send-list")).text
    assert "可以发" in page
    assert "当地夜间" in page
    assert "Hi maker" not in page
    assert office.commands == []
    assert 'data-counter="to_send">3</span>' in page


async def test_copying_asks_the_desk_and_shows_the_text_to_the_letter(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    piece = (await client.post("/send-list/copy", data={"draft": "701"}, headers=HTMX)).text
    assert office.commands == [HandOut(draft=DraftId(701))]
    exact = unescape(piece.split('data-exact="')[1].split('"')[0])
    assert exact == text_of(1)
    assert 'data-hand="701" tabindex="-1" data-copied' in piece


async def test_who_comes_second_is_told_who_has_it(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.send_list.taken_meanwhile.add(1)
    answer = await client.post("/send-list/copy", data={"draft": "701"}, headers=HTMX)
    assert answer.status_code == 200
    assert "在 周予安 手里" in answer.text.split("</section>")[0]
    assert "data-copied" not in answer.text


async def test_a_mark_names_the_attempt_it_saw(office: FakeOffice, client: httpx.AsyncClient) -> None:
    await client.post("/send-list/copy", data={"draft": "701"}, headers=HTMX)
    marked = await client.post("/send-list/mark", data={"draft": "701", "said": "sent", "attempt": "1"}, headers=HTMX)
    assert office.commands[-1] == MarkByHand(draft=DraftId(701), said="sent", attempt=1)
    assert "K7 的 1：已记下" in marked.text
    assert office.send_list.places[1] == "done"
    stale = await client.post("/send-list/mark", data={"draft": "701", "said": "undone", "attempt": "0"}, headers=HTMX)
    assert "这一条刚刚变了" in stale.text


@pytest.mark.parametrize(
    "form",
    [
        {"draft": "701", "said": "approved", "attempt": "1"},
        {"draft": "701", "said": "sent", "attempt": "-1"},
        {"draft": "x", "said": "sent", "attempt": "1"},
    ],
)
async def test_what_no_button_posts_is_refused(client: httpx.AsyncClient, form: dict[str, str]) -> None:
    assert (await client.post("/send-list/mark", data=form, headers=HTMX)).status_code == 422


async def test_a_viewer_is_offered_nothing(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.role = Role.VIEWER
    page = (await client.get("/send-list")).text
    assert 'hx-post="/send-list/copy"' not in page
    assert 'value="skipped"' not in page
    assert "打开主页" in page
