"""Orders that change, and permissions that are taken back, as the platform tells of them: forged, twice, too late."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from agent.shops.sources import SOON
from agent.team.rights import look_again
from evals.emulators.clock import settle
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.sellers import Shop
from evals.emulators.tiktok_shop.webhooks import ENDPOINT, ORDER_ENDPOINT, REVOKED_ENDPOINT, Notification
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.outreach import Channel, Flag
from memory.domain.shops import SyncState
from tests.agent.deliveries.conftest import PushShop
from tests.agent.shops.test_sold import Sold
from tests.support.heard_shop import HeardShop, connected, heard_shop


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[HeardShop]:
    office = await open_office(database)
    await office.move_to_hour(12)
    await PushShop(office, {}).channel()
    async with heard_shop(office) as made:
        yield made


def own(shop: HeardShop) -> Shop:
    return shop.emulator.platform.partner.seller.shops[0]


async def told(shop: HeardShop) -> list[Notification]:
    """Whatever was sent is answered."""
    webhooks = shop.emulator.webhooks
    await settle(100)
    await shop.emulator.platform.records.until(
        lambda: all(one.acknowledged or 401 in one.statuses or one in webhooks.held for one in webhooks.notifications)
    )
    return webhooks.notifications


async def test_an_order_that_changed_is_read_as_it_stands_however_often_and_late_it_is_told(shop: HeardShop) -> None:
    at = Sold.of(shop)
    order, other = at.sell(days=40), at.sell(days=40)
    await at.read()
    orders, asked = shop.emulator.platform.orders, shop.emulator.platform.records
    orders.deliver(order)
    orders.deliver(other)
    await shop.emulator.platform.clock.advance(40 * 86_400)
    shop.plan(FaultKind.WEBHOOK_TWICE, ORDER_ENDPOINT, copies=3, times=0)
    shop.plan(FaultKind.WEBHOOK_REORDERED, ORDER_ENDPOINT, calls=(1,))
    before = len(asked.of("orders/search"))
    for status in ("COMPLETED", "CANCEL"):  # what it says of the order is not believed
        shop.emulator.webhooks.order(own(shop), order.id, status)
        await told(shop)
    await shop.handled()
    lines = {line.order: line.provisional for line in await at.lines()}
    assert lines == {order.id: False, other.id: True}
    assert len(asked.of("orders/search")) - before == 2  # each telling once
    assert shop.waiting() == 0


async def test_an_order_nobody_knows_brings_the_next_reading_nearer(shop: HeardShop) -> None:
    at = Sold.of(shop)
    done = await at.read()
    for _ in range(2):
        shop.emulator.webhooks.order(own(shop), at.sell(days=0).id, "AWAITING_SHIPMENT")
        await told(shop)
        await shop.handled()
    soon = await at.stands()
    assert done.ended_at is not None
    assert (soon.state, soon.due_at) == (SyncState.DONE, done.ended_at + SOON)
    await shop.emulator.platform.clock.advance(60)
    await at.read()
    assert len(await at.lines()) == 2


async def test_a_forged_word_changes_nothing(shop: HeardShop) -> None:
    shop.plan(FaultKind.WEBHOOK_BAD_SIGNATURE, ENDPOINT, times=0)
    shop.emulator.webhooks.revoked(own(shop))
    shop.emulator.webhooks.order(own(shop), "1", "CANCEL")
    assert {one.statuses[0] for one in await told(shop)} == {401}
    link = await shop.state()
    assert (link.connected, link.revoked_at, shop.waiting()) == (True, None, 0)


async def test_what_the_seller_took_back_stops_at_once_is_told_once_and_goes_on_after_they_agree(
    shop: HeardShop,
) -> None:
    office = shop.office
    office.messenger = replace(office.messenger, channel=Channel.TIKTOK)
    batch = await office.draft(await office.creators(1))
    shop.row("update draft set channel = 'tiktok'")
    await office.decide(await office.show(batch, office.anna), office.anna, approve=[1])
    late = shop.emulator.webhooks.of_revoked(own(shop))
    shop.plan(FaultKind.WEBHOOK_TWICE, REVOKED_ENDPOINT, copies=3)
    shop.emulator.webhooks.revoked(own(shop))
    assert {one.statuses[-1] for one in await told(shop)} == {200}
    link = await shop.state()
    assert (link.connected, link.revoked_at is not None, await shop.platform.until(shop.link)) == (False, True, None)
    await office.dispatch()
    [draft] = await office.read(batch)
    assert (office.messenger.received, draft.reason) == ([], Flag("shop_revoked", {}))
    name = own(shop).name
    assert shop.row("select subject from delivery where kind = 'shop'") == [({"event": "revoked", "shop": name},)]
    await connected(shop.platform, office, office.brand)
    shop.emulator.webhooks.notifications.append(late)
    shop.emulator.webhooks.held.append(late)
    shop.emulator.webhooks.release()  # of before they agreed anew
    await told(shop)
    assert ((await shop.state()).connected, (await shop.state()).revoked_at) == (True, None)
    async with office.database.unit(office.lead) as unit:
        await look_again(unit)
    await office.dispatch()
    assert len(office.messenger.received) == 1
