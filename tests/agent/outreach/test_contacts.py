"""New contacts of a week: who counts, once, and when the others go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import psycopg

from agent.outreach.dispatch import dispatch_due
from agent.outreach.quota import contacts_over_a_shop
from evals.suites.selling_office import SellingOffice
from memory.domain.contacts import Contacts, ContactWeek
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import Channel, DraftStatus
from memory.domain.shops import PlatformQuota, SellerShop
from memory.domain.weeks import next_week
from memory.domain.workspace import BrandPolicy

NEW_YORK = ZoneInfo("America/New_York")
ONE, TWO = CreatorId(1), CreatorId(2)
SUNDAY = datetime(2026, 11, 29, 5, tzinfo=UTC)


async def test_what_is_above_the_weeks_contacts_goes_when_they_are_counted_anew(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(contacts_per_week=2))
    batch = await shop.approved(await shop.creators(3))
    assert (await shop.dispatch()).claimed == 2
    (waits,) = [draft for draft in await shop.read(batch) if draft.status is DraftStatus.APPROVED]
    again = next_week(await shop.now(), NEW_YORK)
    assert waits.due_at is not None
    assert timedelta(0) <= waits.due_at - again < timedelta(hours=10)
    assert (await shop.dispatch()).claimed == 0
    await shop.move_clock(waits.due_at - await shop.now())
    assert (await shop.dispatch()).claimed == 1


async def test_who_wrote_back_and_who_was_written_to_this_week_cost_nothing(shop: SellingOffice) -> None:
    await shop.save_policy(BrandPolicy(contacts_per_week=1, cool_down_days=0))
    known, stranger = await shop.creators(2)
    await shop.answer(known)
    await shop.approved([known])
    assert (await shop.dispatch()).claimed == 1
    for _ in range(2):
        await shop.approved([stranger])
        assert (await shop.dispatch()).claimed == 1


def test_a_second_message_is_no_second_contact() -> None:
    contacts = Contacts(1, frozenset({ONE, TWO}), SUNDAY)
    assert not contacts.bars(ONE)
    after = contacts.after(ONE)
    assert (after.bars(ONE), after.bars(TWO)) == (False, True)
    assert not Contacts(None, frozenset({ONE}), SUNDAY).after(ONE).bars(ONE)


async def test_what_is_above_the_platforms_week_waits_for_its_end_and_is_not_refused_there(shop: SellingOffice) -> None:
    async with shop.database.unit(shop.lead) as unit:
        link = await unit.shops.begin(shop.brand, by=shop.lead.member)
        await unit.shops.connect(link.id, [SellerShop("7", "Shop", "US")])
    shop.messenger.channel = Channel.TIKTOK
    batch = await shop.approved(await shop.creators(4))
    async with await psycopg.AsyncConnection.connect(shop.database.url) as line:
        await line.execute("set local role daren_service")
        await line.execute("update outreach_step set channel = 'tiktok'")
    now = await shop.now()
    quota = PlatformQuota(8, 10, next_week(now, NEW_YORK), now)

    async def week_of(brand: BrandId) -> PlatformQuota:
        assert brand == shop.brand
        return quota

    for claimed in (2, 0):  # the platform's count is not read again: what went since is counted here
        assert (await dispatch_due(shop.database, shop.messengers, week_of=week_of)).claimed == claimed
    assert quota.ends_at is not None
    later = [draft for draft in await shop.read(batch) if draft.status is DraftStatus.APPROVED]
    assert [draft.due_at is not None and draft.due_at >= quota.ends_at for draft in later] == [True, True]
    assert (await dispatch_due(shop.database, shop.messengers)).claimed == 0


def test_the_platforms_count_or_ours_whichever_is_more_and_no_limit_is_none() -> None:
    quota = PlatformQuota(5, 10, None, SUNDAY)
    new = frozenset({ONE})
    lagging = contacts_over_a_shop(quota, ContactWeek(9, new), since_read=0, zone=NEW_YORK)
    since = contacts_over_a_shop(quota, ContactWeek(2, new), since_read=2, zone=NEW_YORK)
    over = contacts_over_a_shop(quota, ContactWeek(12, new), since_read=0, zone=NEW_YORK)
    assert [one.left for one in (lagging, since, over)] == [1, 3, 0]
    assert since.again_at == SUNDAY + timedelta(days=7)
    unlimited = contacts_over_a_shop(replace(quota, allowed=None), ContactWeek(99, new), since_read=9, zone=NEW_YORK)
    assert not unlimited.bars(ONE)
