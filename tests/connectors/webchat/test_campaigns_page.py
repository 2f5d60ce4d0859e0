"""The campaigns pages: how far each is, what they hand in, and what they say when that is refused."""

import re

import httpx
import pytest

from memory.domain.campaign_forms import (
    CancelCampaign,
    CopyCampaign,
    MakeCampaign,
    PauseCampaign,
    ResumeCampaign,
    RetryCampaign,
    SavePreset,
)
from memory.domain.chat import Command
from memory.domain.errors import BadRequest, Conflict
from memory.domain.ids import BrandId, CampaignId
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice

ONE = CampaignId(1)


def rows(page: str) -> list[str]:
    return [" ".join(re.sub(r"<[^>]+>", " ", row).split()) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)][1:]


async def test_the_list_says_how_far_each_is(client: httpx.AsyncClient) -> None:
    page = (await client.get("/campaigns")).text
    assert rows(page) == [
        "&lt;script&gt;alert(1)&lt;/script&gt;黑五 大促 已暂停 12 11 3 6 2",
        "返校季 大促 还没有达人 0 0 0 0 0",
        "清仓 大促 已取消 12 11 3 6 2",
    ]
    assert 'href="/campaigns/1"' in page


async def test_one_is_shown_round_by_round_with_its_batches(client: httpx.AsyncClient) -> None:
    page = (await client.get("/campaigns/1")).text
    assert rows(page)[:2] == ["第 1 轮 12 2 3 6 2 已被拒 1 K7", "第 2 轮 12 9 0 0 0 已暂停 3 K8"]
    assert 'href="/batches/K8"' in page
    assert "2026-11-20 起，大促日 2026-11-27" in page
    assert "<b>饮水机" not in page
    assert "还没有达人" in (await client.get("/campaigns/2")).text
    assert (await client.get("/campaigns/9")).status_code == 404


async def test_what_failed_is_grouped_by_its_reason_and_what_is_unclear_is_never_offered_again(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.role = Role.APPROVER
    page = (await client.get("/campaigns/1")).text
    assert rows(page[page.index("failed-head") :]) == [
        "平台正忙 &lt;i&gt; 7 @mia 、 @tom … 重试",
        "找不到达人 1 @ann 重试",
        "没有答复 2 @eve 、 @bob 结果不明，正在向平台核对，不会重发",
    ]


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ({"do": "pause"}, PauseCampaign(campaign=ONE)),
        ({"do": "resume"}, ResumeCampaign(campaign=ONE)),
        ({"do": "cancel"}, CancelCampaign(campaign=ONE)),
        ({"do": "retry"}, RetryCampaign(campaign=ONE)),
        ({"do": "retry", "reason": "shop_busy"}, RetryCampaign(campaign=ONE, reason="shop_busy")),
        ({"do": "copy", "brand": "2"}, CopyCampaign(campaign=ONE, brand=BrandId(2))),
    ],
)
async def test_what_a_person_does_is_handed_in(
    office: FakeOffice, client: httpx.AsyncClient, typed: dict[str, str], command: Command
) -> None:
    answer = await client.post("/campaigns/1", data=typed)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/campaigns/1?done={typed['do']}")
    assert office.commands == [command]


