"""The templates page: what each version says, what it hands in, and what it says when that is refused."""

import re

import httpx
import pytest

from memory.domain.chat import Command
from memory.domain.errors import Conflict
from memory.domain.ids import TemplateId
from memory.domain.template_forms import RenameTemplate, RetireTemplate
from memory.domain.workspace import Role
from tests.support.fake_desk import FakeOffice

ONE = TemplateId(1)


async def test_each_is_shown_in_both_languages_with_its_versions_and_sends(client: httpx.AsyncClient) -> None:
    page = (await client.get("/templates")).text
    text = " ".join(re.sub(r"<[^>]+>", " ", page).split())
    assert "&lt;script&gt;alert(1)&lt;/script&gt;猫砂盆首轮 邀约 第 2 版 · 2026-11-20 · 已发 0 条" in text
    assert (
        "Hi {名字}, our {产品}. Bye 中文 {名字}你好，我们的{产品}。 其他版本（1） 第 1 版 · 2026-11-20 · 已发 12 条"
        in text
    )
    assert "旧首轮 邀约 已停用" in text


@pytest.mark.parametrize(
    ("typed", "command"),
    [
        ({"do": "rename", "name": "新首轮"}, RenameTemplate(template=ONE, name="新首轮")),
        ({"do": "retire"}, RetireTemplate(template=ONE)),
        ({"do": "restore"}, RetireTemplate(template=ONE, retired=False)),
    ],
)
async def test_what_a_person_does_is_handed_in(
    office: FakeOffice, client: httpx.AsyncClient, typed: dict[str, str], command: Command
) -> None:
    answer = await client.post("/templates/1", data=typed)
    assert (answer.status_code, answer.headers["location"].partition("#")[2]) == (303, "template-1")
    assert office.commands == [command]


async def test_a_refusal_is_told_and_a_viewer_is_offered_nothing(office: FakeOffice, client: httpx.AsyncClient) -> None:
    office.next_error = Conflict("template_name_taken", name="旧首轮")
    answer = await client.post("/templates/1", data={"do": "rename", "name": "旧首轮"})
    assert answer.status_code == 409
    assert "已经有叫「旧首轮」的模板" in answer.text
    assert (await client.post("/templates/1", data={"do": "explode"})).status_code == 422
    office.role = Role.VIEWER
    assert 'action="/templates/' not in (await client.get("/templates")).text
