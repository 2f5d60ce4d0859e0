"""Creators' answers over a shop: told or read, late, twice or out of order, each is stored once and has its effect."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import psycopg
import pytest

from agent.shops.hearing import KEPT, TROUBLE_REST, source_of
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.account_stores import NewBrand
from memory.domain.errors import Unavailable
from memory.domain.ids import ShopLinkId
from memory.domain.jobs import SHOP_TOLD
from memory.domain.outreach import DraftStatus, Intent, Purpose
from memory.domain.shops import COMPLAINED_OF
from tests.agent.deliveries.conftest import PushShop
from tests.support.heard_shop import HeardShop, connected, heard_shop

READS, LISTS = "conversations/messages", "conversations/list"


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[HeardShop]:
    office = await open_office(database)
    await office.move_to_hour(12)
    await office.creators(3)
    await PushShop(office, {}).channel()
    async with heard_shop(office) as made:
        yield made


def queued(shop: HeardShop) -> int:
    """Jobs that wait to handle what was told."""
    with psycopg.connect(shop.office.database.url) as line:
        found = line.execute(
            "select count(*) from procrastinate_jobs where task_name = %s and status = 'todo'", [SHOP_TOLD]
        ).fetchone()
    return int(found[0]) if found else 0


def forget_jobs(shop: HeardShop) -> None:
    """As a process leaves them that dies at its work."""
    with psycopg.connect(shop.office.database.url) as line:
        line.execute("delete from procrastinate_jobs where task_name = %s", [SHOP_TOLD])


async def test_three_times_and_out_of_order_each_message_is_one_under_its_own_time(shop: HeardShop) -> None:
    shop.plan(FaultKind.WEBHOOK_TWICE, copies=3, times=0)
    shop.plan(FaultKind.WEBHOOK_REORDERED, calls=(1, 2))
    contact = shop.contact("creator00000")
    written = [await shop.writes(contact, text) for text in ("One", "Two", "Three")]
    assert (shop.waiting(), queued(shop)) == (3, 1)
    await shop.handled()
    await shop.handled()
    heard = await shop.heard()
    assert [message.text for message in heard] == ["One", "Two", "Three"]
    assert [message.received_at.timestamp() for message in heard] == [int(one.at) for one in written]
    assert sorted(shop.pushes()) == ["One", "Three", "Two"]
    assert shop.waiting() == 0
    shop.emulator.webhooks.notifications.clear()
    await shop.polled()
    assert len(await shop.heard()) == len(shop.pushes()) == 3


async def test_what_is_told_and_read_at_once_is_stored_once(shop: HeardShop) -> None:
    contacts = [shop.contact(f"creator0000{nth}", nth=nth) for nth in range(3)]
    for contact in contacts:
        await shop.writes(contact, f"From {contact.creator.username}")
    await asyncio.gather(shop.handled(), shop.polled(), shop.handled(), shop.polled())
    assert sorted(await shop.texts()) == sorted(shop.pushes()) == [f"From creator0000{nth}" for nth in range(3)]
    assert shop.waiting() == 0


@pytest.mark.parametrize("way", ["told", "read"])
async def test_an_answer_stops_the_follow_up_that_is_planned(shop: HeardShop, way: str) -> None:
    (creator, *_) = (await creators(shop)).values()
    await shop.office.move_to_hour(22)
    follow = await shop.office.draft([creator], purpose=Purpose.FOLLOW_UP)
    await shop.office.decide(await shop.office.show(follow, shop.office.anna), shop.office.anna, approve=[1])
    if way == "read":
        shop.plan(FaultKind.WEBHOOK_LOST)
    await shop.writes(shop.contact("creator00000"), "Tell me more!")
    await (shop.handled() if way == "told" else shop.polled())
    (draft,) = await shop.office.read(follow)
    assert (draft.status, draft.reason and draft.reason.key) == (DraftStatus.STOPPED, "replied")
    await shop.office.move_to_hour(12)
    assert (await shop.office.dispatch()).claimed == 0


async def test_nothing_is_sent_before_answers_were_read_and_an_opt_out_is_kept(shop: HeardShop) -> None:
    shop.plan(FaultKind.WEBHOOK_LOST, times=0)
    ids = await creators(shop)
    await shop.office.approved([ids["creator00000"], ids["creator00001"]])
    await shop.writes(shop.contact("creator00000"), "Please stop messaging me.")
    await shop.upkeep.dispatch()
    assert [ticket.handle for ticket in shop.office.messenger.received] == ["creator00001"]
    assert [message.gist.intent for message in await shop.heard()] == [Intent.OPT_OUT]
    assert shop.row("select handle_key, reason from suppression") == [("creator00000", "opt_out")]


async def test_a_wrong_signature_is_refused_told_to_the_doctor_and_read_all_the_same(shop: HeardShop) -> None:
    shop.plan(FaultKind.WEBHOOK_BAD_SIGNATURE, times=0)
    await shop.writes(shop.contact("creator00000"), "Hello")
    assert (shop.waiting(), (await shop.state()).hearing.told_at) == (0, None)
    (found,) = await shop.doctor().look()
    assert found.failure is not None
    assert found.failure.text_key == "shop_webhook_not_signed"
    refused = (await shop.state()).hearing
    now = await shop.office.now()
    assert [refused.is_refused(now + later) for later in (timedelta(0), COMPLAINED_OF)] == [True, False]
    await shop.polled()
    assert await shop.texts() == ["Hello"]
    shop.emulator.platform.faults.clear()
    await shop.writes(shop.contact("creator00000"), "Hello again")
    (found,) = await shop.doctor().look()
    assert found.failure is None
    assert found.hearing.told_at is not None
    assert found.hearing.read_at is not None


async def test_what_was_acknowledged_outlives_processes_and_platforms_that_are_down_for_a_week(shop: HeardShop) -> None:
    await shop.writes(shop.contact("creator00000"), "Hello")
    forget_jobs(shop)
    shop.plan(FaultKind.HTTP_500, LISTS, times=0)
    await shop.handled()
    assert (await shop.texts(), shop.waiting()) == ([], 1)
    shop.emulator.platform.faults.clear()
    await shop.upkeep.sweep()
    assert queued(shop) == 1
    await shop.handled()
    assert (await shop.texts(), shop.waiting()) == (["Hello"], 0)
    await shop.writes(shop.contact("creator00001", nth=1), "Nobody may ask who this is")
    shop.plan(FaultKind.CODE, LISTS, code=105005, times=0)
    await shop.handled()
    assert shop.waiting() == 1
    await shop.office.move_clock(KEPT)
    await shop.handled()
    assert (await shop.texts(), shop.waiting()) == (["Hello"], 0)


async def test_why_conversations_cannot_be_read_is_shown_until_they_can(shop: HeardShop) -> None:
    shop.plan(FaultKind.CODE, LISTS, code=105005, times=1)
    await shop.polled()
    state = (await shop.state()).hearing
    assert (state.read_at, state.trouble and state.trouble.key) == (None, "shop_scope_missing")
    await shop.polled()
    state = (await shop.state()).hearing
    assert (state.read_at is not None, state.trouble) == (True, None)
    (source,) = await shop.hearing.sources(shop.tenant)
    assert await source.answers(after="x", now=await shop.office.now()) == ((), "x")  # read just now


async def test_a_platform_that_is_down_says_so_and_is_left_alone_for_a_while(shop: HeardShop) -> None:
    shop.plan(FaultKind.HTTP_500, LISTS, times=0)
    (source,) = await shop.hearing.sources(shop.tenant)
    now = await shop.office.now()
    with pytest.raises(Unavailable):
        await source.answers(after=None, now=now)
    asked = len(shop.emulator.platform.records.of(LISTS))
    assert await source.answers(after=None, now=now + timedelta(minutes=1)) == ((), None)
    assert len(shop.emulator.platform.records.of(LISTS)) == asked
    with pytest.raises(Unavailable):
        await source.answers(after=None, now=now + TROUBLE_REST)


async def test_who_was_never_fetched_is_known_by_what_they_wrote_and_not_by_what_the_shop_did(shop: HeardShop) -> None:
    contact = shop.contact("who.writes.first")
    shop.emulator.platform.contacts.say(contact, "TEXT", '{"content": "Hi"}')
    await shop.writes(contact, "Do you send samples?")
    assert shop.waiting() == 2
    await shop.handled()
    await shop.polled()
    assert (await shop.texts(), shop.waiting()) == (["Do you send samples?"], 0)
    assert shop.row("select source from creator where handle = 'who.writes.first'") == [("tiktok_shop",)]


async def test_of_a_shop_that_is_let_go_nothing_is_kept(shop: HeardShop) -> None:
    async with shop.office.database.unit(shop.office.owner) as unit:
        await unit.shops.disconnect(shop.link)
    await shop.writes(shop.contact("creator00000"), "Hello")
    await shop.handled()
    assert (shop.waiting(), await shop.texts(), await shop.hearing.sources(shop.tenant)) == (0, [], [])


async def test_brands_that_share_a_shop_hear_each_message_once_as_who_wrote_last(shop: HeardShop) -> None:
    ids = await creators(shop)
    await shop.office.approved([ids["creator00000"]])
    await shop.office.dispatch()
    async with shop.office.database.across_tenants("test") as work:
        other = (await work.accounts.make_brand(shop.tenant, NewBrand("Other", "Other", "US", "Asia/Shanghai"))).id
    second = await connected(shop.platform, shop.office, other)
    await shop.writes(shop.contact("creator00000"), "Hello")
    assert shop.waiting() == 2
    for link in (second, shop.link):
        await shop.hearing.handle(ShopLinkId(link), shop.tenant, shop.upkeep.take_in)
    await shop.polled()
    assert (len(await shop.heard()), await shop.heard(other), shop.waiting()) == (1, [], 0)
    assert source_of(await shop.state()).startswith("tiktok_shop:7")


async def creators(shop: HeardShop) -> dict:  # type: ignore[type-arg]  # ids by handle
    async with shop.office.database.unit(shop.office.owner) as unit:
        found = await unit.creators.by_handles([f"creator0000{nth}" for nth in range(3)])
    return {handle: found[handle].id for handle in sorted(found)}
