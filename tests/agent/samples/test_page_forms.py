"""Samples recorded on their page: the desk carries the form out, and 「确认」 and 「撤销」 reach it like the rest."""

from datetime import timedelta

import pytest

from evals.suites.selling_office import SellingOffice, open_office
from evals.suites.talking import open_talk
from memory.database import Database
from memory.domain.errors import BadRequest, Conflict, NotAllowed, NotFound
from memory.domain.sample import Sample, SampleStatus
from memory.domain.sample_forms import RecordSample
from memory.domain.workspace import Scope
from tests.support.database import Office
from tests.support.sampling import SampleTeam
from tools.samples.tool import SamplesWaiting

S = SampleStatus
HANDLE = "creator00000"


@pytest.fixture
async def shop(database: Database) -> SellingOffice:
    """One brand with people of every role."""
    office = await open_office(database)
    await office.creators(1)
    return office


async def samples(shop: SellingOffice) -> list[Sample]:
    async with shop.database.unit(shop.lead) as unit:
        return await unit.samples.find()


async def waiting(shop: SellingOffice, who: Scope) -> str:
    """An approval that a turn of a member left waiting; its code."""
    team = SampleTeam(shop.database, Office(who.tenant, (), {}, who))
    asked = {"action": "record", "handles": [HANDLE], "status": "approved", "cost": "3"}
    left = await team.say(who, asked)
    assert isinstance(left, SamplesWaiting)
    return left.code


async def test_a_page_records_at_once_and_undo_takes_it_back(shop: SellingOffice) -> None:
    talk = await open_talk(shop, shop.operator)
    reply = await talk.submit(RecordSample(handle=f"@{HANDLE}", status="asked", cost="$4.20"))
    assert reply.text == "已登记 1 个：@creator00000 已申请（成本 $4.20）"
    (asked,) = await samples(shop)
    assert reply.undo is not None
    await talk.submit(RecordSample(id=asked.id, seen="asked", status="agreed"))
    assert await talk.say("撤销") == "已撤销 1 条样品登记（@creator00000），回到之前的状态。"
    assert await samples(shop) == [asked]


async def test_an_approver_signs_on_the_page_and_an_operator_is_told_who_may(shop: SellingOffice) -> None:
    operator, anna = await open_talk(shop, shop.operator), await open_talk(shop, shop.anna)
    with pytest.raises(NotAllowed, match="sample_needs_sign"):
        await operator.submit(RecordSample(handle=HANDLE, status="shipped"))
    assert await samples(shop) == []
    await anna.submit(RecordSample(handle=HANDLE, status="shipped", tracking_number="1Z9"))
    (shipped,) = await samples(shop)
    assert (shipped.status, shipped.approved_by) == (S.SHIPPED, shop.anna.member)


async def test_the_day_of_delivery_sets_when_content_is_due(shop: SellingOffice) -> None:
    anna = await open_talk(shop, shop.anna)
    await anna.submit(RecordSample(handle=HANDLE, status="shipped"))
    (shipped,) = await samples(shop)
    assert shipped.shipped_at is not None
    await shop.move_clock(timedelta(days=5))
    day = (shipped.shipped_at + timedelta(days=3)).date().isoformat()
    for on, key in (("2026-13-01", "day_unreadable"), ("2099-01-01", "sample_future")):
        with pytest.raises(BadRequest, match=key):
            await anna.submit(RecordSample(id=shipped.id, seen="shipped", status="delivered", on=on))
    await anna.submit(RecordSample(id=shipped.id, seen="shipped", status="delivered", on=day))
    (delivered,) = await samples(shop)
    assert delivered.delivered_at is not None
    assert delivered.delivered_at.date().isoformat() == day
    assert delivered.due_at == delivered.delivered_at + timedelta(days=14)


async def test_a_page_that_is_behind_changes_nothing(shop: SellingOffice) -> None:
    anna = await open_talk(shop, shop.anna)
    await anna.submit(RecordSample(handle=HANDLE, status="shipped"))
    (shipped,) = await samples(shop)
    with pytest.raises(Conflict, match="sample_changed_since"):
        await anna.submit(RecordSample(id=shipped.id, seen="approved", status="shipped"))
    with pytest.raises(BadRequest, match="sample_no_way"):
        await anna.submit(RecordSample(id=shipped.id, seen="shipped", status="asked"))
    with pytest.raises(NotFound, match="creator_unknown"):
        await anna.submit(RecordSample(handle="nobody", status="asked"))
    assert await samples(shop) == [shipped]


async def test_confirming_a_code_in_chat_records_as_its_member(shop: SellingOffice) -> None:
    code = await waiting(shop, shop.anna)
    assert await (await open_talk(shop, shop.ben)).say(f"确认 {code}") == f"没有等待确认的 {code}。"
    said = await (await open_talk(shop, shop.anna)).say(f"确认 {code}")
    assert said == "已登记 1 个：@creator00000 已批准待寄（成本 $3）"
    (approved,) = await samples(shop)
    assert (approved.status, approved.approved_by) == (S.APPROVED, shop.anna.member)
