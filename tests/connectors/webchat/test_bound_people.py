"""The part of the members page that shows and changes who is bound to what."""

import re

import httpx

from memory.domain.channel_forms import AcceptClaim, EndBinding, MakeBindCode, RevokeIdentity
from memory.domain.errors import BadRequest
from memory.domain.ids import BindingId, BrandId, IdentityId, MemberId
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice


async def test_a_team_without_chats_is_not_bothered_with_bindings(client: httpx.AsyncClient) -> None:
    page = (await client.get("/members")).text
    assert 'id="bound"' not in page


async def test_identities_and_bound_chats_are_shown_with_foreign_names_as_text(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.channels.bind(office.now)
    page = (await client.get("/members")).text
    assert "周&lt;b&gt;予安" in page
    assert "收回 周予安 在 企微机器人 的身份" in page
    assert "解绑 wrk-1" in page
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))  # every label names one field
    office.role = Role.APPROVER
    seen = (await client.get("/members")).text
    assert "企微机器人" in seen
    assert 'action="/members/codes"' not in seen
    assert "/members/identities/revoke" not in seen


async def test_a_lead_makes_a_code_and_sees_it_once(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.channels.bind(office.now)
    made = await client.post("/members/codes", data={"for_member": "2", "for_brand": "1"})
    assert made.status_code == 200
    assert 'class="banner banner-good"' in made.text
    await client.post("/members/codes", data={"for_member": "", "for_brand": "all"})
    assert office.commands == [
        MakeBindCode(member=MemberId(2), brand=BrandId(1)),
        MakeBindCode(member=None, brand=None),
    ]
    assert "banner-good" not in (await client.get("/members")).text


async def test_a_claim_an_identity_and_a_chat_are_handed_in(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.channels.bind(office.now)
    form = {"code": "K3F9-7QX2", "who": "2", "who_brand": "1"}
    answers = [
        await client.post("/members/claims", data=form),
        await client.post("/members/identities/revoke", data={"identity": "5"}),
        await client.post("/members/chats/end", data={"binding": "6"}),
    ]
    assert {answer.headers["location"] for answer in answers} == {"/members?saved=1#bound"}
    assert office.commands == [
        AcceptClaim(code="K3F9-7QX2", member=MemberId(2), brand=BrandId(1)),
        RevokeIdentity(identity=IdentityId(5)),
        EndBinding(binding=BindingId(6)),
    ]


async def test_what_is_wrong_with_a_claim_is_told_at_its_field_and_kept(
    office: FakeOffice, client: httpx.AsyncClient
) -> None:
    office.channels.bind(office.now)
    office.next_error = BadRequest("bind_claim_unknown", field="code")
    answer = await client.post("/members/claims", data={"code": "AAAA-AAAA", "who": "2", "who_brand": "1"})
    assert answer.status_code == 422
    assert '<p class="wrong" id="e-code">没有这个绑定码' in answer.text
    assert 'value="AAAA-AAAA"' in answer.text
