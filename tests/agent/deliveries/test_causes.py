"""What makes a delivery: in the transaction that causes it, once, and only while it is still so."""

from datetime import timedelta

from agent.deliveries.nudging import remind, tell_of_campaigns
from agent.outreach.reconcile import reconcile
from memory.domain.dispatch import Addressee
from memory.domain.errors import Refused, Unclear
from memory.domain.ids import CreatorId
from memory.domain.jobs import DELIVER
from memory.domain.outreach import Gist, Intent
from memory.domain.workspace import Role
from tests.agent.campaigns.test_commands import campaign
from tests.agent.deliveries.conftest import HOOK, PushShop


def made(shop: PushShop) -> list[tuple[str, str]]:
    return [(kind, occasion) for kind, occasion in shop._read("select kind, occasion from delivery order by id")]


def waiting_jobs(shop: PushShop) -> int:
    return len(shop._as_owner(f"select id from procrastinate_jobs where task_name = '{DELIVER}' and status = 'todo'"))


async def answered(shop: PushShop, creator: CreatorId, *, outside: str = "1", fail: bool = False) -> None:
    async with shop.database.across_tenants("test") as work:
        await work.answers.store(
            shop.queue.tenant, Addressee(creator, shop.queue.brand), source="test", outside_id=outside,
            text="How much?", gist=Gist(Intent.PRICE, 90), received_at=work.now,
        )  # fmt: skip
        if fail:
            raise ZeroDivisionError


async def test_a_creators_answer_is_pushed_once_however_often_it_comes(shop: PushShop) -> None:
    await shop.channel()
    (creator,) = await shop.office.creators(1)
    await answered(shop, creator)
    await answered(shop, creator)
    assert [kind for kind, _ in made(shop)] == ["answer"]
    assert waiting_jobs(shop) == 1
    await shop.deliver()
    ((_, text),) = shop.pushers[HOOK].accepted
    assert "＠creator00000（谈价）：How much?" in text


async def test_a_campaign_is_told_when_it_begins_and_when_it_is_done(shop: PushShop) -> None:
    await shop.channel()
    office = shop.office
    await office.move_to_hour(12)
    first, second = await office.draft(await office.creators(1)), await office.draft(await office.creators(1))
    await campaign(office, first)
    await office.decide(await office.show(first, office.anna), office.anna, approve=[1])
    assert await tell_of_campaigns(office.database) == 0
    await office.dispatch()
    async with office.database.unit(office.lead) as unit:
        (kept,) = await unit.campaigns.all()
        await unit.campaigns.attach(kept, {second.id: 1})
    assert [await tell_of_campaigns(office.database) for _ in range(2)] == [1, 0]
    await office.decide(await office.show(second, office.anna), office.anna, reject=[1])
    assert [await tell_of_campaigns(office.database) for _ in range(2)] == [1, 0]
    assert made(shop) == [("campaign", f"campaign:{kept.id}:started"), ("campaign", f"campaign:{kept.id}:done")]


async def test_an_answer_that_was_not_stored_is_not_pushed(shop: PushShop) -> None:
    await shop.channel()
    (creator,) = await shop.office.creators(1)
    try:
        await answered(shop, creator, fail=True)
    except ZeroDivisionError:
        assert (made(shop), waiting_jobs(shop)) == ([], 0)


async def test_a_refused_message_is_told_with_why_and_what_to_do(shop: PushShop) -> None:
    await shop.channel()
    office = shop.office
    await office.move_to_hour(12)
    creators = await office.creators(1)
    office.messenger.script["creator00000"] = [Refused("refused")]
    await office.approved(creators)
    await office.dispatch()
    assert [kind for kind, _ in made(shop)] == ["trouble"]
    await shop.at(12)
    await shop.deliver()
    ((_, text),) = shop.pushers[HOOK].accepted
    assert "第 1 条 ＠creator00000：对方拒绝了。不会再自动重发" in text


