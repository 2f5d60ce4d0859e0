"""The web chat over fakes: an application, a client or a Chromium that is signed in, texts with the desk's errors."""

import tomllib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from connectors.ports.reports import SharedReports
from connectors.ports.shops import ShopDoor
from connectors.server import create_app
from connectors.webchat.following import follow_router
from connectors.webchat.settings import WebSettings
from memory.domain.clicks import Visitor
from prompts.render import Lang, Texts
from tests.connectors.webchat.chromium import Site, chromium, served
from tests.support.fake_accounts import FakeAccounts
from tests.support.fake_channels import FakeLooks
from tests.support.fake_desk import FakeDesk, FakeOffice, FakeQueries
from tests.support.fake_figures import FakeReports

SITE = "http://daren.test"
MESSAGES = Path(__file__).parents[3] / "prompts" / "messages.d"
AREAS = (
    "webchat", "binding", "by_hand", "by_hand_page", "channels", "wecom_app", "rations", "policy", "pushes", "samples",
    "tiktok_shop", "campaigns", "erasing", "replies", "sales", "figures_page", "templates", "collaborations",
    "tracking", "report_links", "shop_cards", "profile",
)  # fmt: skip
ERRORS: dict[Lang, dict[str, str]] = {
    "zh": {
        "wrong_login": "登录名或密码不对。",
        "too_many_tries": "试了太多次，请 {minutes} 分钟后再试。",
        "unreadable_number": "「{text}」读不成数字。",
        "money_unreadable": "「{text}」读不成数字。",
        "message_too_long": "一条消息最多 {most} 字。",
        "unreadable_file": "这个文件读不了。",
        "needs_role": "这一步需要「{role}」及以上权限。",
    },
    "en": {
        "wrong_login": "Login or password is wrong.",
        "too_many_tries": "Too many tries; wait {minutes} minutes.",
        "unreadable_number": "“{text}” is not a number.",
        "money_unreadable": "“{text}” is not a number.",
        "message_too_long": "A message takes at most {most} characters.",
        "unreadable_file": "This file cannot be read.",
        "needs_role": 'This needs the role "{role}" or above.',
    },
}
SAME_SITE = {"Sec-Fetch-Site": "same-origin", "Accept": "text/html"}
HTMX = SAME_SITE | {"HX-Request": "true"}


def table(lang: Lang) -> dict[str, str]:
    """The texts of one language."""
    read = {name: tomllib.loads((MESSAGES / f"{name}.{lang}.toml").read_text("utf-8")) for name in AREAS}
    return {key: text for area in read.values() for key, text in area.items()} | ERRORS[lang]


@pytest.fixture(scope="session")
def texts() -> Texts:
    """The web chat's texts and the desk's errors."""
    return Texts({"zh": table("zh"), "en": table("en")})


class NoLinks:
    """Satisfies `connectors.ports.links.Followed`: every code leads nowhere."""

    async def follow(self, code: str, visitor: Visitor | None) -> str | None:
        """See `Followed.follow`."""
        del code, visitor
        return None


def build_app(
    office: FakeOffice,
    texts: Texts,
    settings: WebSettings | None = None,
    *,
    shops: ShopDoor | None = None,
    reports: SharedReports | None = None,
) -> FastAPI:
    """The application over one office; `shops`: where an app of a platform with shops is set up; `reports`: links."""
    return create_app(
        desk=FakeDesk(office),
        queries=FakeQueries(office),
        accounts=FakeAccounts(office),
        channels=FakeLooks(office),
        say=texts.say,
        metrics=lambda: b"daren_turns_total 3\n",
        now=lambda: office.now,
        settings=settings,
        shops=shops,
        reports=reports or FakeReports(),
        called=[follow_router(NoLinks(), texts.say, now=lambda: office.now)],
    )


@pytest.fixture
def office() -> FakeOffice:
    """A demo office with a lead."""
    return FakeOffice()


@pytest.fixture
def make_client(office: FakeOffice, texts: Texts) -> Callable[..., httpx.AsyncClient]:
    """A client of the office's application; signed in as member 1 unless told otherwise."""

    def make(*, token: str | None = "token-1", settings: WebSettings | None = None) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(app=build_app(office, texts, settings), raise_app_exceptions=False)
        cookies = {"daren_session": token} if token else {}
        return httpx.AsyncClient(transport=transport, base_url=SITE, cookies=cookies, headers=SAME_SITE)

    return make


@pytest.fixture
async def client(make_client: Callable[..., httpx.AsyncClient]) -> AsyncIterator[httpx.AsyncClient]:
    """A signed-in browser."""
    async with make_client() as made:
        yield made


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the module."""
    with chromium() as made:
        yield made


@pytest.fixture
def site(office: FakeOffice, texts: Texts, browser: Browser) -> Iterator[Site]:
    """The office, served; afterwards no page may have reported an error or a blocked script."""
    with served(build_app(office, texts)) as address:
        made = Site(address, browser)
        yield made
        for context in browser.contexts:
            context.close()
    assert made.trouble == []
