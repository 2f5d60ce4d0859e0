"""Pages on which a lead sets policy, deputies and passes: what they offer whom, and what they hand in."""

import re

import httpx
import pytest

from memory.domain.chat import GiveFirstMessagePass, RevokeDeputy, SaveDeputy, SavePolicy
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import DeputyId, MemberId
from memory.domain.rate_forms import AgreeRate
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice

POLICY = {
    "own_drafts_approvable": "yes", "commission_ceiling": "25%", "fee_ceiling": "50", "sample_ceiling": "",
    "batch_ceiling": "15", "cool_down_days": "14", "night_by_hand": "no",
}  # fmt: skip


async def test_the_settings_show_every_ceiling_in_the_brands_currency(client: httpx.AsyncClient) -> None:
    client.cookies.set("daren_brand", "2")
    page = (await client.get("/settings")).text
    values = dict(re.findall(r'<input id="f-(\w+)" name="\w+" type="text" value="([^"]*)"', page))
    assert values == {
        "commission_ceiling": "25%", "batch_ceiling": "20", "fee_ceiling": "200.00", "sample_ceiling": "",
        "cool_down_days": "30", "contacts_per_week": "",
    }  # fmt: skip
    assert "固定费用上限（GBP）" in page
    assert 'name="night_by_hand" value="yes"' in page


async def test_rest_days_and_new_contacts_are_handed_in(office: FakeOffice, client: httpx.AsyncClient) -> None:
    rests = {"rest_on_holidays": ["no", "yes"], "rest_on_saturdays": "no", "rest_on_sundays": ["no", "yes"]}
    await client.post(
        "/settings/policy", data=POLICY | rests | {"contacts_per_week": "40", "whole_sequences": ["no", "yes"]}
    )
    (told,) = office.commands
    assert isinstance(told, SavePolicy)
    assert (told.rest_on_holidays, told.rest_on_saturdays, told.rest_on_sundays) == (True, False, True)
    assert (told.contacts_per_week, told.whole_sequences) == ("40", True)


async def test_the_whole_policy_is_handed_in(office: FakeOffice, client: httpx.AsyncClient) -> None:
    answer = await client.post("/settings/policy", data=POLICY | {"night_by_hand": ["no", "yes"]})
    assert answer.headers["location"] == "/settings?saved=1"
    await client.post("/settings/policy", data=POLICY)
    first, second = office.commands
    assert first == SavePolicy(
        own_drafts_approvable=True, commission_ceiling="25%", fee_ceiling="50", sample_ceiling="", batch_ceiling="15",
        cool_down_days="14", night_by_hand=True,
    )  # fmt: skip
    assert isinstance(second, SavePolicy)
    assert second.night_by_hand is False


