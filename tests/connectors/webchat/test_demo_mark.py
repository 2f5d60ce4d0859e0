"""「演示数据」 is on everything a demo workspace shows: every route is walked, and a new one has to be listed here."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import get_args

import httpx
import pytest
from fastapi.routing import APIRoute

from connectors.terminal.contract import failure_json
from memory.domain.cards import Card
from memory.domain.chat import Reply, TurnEventKind
from memory.domain.chat_stores import Author
from memory.domain.errors import AppError, Conflict, Misconfigured, NotAllowed, Unavailable
from memory.domain.workspace import WorkspaceKind
from prompts.render import Texts
from tests.connectors.webchat.conftest import HTMX, SAME_SITE, build_app
from tests.connectors.webchat.test_pages import fill
from tests.support import fake_office
from tests.support.fake_desk import FakeOffice

MARK = "演示数据"
# Each route with an address to ask it at.
PAGES = {
    "/setup": "/setup",
    "/login": "/login",
    "/conversations/new": "/conversations/new",
    "/conversations/{conversation}": "/conversations/7",
    "/inbox": "/inbox",
    "/send-list": "/send-list",
    "/batches": "/batches",
    "/batches/{code}": "/batches/K7",
    "/replies": "/replies",
    "/replies/{message}": "/replies/61",
    "/creators": "/creators",
    "/creators/{handle}": "/creators/pawsome.mia",
    "/samples": "/samples",
    "/performance": "/performance",
    "/performance/orders": "/performance/orders",
    "/campaigns": "/campaigns",
    "/campaigns/new": "/campaigns/new",
    "/campaigns/{campaign}": "/campaigns/1",
    "/products": "/products",
    "/templates": "/templates",
    "/members": "/members",
    "/channels": "/channels",
    "/settings": "/settings",
    "/imports": "/imports",
    "/imports/{run}": "/imports/3",
}
PIECES = {
    "/batches/{code}/card": "/batches/K7/card",
    "/conversations/{conversation}/news": "/conversations/7/news",
    "/imports/{run}/card": "/imports/3/card",
    "/turns/{turn}/events": "/turns/5/events",
}
FILES = {"/imports/{run}/rejected.csv": "/imports/3/rejected.csv"}
# They show nothing of a shop: a redirect, states that go into marked cards, a file its maker marked, what runs.
SHOW_NOTHING = {
    "/": "leads on",
    "/batches/{code}/states": "goes into a card that is marked",
    "/files/{key}": "marked by the tool that wrote it: tests/tools/shortlists",
    "/performance/{part}.{extension}": "marked by the query that wrote it: tests/agent/figures",
    "/report/{token}": "marked where there is one: test_report_page",
    "/r/{code}": "leads strangers on, or tells them nothing: test_following",
    "/samples.csv": "marked by the query that wrote it: tests/agent/samples/test_importing.py",
    "/healthz": "for machines",
    "/readyz": "for machines",
    "/metrics": "for machines",
}
POSTS: dict[str, tuple[str, dict[str, str]]] = {
    "/presentations/{presentation}/decide": ("/presentations/41/decide", {"batch": "K7", "verb": "approve:1"}),
    "/withdraw": ("/withdraw", {"batch": "K7", "numbers": "1"}),
    "/undo": ("/undo", {"batch": "K7", "on": "card", "change": "71"}),
    "/stop": ("/stop", {"batch": "K7", "card": "yes"}),
    "/resume": ("/resume", {"batch": "K7", "card": "yes"}),
    "/drafts/{draft}": ("/drafts/501", {"batch": "K7", "text": "Hi", "text_zh": "你好"}),
    "/imports/{run}/run": ("/imports/3/run", {}),
    "/send-list/copy": ("/send-list/copy", {"draft": "701"}),
    "/send-list/mark": ("/send-list/mark", {"draft": "705", "said": "sent", "attempt": "0"}),
    "/login": ("/login", {"login": "nobody", "password": "x"}),
    "/setup": ("/setup", {}),
    "/products": ("/products", {"name": ""}),
    "/members": ("/members", {"login": ""}),
    "/members/codes": ("/members/codes", {"for_member": "", "for_brand": "1"}),
    "/channels/check": ("/channels/check", {"channel": "1"}),
    "/channels/test": ("/channels/test", {"channel": "1"}),
    "/imports": ("/imports", {"kind": "creators"}),
    "/campaigns/{campaign}": ("/campaigns/1", {"do": ""}),
    "/templates/{template}": ("/templates/1", {"do": ""}),
    "/campaigns/new": ("/campaigns/new", {"name": "x"}),
}  # fmt: skip
# A note or nothing, on a page that is marked already.
POSTS_SHOW_NOTHING = frozenset(
    {
        "/logout", "/lang", "/brand", "/conversations", "/conversations/{conversation}/messages",
        "/conversations/{conversation}/title", "/presentations/{presentation}/delivered", "/demo/clock",
        "/settings/policy", "/creators/{handle}", "/creators/{handle}/pass", "/members/deputies",
        "/creators/{handle}/rate",
        "/members/deputies/revoke", "/members/claims", "/members/identities/revoke", "/members/chats/end", "/channels",
        "/samples", "/campaigns/usual", "/creators/{handle}/erase", "/replies/{message}", "/replies/{message}/stage",
        "/performance/links", "/performance/links/{link}/revoke",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Route:
    """One way in."""

    method: str
    path: str


@pytest.fixture
def routes(office: FakeOffice, texts: Texts) -> set[Route]:
    """Every route of the application, the mount of static files left out."""
    found = {(method, each.path) for each in walked(build_app(office, texts).routes) for method in each.methods or ()}
    return {Route(*each) for each in found if each[0] in ("GET", "POST")}


def walked(routes: Iterable[object]) -> Iterator[APIRoute]:
    """Routes and those of the routers within."""
    for each in routes:
        if isinstance(each, APIRoute):
            yield each
        else:
            yield from walked(getattr(getattr(each, "original_router", None), "routes", ()))


@pytest.fixture
def busy(office: FakeOffice) -> FakeOffice:
    """An office with every kind of card in its conversation, and a turn that answers with each."""
    fill(office)
    shown = (
        fake_office.shortlist(),
        fake_office.report(),
        fake_office.plan(),
        fake_office.replies(),
        fake_office.share(),
    )
    more = (office.send_list.card(office.now), fake_office.creator_card(), fake_office.choices(), fake_office.drafts())
    reply = Reply(text="好了。", cards=(*shown, *more))
    office.tell(
        (TurnEventKind.STARTED, {"attempt": 1}), (TurnEventKind.ANSWER, {"reply": reply.model_dump(mode="json")})
    )
    return office


def test_every_route_is_listed(routes: set[Route]) -> None:
    asked = {Route("GET", path) for path in (*PAGES, *PIECES, *FILES, *SHOW_NOTHING)}
    posted = {Route("POST", path) for path in (*POSTS, *POSTS_SHOW_NOTHING)}
    assert routes == asked | posted


def cards_of(html: str) -> Iterator[str]:
    """The cards of a page, each up to the next one."""
    starts = [found.start() for found in re.finditer(r'<div role="group" class="card ', html)]
    for start, end in pairwise([*starts, len(html)]):
        yield html[start:end]


def bar_of(html: str) -> str:
    """What a page shows whatever is in it: the header of a framed page, the top of a bare one."""
    found = re.search(r'<header class="(?:bar|bare-top)">.*?</header>', html, re.DOTALL)
    assert found is not None, html[:200]
    return found[0]


async def test_every_page_is_marked_and_every_card_in_it(busy: FakeOffice, client: httpx.AsyncClient) -> None:
    del busy
    cards = 0
    for path in PAGES.values():
        answer = await client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        assert MARK in bar_of(answer.text), path
        for card in cards_of(answer.text):
            assert MARK in card, (path, card[:200])
            cards += 1
    assert cards >= len(get_args(get_args(Card)[0]))


async def test_every_piece_and_every_file_is_marked(busy: FakeOffice, client: httpx.AsyncClient) -> None:
    busy.say(Author.NOTICE, Reply(text="@pawsome.mia 回复了。", cards=(fake_office.replies(),)))
    for path in PIECES.values():
        html = (await client.get(path, headers=HTMX)).text
        cards = list(cards_of(html))
        assert cards, path
        assert all(MARK in card for card in cards), path
    for path in FILES.values():
        answer = await client.get(path)
        assert MARK in answer.text
        assert 'filename="demo-' in answer.headers["content-disposition"]


@pytest.mark.parametrize("path", POSTS)
async def test_what_a_form_answers_is_marked(busy: FakeOffice, client: httpx.AsyncClient, path: str) -> None:
    busy.delivered.append(41)
    concrete, form = POSTS[path]
    is_piece = path.startswith(("/presentations", "/drafts", "/imports/", "/send-list")) or "batch" in form
    answer = await client.post(concrete, data=form, headers=HTMX if is_piece else SAME_SITE)
    assert MARK in (answer.text if is_piece else bar_of(answer.text))


@pytest.mark.parametrize(
    "error", [NotAllowed(), Conflict(), Unavailable(), Misconfigured("no_such_text"), ZeroDivisionError()], ids=repr
)
async def test_a_page_that_tells_of_a_failure_is_marked(
    office: FakeOffice, client: httpx.AsyncClient, error: AppError
) -> None:
    office.next_error = error
    answer = await client.post("/stop", data={})
    assert answer.status_code >= 400
    assert MARK in bar_of(answer.text)


@pytest.mark.parametrize("token", ["token-1", None])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nope"),
        ("GET", "/batches/K99"),
        ("GET", "/conversations/abc"),
        ("PUT", "/inbox"),
        ("GET", "/static/no"),
    ],
)
async def test_what_is_not_there_is_marked(
    make_client: Callable[..., httpx.AsyncClient], method: str, path: str, token: str | None
) -> None:
    async with make_client(token=token) as browser:
        answer = await browser.request(method, path, follow_redirects=True)
    assert MARK in bar_of(answer.text)


async def test_a_body_that_is_too_large_is_refused_on_a_marked_page(client: httpx.AsyncClient) -> None:
    answer = await client.post("/conversations/7/messages", data={"text": "x" * 2_000_000})
    assert answer.status_code == 413
    assert MARK in bar_of(answer.text)


async def test_the_mark_is_remembered_when_the_database_goes_away(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    assert MARK in (await client.get("/nope")).text
    office.next_error = Unavailable("database_unavailable", reason="gone")
    office.is_empty = True  # nobody could say any more what this is
    answer = await client.post("/stop", data={})
    assert (answer.status_code, MARK in bar_of(answer.text)) == (503, True)


async def test_a_real_workspace_and_one_nobody_made_yet_carry_no_mark(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.is_empty = True
    assert MARK not in (await client.get("/nope")).text
    assert MARK not in (await client.get("/setup")).text
    office.is_empty, office.kind = False, WorkspaceKind.REAL
    for path in ("/nope", "/login", "/batches/K99"):
        assert MARK not in (await client.get(path)).text, path


def test_a_line_of_a_script_that_failed_is_marked_too() -> None:
    told = failure_json(Conflict("conflict"), "…", demo=True)
    assert told["demo"] is True
    assert "demo" not in failure_json(Conflict("conflict"), "…", demo=False)
