"""The process: probes, headers, limits, static files, pages for what goes wrong."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from connectors.server import CONTENT_SECURITY_POLICY
from connectors.webchat import assets
from connectors.webchat.channel import open_surface
from connectors.webchat.settings import WebSettings
from memory.domain.errors import Misconfigured
from prompts.render import Texts
from tests.connectors.webchat.conftest import HTMX
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_channels import FakeLooks
from tests.support.fake_desk import FakeDesk, FakeOffice, FakeQueries


async def test_probes_say_whether_it_lives_and_whether_it_is_ready(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    assert (await client.get("/healthz")).json() == {"status": "ok"}
    assert (await client.get("/readyz")).json() == {"status": "ok", "parts": {"database": "ok", "index": "ok"}}
    office.parts["index"] = "the keeper does not answer"
    unready = await client.get("/readyz")
    assert (unready.status_code, unready.json()["status"]) == (503, "unready")
    assert (await client.get("/metrics")).text == "daren_turns_total 3\n"


@pytest.mark.parametrize("path", ["/login", "/nope", "/static/app.css", "/healthz", "/turns/5/events"])
async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient, path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["x-frame-options"] == "DENY"


async def test_pages_are_not_kept_and_versioned_files_are(client: httpx.AsyncClient) -> None:
    assert (await client.get("/login")).headers["cache-control"] == "private, no-store"
    assert (await client.get("/static/app.css")).headers["cache-control"] == "no-cache"
    assert "immutable" in (await client.get("/static/app.css?v=abc")).headers["cache-control"]


async def test_what_is_not_there_is_said_in_the_way_it_was_asked(client: httpx.AsyncClient) -> None:
    page = await client.get("/nope")
    piece = await client.get("/nope", headers=HTMX)
    program = await client.get("/nope", headers={"Accept": "application/json"})
    assert [answer.status_code for answer in (page, piece, program)] == [404, 404, 404]
    assert "<html" in page.text
    assert "没有这个页面" in page.text
    assert "<html" not in piece.text
    assert 'role="alert"' in piece.text
    assert program.json() == {"error": "没有这个页面，或者您看不到它。"}


async def test_an_address_that_makes_no_sense_is_not_found(client: httpx.AsyncClient) -> None:
    assert (await client.get("/conversations/abc")).status_code in (404, 422)
    assert (await client.get("/turns/5/events", headers={"Last-Event-ID": "x"})).status_code == 200


@pytest.mark.parametrize("declared", [True, False])
async def test_a_message_of_two_megabytes_is_refused_with_a_clear_answer(
    office: FakeOffice, client: httpx.AsyncClient, declared: bool
) -> None:
    body = b"text=" + b"x" * 2_000_000

    async def chunks() -> object:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    headers = HTMX | {"Content-Type": "application/x-www-form-urlencoded"}
    content = body if declared else chunks()
    answer = await client.post("/conversations/7/messages", content=content, headers=headers)  # type: ignore[arg-type]  # bytes or a stream
    assert answer.status_code == 413
    assert "消息最多 8,000 字" in answer.text
    assert office.received == []


async def test_a_file_over_its_own_limit_is_refused(
    office: FakeOffice, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    async with make_client(settings=WebSettings(upload_bytes=200_000)) as browser:
        file = {"file": ("a.csv", b"x" * 300_000, "text/csv")}
        answer = await browser.post("/imports", data={"kind": "creators"}, files=file)
    assert answer.status_code == 413
    assert office.uploads == []


async def test_a_bug_is_answered_without_its_insides(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = ZeroDivisionError("secret detail")  # type: ignore[assignment]  # no deliberate failure
    answer = await client.post("/conversations/7/messages", data={"text": "x"}, headers=HTMX)
    assert answer.status_code == 500
    assert "我们这边出错了" in answer.text
    assert "secret" not in answer.text
    assert "Zero" not in answer.text


async def test_an_error_without_a_text_of_its_own_is_told_by_its_kind(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.next_error = Misconfigured("no_such_text")
    answer = await client.post("/demo/clock", headers=HTMX)
    assert answer.status_code == 503
    assert "设置有问题" in answer.text


async def test_the_files_a_page_names_are_there(client: httpx.AsyncClient) -> None:
    page = (await client.get("/login")).text
    named = [part.split('"')[0] for part in page.split('src="')[1:] + page.split('href="')[1:]]
    statics = [path for path in named if path.startswith("/static/")]
    assert len(statics) == 7
    for path in statics:
        assert (await client.get(path)).status_code == 200, path
    assert (await client.get("/static/../settings.py")).status_code == 404


def test_missing_libraries_stop_the_start_with_the_command_that_mends_it(
    tmp_path: Path, office: FakeOffice, texts: Texts
) -> None:
    with pytest.raises(Misconfigured) as raised:
        open_surface(
            desk=FakeDesk(office), queries=FakeQueries(office), accounts=FakeAccounts(office),
            channels=FakeLooks(office), say=texts.say,
            now=lambda: office.now, settings=WebSettings(), vendor=tmp_path,
        )  # fmt: skip
    assert "make install" in texts.say(raised.value.text_key, "en", **raised.value.facts)


def test_the_copy_brings_every_library(tmp_path: Path) -> None:
    assets.copy(tmp_path / "vendor")
    assert assets.missing(tmp_path / "vendor") == []