async def test_an_unclear_message_is_told_only_if_it_stays_unclear(shop: PushShop) -> None:
    await shop.channel()
    office = shop.office
    await office.move_to_hour(12)
    creators = await office.creators(1)
    office.messenger.script["creator00000"] = [Unclear("unclear")]
    office.messenger.swallows = True
    await office.approved(creators)
    await office.dispatch()
    async with shop.database.across_tenants("test") as work:
        await work.ledger.rest_no_longer()
    await reconcile(shop.database, office.messengers)
    await shop.at(12)
    await shop.deliver()
    assert [state for state, _ in shop.rows()] == ["dropped"]
    assert shop.pushers[HOOK].calls == 0


async def test_a_held_message_is_told_once_and_what_people_did_is_not(shop: PushShop) -> None:
    await shop.channel()
    office = shop.office
    await office.move_to_hour(12)
    creators = await office.creators(2)
    batch = await office.draft(creators)
    await office.decide(await office.show(batch, office.anna), office.anna, approve=[1, 2])
    await office.set_role(office.anna.member, Role.VIEWER)
    for _ in range(3):
        await office.dispatch()
        await office.move_clock(timedelta(minutes=6))
    assert [kind for kind, _ in made(shop)] == ["trouble", "trouble"]
    other = await office.approved(await office.creators(1), by=office.ben)
    await office.stop(other, by=office.viewer)
    await office.dispatch()
    assert len(made(shop)) == 2
    await shop.at(12)
    await shop.deliver()
    ((_, text),) = shop.pushers[HOOK].accepted
    assert f"> {batch.code} 第 1、2 条，共 2 条：批准的人已没有审批权限，要重新批准。请有审批权限的人重新批准" in text


async def held(shop: PushShop, count: int) -> str:
    """So many messages that do not go because who approved them may no longer; their batch."""
    office = shop.office
    await office.set_role(office.anna.member, Role.APPROVER)
    batch = await office.approved(await office.creators(count, zone="Asia/Shanghai"))
    await office.set_role(office.anna.member, Role.VIEWER)
    await office.move_clock(timedelta(minutes=6))
    await office.dispatch()
    return batch.code


async def test_trouble_of_one_reason_is_one_push_an_hour_however_much_there_is(shop: PushShop) -> None:
    await shop.channel()
    await shop.at(12)
    first, told = await held(shop, 12), shop.pushers[HOOK].accepted
    await shop.deliver()
    second, third = await held(shop, 2), await held(shop, 1)
    for _ in range(4):  # whoever delivers, and whenever it was started
        await shop.deliver()
        await shop.office.move_clock(timedelta(minutes=10))
    assert len(told) == 1
    await shop.office.move_clock(timedelta(minutes=20))
    for _ in range(2):
        await shop.deliver()
    assert [text.splitlines()[1].split("：")[1] for _, text in told] == ["12 条消息没发出去**", "3 条消息没发出去**"]
    why = "批准的人已没有审批权限，要重新批准。请有审批权限的人重新批准"
    assert [text.splitlines()[2] for _, text in told] == [
        f"> {first} 第 1-12 条，共 12 条：{why} {first} 的 1-12。",
        f"> {second} 第 1、2 条、{third} 第 1 条，共 3 条：{why} {second} 的 1、2。其余的同样处理。",
    ]
    assert [state for state, _ in shop.rows()] == ["delivered"] * 15


async def test_one_reminder_comes_for_a_decision_that_waits_and_none_for_one_that_is_taken(shop: PushShop) -> None:
    await shop.channel()
    office = shop.office
    creators = await office.creators(4)
    waits, taken = await office.draft(creators[:2], hours=24), await office.draft(creators[2:], hours=24)
    assert await remind(shop.database) == 0
    await office.move_clock(timedelta(hours=6))
    assert (await remind(shop.database), await remind(shop.database)) == (2, 0)
    await office.decide(await office.show(taken, office.anna), office.anna, reject=[1, 2])
    await shop.deliver()
    ((_, text),) = shop.pushers[HOOK].accepted
    assert f"{waits.code}：2 条等批准" in text
    assert taken.code not in text
    assert sorted(state for state, _ in shop.rows()) == ["delivered", "dropped"]


async def test_without_a_channel_nothing_is_counted_up(shop: PushShop) -> None:
    office = shop.office
    (creator,) = await office.creators(1)
    await answered(shop, creator)
    await office.draft([creator], hours=24)
    await office.move_clock(timedelta(hours=12))
    assert await remind(shop.database) == 0
    await shop.channel()
    assert made(shop) == []