async def test_a_ceiling_that_does_not_read_is_told_at_its_field_and_kept(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    client.cookies.set("daren_brand", "1")
    office.next_error = BadRequest("amount_negative", text="-5", field="fee_ceiling")
    answer = await client.post("/settings/policy", data=POLICY | {"fee_ceiling": "-5"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-fee_ceiling">「-5」是负数，金额不能小于零。</p>' in answer.text
    assert 'value="-5"' in answer.text


async def test_the_members_page_shows_who_stands_in_for_whom(office: FakeOffice, client: httpx.AsyncClient) -> None:
    page = (await client.get("/members")).text
    row = page[page.index("收回 陈小满 替 周予安 的代班") - 900 :]
    assert "2026-11-23" in row
    assert "审批人" in row
    moving = (await client.get("/members?deputy=1")).text
    assert 'type="date" value="2026-11-23"' in moving
    assert re.search(r'<option value="3" selected>陈小满', moving)
    assert not re.search(r"<option value=\"4\"[^>]*>Ana", moving)  # who left stands in for nobody
    office.role = Role.APPROVER
    seen = (await client.get("/members")).text
    assert "代班" in seen
    assert 'action="/members/deputies' not in seen


async def test_a_lead_saves_and_takes_back_a_deputy(office: FakeOffice, client: httpx.AsyncClient) -> None:
    form = {"member": "3", "stands_for": "2", "until": "2026-12-05"}
    saved = await client.post("/members/deputies", data=form)
    taken = await client.post("/members/deputies/revoke", data={"deputy": "1"})
    assert {saved.headers["location"], taken.headers["location"]} == {"/members?saved=1#deputies"}
    assert office.commands == [
        SaveDeputy(member=MemberId(3), stands_for=MemberId(2), until="2026-12-05"),
        RevokeDeputy(deputy=DeputyId(1)),
    ]


async def test_a_deputy_that_cannot_be_is_told_at_its_field(office: FakeOffice, client: httpx.AsyncClient) -> None:
    form = {"member": "3", "stands_for": "2", "until": "2020-01-01"}
    office.next_error = BadRequest("day_is_past", text="2020-01-01", field="until")
    answer = await client.post("/members/deputies", data=form)
    assert answer.status_code == 422
    assert re.search(r'id="e-until">2020-01-01 已经过去', answer.text)
    assert 'value="2020-01-01"' in answer.text
    empty = await client.post("/members/deputies", data=form | {"until": ""})
    assert 'id="e-until">这里必须填写' in empty.text
    broken = await client.post("/members/deputies", data=form | {"member": "x"})
    assert broken.status_code == 422


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/members/deputies", {"member": "3", "stands_for": "2", "until": "2026-12-05"}),
        ("/members/deputies/revoke", {"deputy": "1"}),
        ("/creators/pawsome.mia/pass", {"reason": "x"}),
    ],
)
async def test_a_lower_role_is_refused_in_words(
    office: FakeOffice, client: httpx.AsyncClient, path: str, form: dict[str, str]
) -> None:
    office.role, office.next_error = Role.APPROVER, NotAllowed("needs_role", role=Role.LEAD)
    answer = await client.post(path, data=form)
    assert (answer.status_code, "这一步需要「负责人」及以上权限" in answer.text) == (403, True)


async def test_the_profile_says_who_invited_and_a_lead_may_let_one_through(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/creators/pawsome.mia")).text
    assert "小李 K5 昨天" in page
    assert "冷却期到" in page
    answer = await client.post("/creators/pawsome.mia/pass", data={"reason": "展会上谈好了"})
    assert answer.headers["location"] == "/creators/pawsome.mia?saved=1#relation"
    assert office.commands == [GiveFirstMessagePass(handle="pawsome.mia", reason="展会上谈好了")]
    office.role = Role.APPROVER
    seen = (await client.get("/creators/pawsome.mia")).text
    assert "小李 K5 昨天" in seen
    assert "/pass" not in seen


async def test_a_pass_without_a_reason_is_told_at_its_field(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = BadRequest("pass_needs_reason", field="reason")
    answer = await client.post("/creators/pawsome.mia/pass", data={"reason": ""})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-reason">请写下放行的原因。</p>' in answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
async def test_the_roles_are_explained(client: httpx.AsyncClient, lang: str) -> None:
    client.cookies.set("daren_lang", lang)
    page = (await client.get("/members")).text
    wanted = (
        ("代班", "标记发送结果", "上限以内", "喊停") if lang == "zh" else ("deputies", "marks", "within the", "stop")
    )
    assert [word for word in wanted if word not in page] == []


async def test_the_profile_shows_what_was_sold_sent_and_promised_and_takes_a_rate(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    page = (await client.get("/creators/pawsome.mia")).text
    for said in (
        "$4,998",
        "15% 未结算",
        "2026-10",
        "已发内容",
        "看内容",
        "1.2万",
        "未知",
        "公开合作",
        "样品签收",
        "首次回复",
    ):
        assert said in page
    assert "javascript:" not in page
    assert "<script>alert(1)" not in page
    form = {"rate": "18%", "product": "1", "since": "2026-11-01"}
    answer = await client.post("/creators/pawsome.mia/rate", data=form)
    assert answer.headers["location"] == "/creators/pawsome.mia?saved=1#rates"
    assert office.commands == [AgreeRate(handle="pawsome.mia", rate="18%", product="1", since="2026-11-01")]
    office.next_error = BadRequest("money_unreadable", field="rate", text="x")
    refused = await client.post("/creators/pawsome.mia/rate", data={"rate": "x"})
    assert refused.status_code == 422
    assert 'id="e-rate"' in refused.text
    office.role = Role.VIEWER
    assert "/rate" not in (await client.get("/creators/pawsome.mia")).text
