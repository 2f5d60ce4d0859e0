"""The conversation: what is posted, how the answer streams, what happens when it breaks off."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from markupsafe import Markup

from connectors.webchat.settings import WebSettings
from connectors.webchat.stream import TurnView, sse
from memory.domain.chat import Inbound, Rename, Reply, TurnEvent, TurnEventKind
from memory.domain.chat_stores import Author
from memory.domain.errors import Unavailable
from memory.domain.ids import ConversationId, PresentationId, TurnId
from tests.connectors.webchat.conftest import HTMX
from tests.support import fake_office
from tests.support.fake_desk import FakeOffice

SAID = {"text": "找 20 个\r\n美国宠物达人 ", "nonce": "n-1"}


def script(office: FakeOffice) -> None:
    """A turn that searches and answers in two pieces."""
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}),
        (TurnEventKind.STEP, {"name": "search_creators", "label": "搜索达人"}),
        (TurnEventKind.STEP_DONE, {"name": "search_creators", "ok": True, "summary": "146 位"}),
        (TurnEventKind.TEXT, {"text": "第一段。\n\n第二"}),
        (TurnEventKind.TEXT, {"text": "段。"}),
        (TurnEventKind.ANSWER, {"reply": Reply(text="第一段。\n\n第二段。").model_dump(mode="json")}),
    )


def messages(stream: str) -> dict[int, str]:
    """Event id → data of a stream."""
    found = {}
    for block in stream.strip().split("\n\n"):
        lines = block.split("\n")
        if lines[0].startswith("id: "):
            found[int(lines[0][4:])] = "\n".join(line[6:] for line in lines[1:])
    return found


async def test_a_message_is_stored_and_its_answer_connects(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations/7/messages", data=SAID | {"quoted": "41"}, headers=HTMX)
    assert office.received == [
        Inbound(connector="webchat", outside_id="n-1", text="找 20 个\n美国宠物达人", conversation=ConversationId(7),
                quoted=PresentationId(41))
    ]  # fmt: skip
    assert 'hx-sse:connect="/turns/5/events?conversation=7"' in answer.text
    assert "找 20 个\n美国宠物达人" in answer.text
    fresh = re.search(r'id="nonce" name="nonce" value="([^"]+)"', answer.text)
    assert fresh
    assert fresh[1] != "n-1"


async def test_the_first_message_makes_the_conversation(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations", data=SAID, headers=HTMX)
    assert (answer.status_code, answer.headers["hx-redirect"]) == (204, "/conversations/7")
    assert office.received[0].chat == "web-n-1"
    assert office.received[0].conversation is None


async def test_a_decision_in_words_is_shown_at_once(client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations/7/messages", data={"text": "批准 1-2"}, headers=HTMX)
    assert "已批准 K7 的 1、2。" in answer.text
    assert "K7 的发送计划" in answer.text
    assert "hx-sse:connect" not in answer.text
    assert answer.headers["hx-trigger"] == "daren:moved"


@pytest.mark.parametrize("text", ["", "  \n "])
async def test_nothing_is_not_a_message(office: FakeOffice, client: httpx.AsyncClient, text: str) -> None:
    answer = await client.post("/conversations/7/messages", data={"text": text}, headers=HTMX)
    assert answer.status_code == 422
    assert "先写点什么再发送。" in answer.text
    assert office.received == []


async def test_a_message_over_the_limit_is_refused_in_place(client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations/7/messages", data={"text": "好" * 8001}, headers=HTMX)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert "一条消息最多 8000 字。" in answer.text
    assert "<html" not in answer.text


async def test_a_desk_that_is_away_says_when_to_try_again(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = Unavailable()
    answer = await client.post("/conversations/7/messages", data=SAID, headers=HTMX)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "什么都没有改变" in answer.text


async def test_an_answer_streams_with_its_steps_and_ends(office: FakeOffice, client: httpx.AsyncClient) -> None:
    script(office)
    answer = await client.get("/turns/5/events?conversation=7")
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.headers["cache-control"] == "no-store"
    sent = messages(answer.text)
    assert list(sent) == [1, 2, 3, 4, 5, 6]
    assert "搜索达人" in sent[2]
    assert "146 位" in sent[3]
    assert 'hx-target="#turn-5-done" hx-swap="beforeend"><p>第一段。</p>' in sent[4]
    assert "<p>第二</p>" in sent[4]
    assert "第一段" not in sent[5]
    assert "<p>第二段。</p>" in sent[5]
    assert 'hx-target="#turn-5" hx-swap="outerHTML"' in sent[6]
    assert "查看 1 个步骤" in sent[6]
    assert answer.text.endswith("event: done\ndata: done\n\n")


async def test_a_resumed_stream_sends_exactly_what_is_missing(office: FakeOffice, client: httpx.AsyncClient) -> None:
    script(office)
    whole = messages((await client.get("/turns/5/events?conversation=7")).text)
    for seen in range(7):
        rest = await client.get("/turns/5/events?conversation=7", headers={"Last-Event-ID": str(seen)})
        assert messages(rest.text) == {seq: data for seq, data in whole.items() if seq > seen}


async def test_another_attempt_drops_the_half_answer(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}),
        (TurnEventKind.TEXT, {"text": "半个\n\n回答"}),
        (TurnEventKind.STARTED, {"attempt": 2}),
        (TurnEventKind.TEXT, {"text": "重新"}),
        (TurnEventKind.FAILED, {"text": "没能回答，请再说一次。"}),
    )
    sent = messages((await client.get("/turns/5/events")).text)
    assert 'hx-target="#turn-5-done" hx-swap="innerHTML"> </hx-partial>' in sent[3]
    assert "刚才中断了，重新回答。" in sent[3]
    assert "中断" not in sent[1]
    assert "半个" not in sent[4]
    assert "回答</p>" not in sent[4]
    assert "没能回答，请再说一次。" in sent[5]
    assert 'role="alert"' in sent[5]


async def test_a_turn_out_of_sight_is_said_in_the_stream(client: httpx.AsyncClient) -> None:
    answer = await client.get("/turns/6/events")
    assert "没有找到，或者您看不到它。" in answer.text
    assert answer.text.endswith("data: done\n\n")


async def test_a_silent_turn_is_kept_open_by_comment_lines() -> None:
    gate = asyncio.Event()

    async def slow() -> AsyncIterator[TurnEvent]:
        await gate.wait()
        yield TurnEvent(turn=TurnId(5), seq=1, kind=TurnEventKind.FAILED, data={"text": "x"})

    view = TurnView(turn=TurnId(5), render=lambda name, **values: Markup(name))
    stream = sse(slow(), view, after=0, ping_seconds=0.001, told=str)
    assert await anext(stream) == ": still here\n\n"
    assert await anext(stream) == ": still here\n\n"
    gate.set()
    rest = [line async for line in stream if not line.startswith(":")]
    assert rest == ["id: 1\ndata: parts/turn_failed.html\n\n", "event: done\ndata: done\n\n"]


async def test_a_stream_cut_by_the_database_ends_unfinished_so_that_the_page_comes_back() -> None:
    async def cut() -> AsyncIterator[TurnEvent]:
        yield TurnEvent(turn=TurnId(5), seq=1, kind=TurnEventKind.STARTED, data={"attempt": 1})
        raise Unavailable("database_unavailable")

    view = TurnView(turn=TurnId(5), render=lambda name, **values: Markup(name))
    stream = sse(cut(), view, after=0, ping_seconds=5, told=str)
    assert [message async for message in stream] == ["id: 1\ndata: parts/turn_started.html\n\n"]


async def test_a_reader_who_leaves_stops_the_following() -> None:
    stopped = asyncio.Event()

    async def endless() -> AsyncIterator[TurnEvent]:
        try:
            await asyncio.Event().wait()
            yield TurnEvent(turn=TurnId(5), seq=1, kind=TurnEventKind.TEXT, data={})
        finally:
            stopped.set()

    view = TurnView(turn=TurnId(5), render=lambda name, **values: Markup(name))
    stream = sse(endless(), view, after=0, ping_seconds=0.001, told=str)
    await anext(stream)
    await stream.aclose()  # type: ignore[attr-defined]  # an async generator behind its Protocol
    async with asyncio.timeout(5):
        await stopped.wait()


async def test_a_page_opened_in_mid_answer_connects_to_it(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.running = TurnId(5)
    assert 'hx-sse:connect="/turns/5/events?conversation=7"' in (await client.get("/conversations/7")).text
    assert "hx-sse:connect" not in (await client.get("/conversations/6")).text


async def test_news_brings_only_notices_that_are_new(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.say(Author.NOTICE, Reply(text="旧的通知"))
    office.say(Author.MEMBER, Reply(text="我说的"))
    office.say(Author.NOTICE, Reply(text="新的通知", cards=(fake_office.replies(),)))
    answer = (await client.get("/conversations/7/news?after=1", headers=HTMX)).text
    assert "新的通知" in answer
    assert "旧的通知" not in answer
    assert "我说的" not in answer
    assert 'hx-get="/conversations/7/news?after=3"' in answer
    assert "data-counter='waiting'" in answer
    later = (await client.get("/conversations/7/news?after=3", headers=HTMX)).text
    assert "通知" not in later


async def test_a_conversation_of_somebody_else_is_not_found(client: httpx.AsyncClient) -> None:
    answer = await client.get("/conversations/99")
    assert answer.status_code == 404
    assert "<h1>没能完成</h1>" in answer.text


async def test_a_conversation_gets_a_title(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations/7/title", data={"title": "宠物"})
    assert answer.headers["location"] == "/conversations/7"
    assert office.commands == [Rename(conversation=ConversationId(7), title="宠物")]


async def test_home_opens_the_newest_conversation(client: httpx.AsyncClient) -> None:
    assert (await client.get("/")).headers["location"] == "/conversations/7"


async def test_the_settings_reach_the_page(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client(settings=WebSettings(news_seconds=30)) as browser:
        assert 'data-news-seconds="30"' in (await browser.get("/conversations/7")).text


async def test_an_answer_that_comes_while_the_page_is_put_together_is_on_it_once(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.running, office.ends_meanwhile = TurnId(5), Reply(text="都找到了。")
    page = (await client.get("/conversations/7")).text
    assert page.count("都找到了。") == 1
    assert "data-live-turn" not in page
