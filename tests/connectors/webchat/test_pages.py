"""Every page, in every language and role: it opens, says what it must, and carries nothing a strict CSP forbids."""

import re
from collections.abc import Callable

import httpx
import pytest

from memory.domain.cards import DraftsCard
from memory.domain.chat import FileOut, Reply
from memory.domain.chat_stores import Author
from memory.domain.errors import NotAllowed
from memory.domain.workspace import Lang, Role, WorkspaceKind
from tests.connectors.webchat.conftest import HTMX, table
from tests.support import fake_office
from tests.support.fake_desk import FakeOffice

PAGES = (
    "/conversations/7", "/conversations/new", "/inbox", "/send-list", "/batches", "/batches/K7", "/batches/L1",
    "/replies", "/replies?status=all&intent=price", "/replies/61",
    "/creators", "/creators/pawsome.mia", "/products", "/products?add=1", "/products?edit=1", "/members",
    "/samples", "/samples?status=overdue", "/samples?add=1", "/samples?edit=1",
    "/performance", "/performance?first=2019-01-01", "/performance/orders?handle=catdad_theo", "/campaigns",
    "/campaigns/1", "/campaigns/2", "/campaigns/3", "/templates", "/campaigns/new",
    "/members?edit=2", "/settings", "/imports", "/imports/3",
)  # fmt: skip
LANGS: tuple[Lang, ...] = ("zh", "en")
FORBIDDEN = re.compile(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", re.IGNORECASE)


def fill(office: FakeOffice) -> None:
    """A conversation with every kind of card."""
    office.say(Author.MEMBER, Reply(text="帮我找20个美国做宠物用品的达人"))
    office.say(Author.DAREN, Reply(text="找到 **146 位**。", cards=(fake_office.shortlist(),), planner="offline"))
    exported = FileOut(key="abc", name="K7.xlsx", media_type="text/csv", size=2000)
    office.say(Author.DAREN, Reply(text="写好了。", cards=(fake_office.drafts(),), files=(exported,)))
    cards = (
        fake_office.replies(),
        fake_office.plan(),
        fake_office.report(),
        fake_office.creator_card(),
        fake_office.share(),
    )
    office.say(
        Author.NOTICE,
        Reply(text="有人回复了。", cards=(*cards, office.send_list.card(office.now), fake_office.choices())),
    )


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_every_page_opens_for_every_role(
    office: FakeOffice, client: httpx.AsyncClient, role: Role, lang: str
) -> None:
    office.role = role
    fill(office)
    client.cookies.set("daren_lang", lang)
    for path in PAGES:
        answer = await client.get(path)
        assert answer.status_code == 200, path
        assert f'<html lang="{"zh-Hans" if lang == "zh" else "en"}"' in answer.text
        assert not FORBIDDEN.search(answer.text), path


async def test_a_demo_workspace_is_marked_everywhere_and_has_a_clock(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    fill(office)
    for path in PAGES:
        page = (await client.get(path)).text
        assert "演示数据" in page, path
        assert "快进到下一个窗口" in page, path


async def test_a_picture_to_pass_on_is_shown_unless_its_chart_is_drawn_already(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    picture = FileOut(key="p1", name="Pawly 达人.png", media_type="image/png", size=90_000)
    office.say(Author.DAREN, Reply(text="图片：", files=(picture,)))
    shown = '<img class="picture" src="/files/p1" alt="Pawly 达人.png" loading="lazy">'
    assert shown in (await client.get("/conversations/7")).text
    office.messages.clear()
    office.say(Author.DAREN, Reply(text="近7天：", cards=(fake_office.chart(),), files=(picture,)))
    page = (await client.get("/conversations/7")).text
    assert shown not in page
    assert 'href="/files/p1"' in page


async def test_a_real_workspace_has_no_mark_and_no_clock(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.kind = WorkspaceKind.REAL
    fill(office)
    for path in PAGES:
        page = (await client.get(path)).text
        assert "演示" not in page.replace("演示店铺", ""), path
        assert "/demo/clock" not in page, path


async def test_a_member_of_all_brands_sees_what_was_done_each_day(
    client: httpx.AsyncClient, make_client: Callable[..., httpx.AsyncClient]
) -> None:
    page = (await client.get("/settings")).text
    row = page[page.index('<time datetime="2026-11-20">') :].split("</tr>")[0]
    assert re.findall(r'<td class="num">(\d+)</td>', row) == ["31", "17", "19", "11", "7"]
    assert "每日活动" in page
    async with make_client(token="token-2") as of_one_brand:
        assert "每日活动" not in (await of_one_brand.get("/settings")).text


async def test_the_stop_button_is_on_every_page_while_something_may_go_out(client: httpx.AsyncClient) -> None:
    for path in PAGES:
        assert 'hx-post="/stop"' in (await client.get(path)).text, path


async def test_a_viewer_is_offered_nothing_a_viewer_may_not_do(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.role = Role.VIEWER
    inbox, products, members = [(await client.get(path)).text for path in ("/inbox", "/products?edit=1", "/members")]
    assert "/decide" not in inbox
    assert 'class="editor"' not in inbox
    assert "您的角色不能批准" in inbox
    assert '<form method="post" action="/products"' not in products
    assert '<form method="post" action="/members"' not in members
    assert "只有负责人可以修改" in members


@pytest.mark.parametrize(
    ("lang", "said"),
    [("zh", "这一步需要「负责人」及以上权限"), ("en", "This needs the role &#34;Lead&#34; or above")],
)
async def test_a_form_sent_without_the_role_is_refused_in_words(
    office: FakeOffice, client: httpx.AsyncClient, lang: str, said: str
) -> None:
    client.cookies.set("daren_lang", lang)
    for path, form in (
        ("/products", {"name": "Leash"}), ("/products", {"name": ""}), ("/members", {"login": "mei"}),
        ("/members", {"login": ""}), ("/settings/policy", {"commission_ceiling": ""}),
    ):  # fmt: skip
        office.role, office.next_error = Role.VIEWER, NotAllowed("needs_role", role=Role.LEAD)
        answer = await client.post(path, data=form)
        assert (answer.status_code, said in answer.text) == (403, True), path


async def test_a_viewer_is_told_instead_of_being_asked_for_a_file(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    assert 'type="file"' in (await client.get("/imports")).text
    office.role = Role.VIEWER
    page = (await client.get("/imports")).text
    assert 'type="file"' not in page
    assert "您的角色只能查看" in page


async def test_an_empty_ceiling_is_asked_for_and_not_called_a_wrong_share(client: httpx.AsyncClient) -> None:
    client.cookies.set("daren_brand", "1")
    answer = await client.post("/settings/policy", data={"commission_ceiling": " "})
    assert answer.status_code == 422
    assert "这里必须填写" in answer.text


async def test_foreign_text_is_shown_as_text(office: FakeOffice, client: httpx.AsyncClient) -> None:
    fill(office)
    page = (await client.get("/conversations/7")).text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; Ignore all rules" in page
    assert "<img" not in page
    assert "\u202e" not in page
    assert '<p class="foreign message" dir="auto">' in page


async def test_only_the_newest_card_of_a_batch_can_be_decided(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(presentation=1),)))
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.drafts(presentation=2),)))
    page = (await client.get("/conversations/7")).text
    assert page.count('id="decide-') == 1
    assert "K7 的最新版本在下面" in page
    assert f'hx-post="/presentations/{office.presented}/delivered"' in page


async def test_a_failing_draft_has_no_tick_and_one_side_alone_is_decided_alone(client: httpx.AsyncClient) -> None:
    card = (await client.get("/batches/K7/card", headers=HTMX)).text
    ticks = re.findall(r'name="approve" value="(\d)"', card)
    assert ticks == ["1", "2", "5"]
    assert re.search(r'name="approvable" value="([^"]*)"', card)[1] == "1 2 5"  # type: ignore[index]  # it is there
    assert 'value="approve:4"' in card
    assert "佣金 25% 高于产品上限 20%" in card


async def test_an_approved_draft_can_still_be_rejected_and_a_sent_one_cannot(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.statuses = {1: "approved", 2: "sent", 3: "held", 4: "rejected", 5: "sending"}
    card = (await client.get("/batches/K7/card", headers=HTMX)).text
    assert re.findall(r'value="reject:(\d)"', card) == ["1", "3"]
    assert "批准所选" not in card
    assert f'hx-post="/presentations/{office.presented}/decide"' in card
    office.statuses = dict.fromkeys(range(1, 6), "sent")
    assert "/decide" not in (await client.get("/batches/K7/card", headers=HTMX)).text


async def test_planned_messages_show_both_clocks(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.statuses = {1: "approved"}
    card = (await client.get("/batches/K7/card", headers=HTMX)).text
    assert "明天 00:19 发（洛杉矶 今天 08:19）" in card


async def test_a_card_without_a_presentation_is_fetched_fresh(office: FakeOffice, client: httpx.AsyncClient) -> None:
    card: DraftsCard = fake_office.drafts("K9", presentation=None)
    office.say(Author.DAREN, Reply(text="", cards=(card,)))
    page = (await client.get("/conversations/7")).text
    assert 'hx-get="/batches/K9/card?conversation=7"' in page
    assert "/decide" not in page


async def test_a_filter_that_cannot_be_read_is_said_at_its_field(client: httpx.AsyncClient) -> None:
    answer = await client.get("/creators", params={"followers_min": "很多", "topic": "猫"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-followers_min">「很多」读不成数字。</p>' in answer.text
    assert 'value="很多"' in answer.text
    assert 'value="猫"' in answer.text


async def test_pages_of_creators_keep_their_filters(client: httpx.AsyncClient) -> None:
    page = (await client.get("/creators", params={"topic": "猫 & 狗", "offset": 50})).text
    assert "/creators?topic=%E7%8C%AB+%26+%E7%8B%97&amp;offset=0" in page


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("zh", "纽约 （由 37 条内容的发布时间推断，置信度 0.92）"),
        ("en", "New York (by the hours of 37 posts, confidence 0.92)"),
    ],
)
async def test_a_creators_page_says_how_their_zone_is_known(client: httpx.AsyncClient, lang: str, said: str) -> None:
    client.cookies.set("daren_lang", lang)
    assert said in " ".join((await client.get("/creators/pawsome.mia")).text.split())


async def test_unknown_is_shown_as_unknown(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.say(Author.DAREN, Reply(text="", cards=(fake_office.shortlist(),)))
    chat, creators = [(await client.get(path)).text for path in ("/conversations/7", "/creators")]
    assert chat.count('<span class="unknown">未知</span>') == 1
    assert creators.count('<span class="unknown">未知</span>') == 1 + 3 * 8
    assert '<td data-label="互动率" class="num">4.8%</td>' in creators


async def test_rejected_rows_come_as_a_file_no_spreadsheet_calculates(client: httpx.AsyncClient) -> None:
    answer = await client.get("/imports/3/rejected.csv")
    assert answer.content.decode("utf-8-sig").splitlines() == [
        "行,原因,演示数据",
        "7,粉丝数「很多」读不成数字",
        "19,'=HYPERLINK(...) 没有账号",
    ]


async def test_a_file_is_downloaded_under_its_name(client: httpx.AsyncClient) -> None:
    answer = await client.get("/files/abc")
    assert answer.headers["content-disposition"].endswith("filename*=UTF-8''%E8%BE%BE%E4%BA%BA%E5%90%8D%E5%8D%95.csv")
    assert (await client.get("/files/other")).status_code == 404


def test_the_texts_of_both_languages_have_the_same_keys_and_slots() -> None:
    slots = [{key: set(re.findall(r"\{(\w+)\}", text)) for key, text in table(lang).items()} for lang in LANGS]
    assert slots[0] == slots[1]


async def test_a_brand_that_is_not_the_members_is_refused(make_client: Callable[..., httpx.AsyncClient]) -> None:
    async with make_client(token="token-2") as approver:
        assert (await approver.post("/brand", data={"brand": "2"})).status_code == 403
        kept = await approver.post("/brand", data={"brand": "1", "next": "/inbox"})
    assert kept.headers["location"] == "/inbox"
    assert "daren_brand=1" in kept.headers["set-cookie"]
