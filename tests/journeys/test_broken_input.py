"""Broken input at the web's door and the command line's, all the way down: a clear sentence each, nothing lost."""

import html
import io
import json
import re
import sys
import zipfile
from collections.abc import AsyncIterator

import httpx
import pytest

from agent.bootstrap import Installation, script_line, web
from agent.cli import talk
from agent.desk import LONGEST_MESSAGE
from memory.domain.chat_stores import Author
from memory.domain.errors import BadRequest
from memory.domain.ids import ConversationId
from memory.domain.workspace import Lang
from tests.support.product import PASSWORD, person

pytestmark = pytest.mark.journey

PAGE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
HTMX = PAGE | {"HX-Request": "true"}
FORM = HTMX | {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(params=["zh", "en"])
async def browser(demo: Installation, request: pytest.FixtureRequest) -> AsyncIterator[httpx.AsyncClient]:
    """The approver's browser, in either language; `headers["x-lang"]` says which."""
    transport = httpx.ASGITransport(app=web(demo), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://daren.test", headers=PAGE, timeout=60) as client:
        assert (await client.post("/login", data={"login": "approver", "password": PASSWORD})).status_code == 303
        await client.post("/lang", data={"lang": request.param})
        client.headers["x-lang"] = request.param
        yield client


def lang_of(browser: httpx.AsyncClient) -> Lang:
    return "en" if browser.headers["x-lang"] == "en" else "zh"


def said(answer: httpx.Response) -> str:
    """The words of a page or a piece of one."""
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.text)).split())


async def answered(demo: Installation, answer: httpx.Response) -> list[tuple[Author, str]]:
    """The lines of the conversation an answer leads to, once its turn has ended."""
    assert answer.status_code == 204, said(answer)
    conversation = ConversationId(int(answer.headers["hx-redirect"].rsplit("/", 1)[1]))
    who = await person(demo, login="approver")
    while await demo.queries.running_turn(who.scope, conversation) is not None:
        pass  # the worker is at it
    return [(line.author, line.reply.text) for line in await demo.queries.transcript(who.scope, conversation)]


async def test_odd_messages_are_answered_in_the_members_language(
    demo: Installation, browser: httpx.AsyncClient
) -> None:
    lost = {"zh": "没看懂", "en": "I could not read"}[lang_of(browser)]
    odd = {"zh": "没看懂", "en": "I did not understand that"}[lang_of(browser)]
    for text, expected in (("مرحبا، كيف حالك اليوم؟", lost), ("🐶🐱👍😂", odd)):
        (_, kept), (author, reply) = await answered(
            demo, await browser.post("/conversations", data={"text": text}, headers=HTMX)
        )
        assert (kept, author) == (text, Author.DAREN)
        assert expected in reply, text


async def test_what_no_database_keeps_is_left_out_and_the_rest_is_answered(
    demo: Installation, browser: httpx.AsyncClient
) -> None:
    for body in (b"text=a%00b&nonce=n%00one", b"text=a%ED%A0%BDb&nonce=two"):
        lines = await answered(demo, await browser.post("/conversations", content=body, headers=FORM))
        assert [author for author, _ in lines] == [Author.MEMBER, Author.DAREN]
        assert re.fullmatch(r"a[^\x00]*b", lines[0][1])


REFUSED_MESSAGES: tuple[tuple[str, int, dict[Lang, str]], ...] = (
    ("找" * (LONGEST_MESSAGE + 1), 422, {"zh": "请分几条发", "en": "Send it in parts"}),
    ("x" * 1_000_000, 413, {"zh": "消息最多 8,000 字", "en": "at most 8,000 characters"}),
    (" \r\n", 422, {"zh": "先写点什么", "en": "Write something first"}),
    ("\u200b\u200e", 422, {"zh": "先写点什么", "en": "Write something first"}),
)


async def test_a_message_that_is_refused_says_why_and_is_not_stored(
    demo: Installation, browser: httpx.AsyncClient
) -> None:
    for text, status, expected in REFUSED_MESSAGES:
        answer = await browser.post("/conversations", data={"text": text}, headers=HTMX)
        assert answer.status_code == status
        assert expected[lang_of(browser)] in said(answer)
    who = await person(demo, login="approver")
    assert await demo.queries.conversations(who.scope, connector="webchat") == []


def renamed_archive() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("creators.csv", "handle\nanna\n")
    return out.getvalue()


