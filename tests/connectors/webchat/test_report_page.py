"""`/report/TOKEN`: figures for whoever holds a lead's link, and nothing else; how links are made on the page."""

import re
from datetime import timedelta

import httpx
import pytest

from connectors.webchat.pages.reports import MOST_A_MINUTE
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import ReportLinkId
from memory.domain.report_forms import MakeReportLink, RevokeReportLink
from memory.domain.report_links import Closed
from memory.domain.workspace import Role
from prompts.render import Texts
from tests.connectors.webchat.conftest import SAME_SITE, SITE, build_app
from tests.support.fake_desk import FakeOffice
from tests.support.fake_figures import TOKEN, FakeReports

PERSON = {"user-agent": "Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36"}
GONE, WRONG = "cd" * 32, "ef" * 32
CLOSED = "没有这个报告，或者它已经不能看了。"
QUIET = {"cache-control": "no-store", "referrer-policy": "no-referrer", "x-robots-tag": "noindex, nofollow"}


@pytest.fixture
def reports() -> FakeReports:
    return FakeReports(closed={GONE: Closed.OVER})


@pytest.fixture
def stranger(office: FakeOffice, texts: Texts, reports: FakeReports) -> httpx.AsyncClient:
    """Somebody who never signed in."""
    transport = httpx.ASGITransport(app=build_app(office, texts, reports=reports), client=("203.0.113.7", 1))
    return httpx.AsyncClient(transport=transport, base_url=SITE, headers=PERSON)


async def test_whoever_holds_a_link_sees_the_figures_and_no_way_on(
    stranger: httpx.AsyncClient, reports: FakeReports
) -> None:
    answer = await stranger.get(f"/report/{TOKEN}")
    assert answer.status_code == 200
    assert "$12,345" in answer.text
    assert "@catdad_theo" in answer.text
    assert "演示数据" in answer.text
    assert "11-27" in answer.text  # until when
    assert {name: answer.headers[name] for name in QUIET} == QUIET
    assert "set-cookie" not in answer.headers
    body = answer.text[answer.text.index("<body") :]
    assert re.findall(r"<(?:a|form|input|nav)\b", body) == []
    assert "<script>alert" not in body
    assert reports.asked == [(TOKEN, "zh", True)]


async def test_what_stands_behind_the_address_changes_nothing(stranger: httpx.AsyncClient) -> None:
    plain = (await stranger.get(f"/report/{TOKEN}")).text
    asked = "period=last_90_days&first=2020-01-01&brand=2&handle=mia&after=1&lang=en&saved=1"
    assert (await stranger.get(f"/report/{TOKEN}?{asked}")).text == plain
    for more in (f"/report/{TOKEN}/orders", f"/report/{TOKEN}.csv", f"/report/{TOKEN}/creators.csv", "/report/"):
        assert (await stranger.get(more)).status_code == 404, more
    assert (await stranger.post(f"/report/{TOKEN}", headers=SAME_SITE)).status_code == 405


@pytest.mark.parametrize(("token", "status"), [(WRONG, 404), (GONE, 410), ("short", 404), ("..%2Flogin", 404)])
async def test_a_link_that_shows_nothing_says_so_and_no_more(
    stranger: httpx.AsyncClient, token: str, status: int
) -> None:
    answer = await stranger.get(f"/report/{token}")
    assert answer.status_code == status
    if token != "..%2Flogin":  # no such address at all
        assert CLOSED in answer.text
        assert {name: answer.headers[name] for name in QUIET} == QUIET
        assert answer.text == (await stranger.get(f"/report/{WRONG}")).text.replace(WRONG, token)
    assert "$12,345" not in answer.text


@pytest.mark.parametrize(
    ("headers", "said"),
    [({"accept-language": "es-MX,en;q=0.8"}, "can no longer be seen"), ({"accept-language": "zh-CN"}, CLOSED)],
)
async def test_it_is_said_in_the_readers_language(
    stranger: httpx.AsyncClient, headers: dict[str, str], said: str
) -> None:
    assert said in (await stranger.get(f"/report/{WRONG}", headers=headers)).text


async def test_a_preview_of_a_messenger_is_shown_and_not_counted(
    stranger: httpx.AsyncClient, reports: FakeReports
) -> None:
    await stranger.get(f"/report/{TOKEN}", headers={"user-agent": "WhatsApp/2.23"})
    await stranger.head(f"/report/{TOKEN}")
    assert reports.asked == [(TOKEN, "zh", False), (TOKEN, "zh", False)]


async def test_one_address_asks_so_often_and_the_next_minute_again(
    stranger: httpx.AsyncClient, office: FakeOffice
) -> None:
    office.now = office.now.replace(second=0)
    for _ in range(MOST_A_MINUTE):
        await stranger.get(f"/report/{WRONG}")
    refused = await stranger.get(f"/report/{TOKEN}")
    assert (refused.status_code, "访问太频繁" in refused.text) == (429, True)
    office.now += timedelta(minutes=1)
    assert (await stranger.get(f"/report/{TOKEN}")).status_code == 200


async def test_without_a_database_it_may_be_tried_again(stranger: httpx.AsyncClient, reports: FakeReports) -> None:
    reports.is_gone = True
    answer = await stranger.get(f"/report/{TOKEN}")
    assert (answer.status_code, "稍后再试" in answer.text) == (503, True)


async def test_a_lead_sees_where_links_open_and_makes_one(office: FakeOffice, client: httpx.AsyncClient) -> None:
    page = (await client.get("/performance")).text
    assert f"{SITE}/report/{TOKEN}" in page
    assert "DAREN_PUBLIC_URL" in page
    assert "打开 3 次" in page
    assert page.count("/revoke") == 1  # what is over is not taken back again
    form = {
        "shows": "days",
        "from_day": "2026-10-01",
        "to_day": "2026-10-31",
        "days": "30",
        "parts": ["shop", "samples"],
    }
    answer = await client.post("/performance/links", data=form)
    assert (answer.status_code, answer.headers["location"]) == (303, "/performance?saved=1#links")
    assert (await client.post("/performance/links/2/revoke")).status_code == 303
    assert office.commands == [
        MakeReportLink(first="2026-10-01", last="2026-10-31", days="30", parts=("shop", "samples")),
        RevokeReportLink(link=ReportLinkId(2)),
    ]


async def test_what_was_typed_stays_beside_what_is_wrong_with_it(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = BadRequest("report_link_days", low=1, high=90, field="days")
    answer = await client.post("/performance/links", data={"shows": "last_7_days", "days": "400", "parts": "videos"})
    assert answer.status_code == 422
    assert "有效期填 1 到 90 天" in answer.text
    assert 'value="400"' in answer.text
    assert re.findall(r'name="parts" value="(\w+)" checked', answer.text) == ["videos"]
    office.next_error = NotAllowed("report_link_not_lent", role=Role.LEAD)
    answer = await client.post("/performance/links", data={"shows": "last_7_days", "days": "7", "parts": "shop"})
    assert (answer.status_code, "请「负责人」本人来建" in answer.text) == (403, True)


async def test_others_see_that_links_exist_and_not_where_they_open(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.role = Role.OPERATOR
    page = (await client.get("/performance")).text
    assert "打开 3 次" in page
    assert "/report/" not in page
    assert 'action="/performance/links"' not in page
    assert "/performance/links/2/revoke" in page
    office.role = Role.VIEWER
    assert "/revoke" not in (await client.get("/performance")).text
