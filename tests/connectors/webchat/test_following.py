"""`/r/CODE`: people are led on and counted, machines led on alone, and nobody learns anything of a tenant."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from fastapi import FastAPI

from connectors.webchat.following import MOST_A_MINUTE, follow_router
from memory.domain.clicks import Device, Visitor
from memory.domain.errors import Unavailable
from prompts.render import Texts

CODE, TARGET = "k7m2p9x", "https://shop.example/lamp?utm_content=k7m2p9x"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Mobile/15E148 Safari/604.1"
LOST = "没有这个链接，或者它已经失效。"


@dataclass
class FakeFollowed:
    """Satisfies `connectors.ports.links.Followed` with one link."""

    counted: list[Visitor] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    is_gone: bool = False
    now: datetime = datetime(2026, 11, 29, 12, 0, 30, tzinfo=UTC)

    async def follow(self, code: str, visitor: Visitor | None) -> str | None:
        """See `Followed.follow`."""
        self.asked.append(code)
        if self.is_gone:
            raise Unavailable("database_unavailable", reason="gone")
        if code != CODE:
            return None
        self.counted += [visitor] if visitor else []
        return TARGET


@pytest.fixture
def followed() -> FakeFollowed:
    return FakeFollowed()


@pytest.fixture
def stranger(followed: FakeFollowed, texts: Texts) -> httpx.AsyncClient:
    """Somebody's phone."""
    app = FastAPI()
    app.include_router(follow_router(followed, texts.say, now=lambda: followed.now))
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, client=("203.0.113.7", 1)),
        base_url="http://daren.test",
        headers={"user-agent": PHONE},
    )


async def test_a_person_is_led_on_and_counted(followed: FakeFollowed, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.get(f"/r/{CODE}")
    assert (answer.status_code, answer.headers["location"]) == (302, TARGET)
    assert (answer.headers["cache-control"], answer.headers["x-robots-tag"]) == ("no-store", "noindex, nofollow")
    assert "set-cookie" not in answer.headers
    assert followed.counted == [Visitor("203.0.113.7", PHONE)]
    assert followed.counted[0].device is Device.PHONE
    assert repr(followed.counted[0]) == "Visitor()"


@pytest.mark.parametrize(
    "headers",
    [
        {"user-agent": "Mozilla/5.0 (compatible; Googlebot/2.1)"},
        {"user-agent": "facebookexternalhit/1.1"},
        {"user-agent": "WhatsApp/2.23"},
        {"user-agent": "TelegramBot (like TwitterBot)"},
        {"user-agent": "python-requests/2.32"},
        {"user-agent": "curl/8.9"},
        {"user-agent": ""},
        {"purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"x-moz": "prefetch"},
        {"x-purpose": "preview"},
    ],
)
async def test_a_machine_is_led_on_and_not_counted(
    followed: FakeFollowed, stranger: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    answer = await stranger.get(f"/r/{CODE}", headers=headers)
    assert (answer.status_code, answer.headers["location"], followed.counted) == (302, TARGET, [])


async def test_a_look_at_the_head_alone_is_not_counted(followed: FakeFollowed, stranger: httpx.AsyncClient) -> None:
    answer = await stranger.head(f"/r/{CODE}")
    assert (answer.status_code, answer.headers["location"], followed.counted) == (302, TARGET, [])


@pytest.mark.parametrize(
    "agent",
    [
        PHONE,
        "Mozilla/5.0 (Linux; Android 15; CUBOT X90) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0 Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) musical_ly_36.0 BytedanceWebview/d8a21c6",
        "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 MicroMessenger/8.0.50",
    ],
)
async def test_browsers_and_apps_people_hold_are_counted(
    followed: FakeFollowed, stranger: httpx.AsyncClient, agent: str
) -> None:
    await stranger.get(f"/r/{CODE}", headers={"user-agent": agent})
    assert [visitor.agent for visitor in followed.counted] == [agent]


@pytest.mark.parametrize("code", ["zzzzzzz", "no", "K7M2P9X", "k7m2p9x0", "../login"])
async def test_a_code_that_leads_nowhere_says_so_and_no_more(stranger: httpx.AsyncClient, code: str) -> None:
    answer = await stranger.get(f"/r/{code.replace('/', '%2F')}")
    assert answer.status_code == 404
    if code != "../login":
        assert (answer.text, answer.headers["content-type"]) == (LOST, "text/plain; charset=utf-8")


async def test_what_cannot_be_a_code_is_looked_for_nowhere(followed: FakeFollowed, stranger: httpx.AsyncClient) -> None:
    await stranger.get("/r/K7M2P9X")
    await stranger.get("/r/k7m2p9x%00")
    assert followed.asked == []


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({}, LOST),
        ({"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}, LOST),
        ({"accept-language": "es-MX,es;q=0.9"}, "There is no such link, or it no longer works."),
        ({"accept-language": "es-MX", "cookie": "daren_lang=zh"}, LOST),
    ],
)
async def test_it_is_said_in_the_visitors_language(
    stranger: httpx.AsyncClient, headers: dict[str, str], said: str
) -> None:
    assert (await stranger.get("/r/zzzzzzz", headers=headers)).text == said


async def test_one_address_asks_so_often_and_the_next_minute_again(
    followed: FakeFollowed, stranger: httpx.AsyncClient
) -> None:
    for _ in range(MOST_A_MINUTE):
        await stranger.get("/r/zzzzzzz")
    refused = await stranger.get(f"/r/{CODE}")
    assert (refused.status_code, refused.text) == (429, "访问太频繁，请一分钟后再试。")
    followed.now += timedelta(seconds=30)
    assert (await stranger.get(f"/r/{CODE}")).status_code == 302


async def test_without_a_database_it_may_be_tried_again(followed: FakeFollowed, stranger: httpx.AsyncClient) -> None:
    followed.is_gone = True
    answer = await stranger.get(f"/r/{CODE}")
    assert (answer.status_code, answer.text) == (503, "暂时打不开，请稍后再试。")