async def test_a_refusal_is_told_above_the_campaign(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = Conflict("campaign_copy_exists", name="黑五", brand="Barkly")
    answer = await client.post("/campaigns/1", data={"do": "copy", "brand": "2"})
    assert answer.status_code == 409
    assert "Barkly 已经有叫「黑五」的活动" in answer.text
    assert (await client.post("/campaigns/1", data={"do": "explode"})).status_code == 422
    assert office.commands == []


async def test_everybody_may_pause_and_only_who_may_do_more_is_offered_it(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    offered = {}
    for role in (Role.VIEWER, Role.OPERATOR, Role.APPROVER, Role.LEAD):
        office.role = role
        page = (await client.get("/campaigns/1")).text
        offered[role] = re.findall(r'name="do" value="(\w+)"', page)
    assert offered == {
        Role.VIEWER: ["pause"],
        Role.OPERATOR: ["pause", "cancel"],
        Role.APPROVER: ["retry", "retry", "retry", "pause", "resume", "cancel"],
        Role.LEAD: ["retry", "retry", "retry", "pause", "resume", "cancel", "copy"],
    }
    assert re.findall(r'name="do" value="(\w+)"', (await client.get("/campaigns/3")).text) == []


async def test_a_plan_is_shown_before_anything_is_made_and_what_was_typed_stays(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    typed = {"scenario": "promotion", "name": "返校季", "shortlists": "5", "handles": "@mia，tom", "rounds": "2"}
    answer = await client.post("/campaigns/new", data=typed | {"do": "preview"})
    assert answer.status_code == 200
    assert office.commands == []
    page = answer.text
    assert rows(page) == [
        "@mia&lt;script&gt; 猫砂盆 11-21 周六 09:30（估） / 11-21 周六 22:30 11-24 周二 09:00 / 11-24 周二 22:00"
    ]
    assert "活动「返校季」（大促）：2 位达人。还没有写，也没有发。" in page
    assert "没有写：已拉黑 1" in page
    assert 'value="返校季"' in page
    assert ">@mia，tom</textarea>" in page
    assert 'name="shortlists" value="5" checked' in page
    assert "2026-12-01（达人当地日期）起才发。" in page
    assert ("<bdi>&lt;i&gt;饮水机&lt;/i&gt; 1</bdi>" in page, '<option value="21">首轮 &lt;b&gt;</option>' in page) == (
        True,
        True,
    )
    assert ("<b>名单" not in page, "首轮 <b>" not in page) == (True, True)


async def test_making_it_hands_in_what_was_typed(office: FakeOffice, client: httpx.AsyncClient) -> None:
    typed = {
        "scenario": "promotion", "name": "返校季", "products": "2", "commission": "20%", "free_sample": "yes",
        "shortlists": ["5", "6"], "handles": "@mia，tom\n@ann", "rounds": "3", "every_days": "4",
        "condition": "no_reply", "promotion_on": "2026-11-27", "starts_on": "2026-11-25",
        "template_1": "21", "split": "22",
    }  # fmt: skip
    answer = await client.post("/campaigns/new", data=typed | {"do": "make"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns/2")
    assert office.commands == [
        MakeCampaign(
            name="返校季", scenario="promotion", products=(2,), templates=("21", "", *[""] * 5), split="22",
            commission="20%", free_sample=True, shortlists=(5, 6), starts_on="2026-11-25",
            handles=("@mia", "tom", "@ann"), rounds="3", every_days="4", condition="no_reply",
            promotion_on="2026-11-27",
        )
    ]  # fmt: skip


async def test_what_is_wrong_is_told_beside_its_field(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/campaigns/new", data={"do": "make", "name": "返校季", "handles": "@mia"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-scenario">请选一个场景。</p>' in answer.text
    assert '<p class="wrong" id="e-shortlists">请选已保存的名单。</p>' in answer.text
    assert (">@mia</textarea>" in answer.text, office.commands) == (True, [])
    office.role = Role.VIEWER
    page = (await client.get("/campaigns/new")).text
    assert ('action="/campaigns/new"' in page, "您的角色只能查看。" in page) == (False, True)


async def test_a_lead_changes_what_is_usual_and_goes_back_to_ours(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    client.cookies.set("daren_brand", "1")
    office.role = Role.APPROVER
    assert "/campaigns/usual" not in (await client.get("/campaigns")).text
    office.role = Role.LEAD
    page = (await client.get("/campaigns")).text
    assert 'id="f-promotion-commission_from" name="commission_from" type="text" value="20%"' in page
    typed = {"scenario": "promotion", "creators_from": "10", "creators_to": "20", "days": "5"}
    answer = await client.post("/campaigns/usual", data=typed | {"do": "save"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/campaigns?saved=1#usual")
    await client.post("/campaigns/usual", data={"scenario": "promotion", "do": "reset"})
    assert office.commands == [
        SavePreset(scenario="promotion", creators_from="10", creators_to="20", days="5"),
        SavePreset(scenario="promotion", reset=True),
    ]
    office.next_error = BadRequest("whole_number_between", text="x", low=1, high=90, field="days")
    answer = await client.post("/campaigns/usual", data=typed | {"days": "x", "do": "save"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-promotion-days">「x」不行：请填 1 到 90 的整数。</p>' in answer.text
    assert 'name="creators_from" type="text" value="10"' in answer.text