REFUSED_FILES: tuple[tuple[str, bytes, dict[Lang, str]], ...] = (
    ("empty.csv", b"", {"zh": "是空的", "en": "is empty"}),
    ("noise.csv", bytes(range(256)) * 40, {"zh": "读不出文字", "en": "No text can be read"}),
    ("renamed.xlsx", renamed_archive(), {"zh": "改了名的压缩包", "en": "another archive with a new name"}),
    ("paper.csv", b"%PDF-1.7\n%\xe2\xe3", {"zh": "是 PDF 文件，不是表格", "en": "is a PDF file, not a table"}),
    ("bare.csv", b"handle,followers\n", {"zh": "没有数据行", "en": "holds no rows"}),
)
TAKEN_FILES: tuple[tuple[str, bytes, int, int], ...] = (  # rows, good ones
    ("unclosed.csv", b'handle,name\nanna,"Anna\nbo,Bo\ncy,"Cy"\n', 3, 3),
    ("wide.csv", f"handle,{','.join(f'c{n}' for n in range(299))}\nanna{',1' * 299}\nbo\n".encode(), 2, 2),
    ("western.csv", "handle,name\nrené,x\nbo,Jos\xe9\n".encode("cp1252"), 2, 2),
    ("mostly broken.csv", b"handle,name\nanna,\xff\xfe\xff\nbo,Bo\n", 2, 2),
    ("nobody.csv", b"name,followers\nAnna,1000\n", 1, 0),
)


async def test_a_file_that_is_no_table_is_refused_with_what_to_do(browser: httpx.AsyncClient) -> None:
    for name, content, expected in REFUSED_FILES:
        for headers in (PAGE, HTMX):
            answer = await browser.post(
                "/imports", data={"kind": "creators"}, files={"file": (name, content)}, headers=headers
            )
            assert answer.status_code == 422, name
            assert expected[lang_of(browser)] in said(answer), name


async def test_a_table_with_faults_is_previewed_and_every_row_is_accounted_for(
    demo: Installation, browser: httpx.AsyncClient
) -> None:
    who = await person(demo, login="approver")
    for name, content, rows, good in TAKEN_FILES:
        answer = await browser.post("/imports", data={"kind": "creators"}, files={"file": (name, content)})
        assert answer.status_code == 303, said(answer)
        page = await browser.get(answer.headers["location"])
        assert page.status_code == 200
        run = int(answer.headers["location"].rsplit("/", 1)[1])
        view = await demo.queries.import_run(who.scope, run)  # type: ignore[arg-type]  # its id
        assert (view.rows, view.good, len(view.problems) >= rows - good) == (rows, good, True), name


NO_PAGES = (
    "/conversations/99999999999999999999", "/batches/%00", "/creators/%00", "/creators?topic=%00", "/files/a%00",
    "/batches?offset=99999999999999999999", "/members?edit=99999999999999999999", "/imports/0",
)  # fmt: skip


async def test_an_address_no_row_can_have_and_bounds_the_wrong_way_round(browser: httpx.AsyncClient) -> None:
    for path in NO_PAGES:
        answer = await browser.get(path)
        assert answer.status_code in (404, 422), path
        assert {"zh": "没有这个页面", "en": "There is no such page"}[lang_of(browser)] in said(answer)
    answer = await browser.get("/creators?followers_min=10万&followers_max=1万")
    assert answer.status_code == 422
    assert {"zh": "最小值比最大值还大", "en": "The least is more than the most"}[lang_of(browser)] in said(answer)


async def test_lines_of_a_script_fail_one_by_one(
    demo: Installation, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        b'{"text": "' + b"x" * 1_000_000 + b'"}',
        b'{"text": "\xff\xfe"}',
        b"not json",
        json.dumps({"text": "🐶🐱"}).encode(),
        json.dumps({"text": "有谁回我们了"}).encode(),
    ]
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"\n".join(lines))))
    who = await person(demo, login="approver")
    await talk.answer_lines(demo, who.scope)
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines() if line.startswith("{")]
    assert [answer.get("error", {}).get("key") for answer in answers] == [
        "message_too_long", None, "line_unreadable", None, None,
    ]  # fmt: skip
    assert str(LONGEST_MESSAGE) in answers[0]["error"]["text"]
    assert all(answer["demo"] is True for answer in answers)


def test_half_a_surrogate_pair_in_a_script_is_no_crash() -> None:
    with pytest.raises(BadRequest):
        script_line('{"text": "\\ud83d"}')
