"""The profile's button that erases a creator for good: said first, decided with the code, a lead's alone."""

import httpx

from memory.domain.chat import EraseCreator
from memory.domain.errors import NotAllowed
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice

PATH = "/creators/pawsome.mia/erase"


async def test_it_says_what_it_takes_away_and_asks_for_the_code(office: FakeOffice, client: httpx.AsyncClient) -> None:
    profile = (await client.get("/creators/pawsome.mia")).text
    assert "不能撤销" in profile
    assert 'name="code"' not in profile
    asked = await client.post(PATH, data={})
    assert asked.status_code == 200
    assert 'name="code"' in asked.text
    decided = await client.post(PATH, data={"code": "C4"})
    assert (decided.status_code, decided.headers["location"]) == (303, "/creators?erased=1")
    assert office.commands == [
        EraseCreator(handle="pawsome.mia"),
        EraseCreator(handle="pawsome.mia", code="C4"),
    ]
    assert "已决定彻底删除" in (await client.get("/creators?erased=1")).text


async def test_a_refusal_is_told_and_the_code_stays(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = NotAllowed("needs_role", role="lead")
    answer = await client.post(PATH, data={"code": "C4"})
    assert answer.status_code == 403
    assert 'value="C4"' in answer.text


async def test_only_a_lead_sees_it(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.role = Role.APPROVER
    assert "/erase" not in (await client.get("/creators/pawsome.mia")).text
