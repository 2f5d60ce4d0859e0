"""Affiliate orders of a shop in our sales: once each, settled later, on the shop's day, and beside what files said."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from agent.shops.sold import OrderReading
from agent.shops.sources import SourceSync
from connectors.ports.shops import LinkedShop
from evals.emulators.tiktok_shop.faults import FaultKind
from evals.emulators.tiktok_shop.orders import Order
from evals.emulators.tiktok_shop.people import Creator
from evals.emulators.tiktok_shop.sellers import Shop
from evals.suites.selling_office import open_office
from memory.database import Database
from memory.domain.money import Money
from memory.domain.outreach import Flag
from memory.domain.performance import Filters, Metric, Query
from memory.domain.performance_stores import SaleLine
from memory.domain.periods import Period, PeriodName
from memory.domain.sales import Sale
from memory.domain.shop_sources import ShopSource
from memory.domain.shops import Sync, SyncState
from tests.support.heard_shop import HeardShop, heard_shop

READ = ShopSource.ORDERS


@dataclass
class Sold:
    """The office's shop, which sells over creators."""

    shop: HeardShop
    sync: SourceSync

    @staticmethod
    def of(shop: HeardShop) -> "Sold":
        reading = OrderReading(shop.platform.orders(), shop.platform.name)
        return Sold(shop, SourceSync(shop.office.database, {READ: reading}, shop.hearing.scope_of_tenant))

    @property
    def own(self) -> Shop:
        return self.shop.emulator.platform.partner.seller.shops[0]

    @property
    def somebody(self) -> Creator:
        return next(iter(self.shop.emulator.platform.people.values()))

    def sell(self, *, days: float = 1, price: int = 3_000) -> Order:
        emulated = self.shop.emulator.platform
        return emulated.orders.sell(self.own, self.somebody, at=emulated.clock.now - days * 86_400, price=price)

    async def read(self) -> Sync:
        self.shop.row("update shop_source set due_at = clock_timestamp() - interval '1 day'")
        await self.sync.run(self.shop.link, self.shop.tenant, READ)
        return await self.stands()

    async def stands(self) -> Sync:
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            return (await unit.shop_sources.of(self.shop.link))[READ]

    async def killed_at_page(self, page: int) -> None:
        """A run that dies while it waits for a page."""
        self.shop.plan(FaultKind.DELAY, "orders/search", seconds=3_600, calls=(page,))
        run = asyncio.create_task(self.sync.run(self.shop.link, self.shop.tenant, READ))
        records = self.shop.emulator.platform.records
        await records.until(lambda: len(records.of("orders/search")) == page)
        run.cancel()
        await asyncio.gather(run, return_exceptions=True)

    async def lines(self) -> Sequence[SaleLine]:
        """What is kept, newest first."""
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            found, _ = await unit.performance.lines(Filters(), await self.year())
        return found

    async def year(self) -> Period:
        today = (await self.shop.office.now()).date()
        return Period(PeriodName.CUSTOM, today - timedelta(days=365), today + timedelta(days=2))

    async def handed_in(self, sale: Sale) -> None:
        """A file tells of a sale, now."""
        async with self.shop.office.database.unit(self.shop.office.owner) as unit:
            await unit.sales.upsert(
                [sale], brand=self.shop.office.brand, source="file:orders.csv", as_of=unit.now
            )  # fmt: skip


async def test_a_reading_that_is_killed_goes_on_where_it_stood_and_each_line_counts_once(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Sold.of(shop)
        made = [at.sell(days=number / 4).id for number in range(1, 131)]
        await at.killed_at_page(2)
        stood = await at.stands()
        assert (stood.state, stood.found, len(await at.lines())) == (SyncState.RUNNING, 100, 50)  # lines: a page's most
        done = await at.read()
        assert (done.state, done.found, done.trouble) == (SyncState.DONE, 130, None)
        assert done.ended_at is not None
        assert done.due_at == done.ended_at + timedelta(hours=1)
        again = await at.read()
        assert (again.state, again.found) == (SyncState.DONE, 4)  # the last day's
        async with database.unit(shop.office.owner) as unit:
            report = await unit.performance.report(Query(await at.year(), (Metric.ORDERS, Metric.GMV)))
        assert [report.total.figures[one].value for one in (Metric.ORDERS, Metric.GMV)] == [130, 130 * 3_000]
        [source] = report.sources
        assert (source.source, source.kind, source.rows) == ("tiktok_shop", "orders", len(made))
        assert source.as_of >= done.ended_at


async def test_a_settled_commission_takes_the_place_of_the_estimate(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Sold.of(shop)
        order = at.sell()
        order.skus[0].pieces = 3
        await at.read()
        [line] = await at.lines()
        assert (line.commission, line.provisional, line.handle) == (Money(1_350), True, at.somebody.username)
        shop.emulator.platform.orders.refund(order.skus[0], 1)
        shop.emulator.platform.orders.deliver(order)
        await shop.emulator.platform.clock.advance(15 * 86_400)
        await at.read()
        [line] = await at.lines()
        assert (line.commission, line.provisional, line.source) == (Money(900), False, "tiktok_shop")
        shop.emulator.platform.orders.refund(order.skus[0], 2)  # all come back after it was paid
        await shop.emulator.platform.clock.advance(86_400)
        await at.read()
        [line] = await at.lines()
        assert (line.commission, line.refunded, line.provisional) == (Money(0), Money(9_000), False)


async def test_a_shop_without_new_orders_was_heard_of_all_the_same(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Sold.of(shop)
        read = await at.read()
        async with database.unit(shop.office.owner) as unit:
            [source] = await unit.performance.freshness()
        assert (source.source, source.rows, source.as_of) == ("tiktok_shop", 0, read.started_at)


async def test_where_a_file_said_otherwise_the_shop_counts_and_both_are_told(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Sold.of(shop)
        order = at.sell()
        at.sell()
        pages = [page async for page in shop.platform.orders().orders(LinkedShop(shop.link, at.own.id), after="")]
        [_, told] = sorted(pages[0].sales, key=lambda sale: sale.line.order != order.id, reverse=True)
        await at.handed_in(replace(told, line=replace(told.line, quantity=2, content=""), commissions=()))
        async with database.unit(shop.office.owner) as unit:
            day = f"{unit.now:%Y-%m-%d}"
        said: dict[str, str | int | float] = {
            "count": 1, "days": 30, "order": order.id, "field": "paid", "ours": "60.00 USD", "theirs": "30.00 USD",
            "source": "file:orders.csv", "day": day,
        }  # fmt: skip
        for _ in range(2):
            done = await at.read()
            assert (done.state, done.trouble) == (SyncState.DONE, Flag("shop_orders_differ", said))
        line = next(one for one in await at.lines() if one.order == order.id)
        assert (line.quantity, line.source) == (1, "tiktok_shop")


async def test_the_last_evening_of_a_month_is_of_the_day_the_shop_has(database: Database) -> None:
    async with heard_shop(await open_office(database)) as shop:
        at = Sold.of(shop)
        now = datetime.fromtimestamp(shop.emulator.platform.clock.now, UTC)
        begins = (now.replace(day=1) - timedelta(days=1)).replace(day=1, hour=3, minute=0)
        days = (now - begins) / timedelta(days=1)
        in_los_angeles = at.sell(days=days)  # 3:00 of the first in UTC is the evening before there
        await at.read()
        shop.row(f"update brand set market = 'GB' where id = {shop.office.brand}")
        shop.row("update shop_source set position = ''")  # everything is read again
        in_london = at.sell(days=days)
        await at.read()
        assert {line.order: line.day for line in await at.lines()} == {
            in_los_angeles.id: begins.date() - timedelta(days=1),
            in_london.id: begins.date(),
        }
