"""The nightly look at the sums of sales: what went wrong is found, told of and added up anew."""

from datetime import UTC, date, datetime

import psycopg

from agent.sales.auditing import SumAuditor
from memory.database import Database
from memory.domain.ids import TenantId
from memory.domain.money import Money
from memory.domain.sales import OrderLine, Sale
from memory.domain.workspace import Scope
from tests.support.database import Office


async def test_a_sum_that_went_wrong_is_right_again_after_the_night(
    database: Database, database_url: str, office: Office
) -> None:
    async def owner(tenant: TenantId) -> Scope:
        assert tenant == office.tenant
        return office.lead(1)  # whoever's scope it is, every brand is looked at

    lead = office.lead()
    assert lead.brand is not None
    sale = Sale(OrderLine("5001", "s", datetime(2026, 10, 12, 20, tzinfo=UTC), Money(3000), 1, handle="cat_mama"))
    async with database.unit(lead) as unit:
        await unit.sales.upsert([sale], brand=lead.brand, source="shop", as_of=datetime(2026, 11, 1, tzinfo=UTC))
    auditor = SumAuditor(database, database, owner)
    assert [found.days for found in await auditor.look()] == [(), ()]
    with psycopg.connect(database_url, autocommit=True) as line:
        line.execute("set role daren_service")
        line.execute("update rollup_day set gross = 1")
    assert [found.days for found in await auditor.look()] == [(date(2026, 10, 12),), ()]
    await auditor.run()
    assert [found.days for found in await auditor.look()] == [(), ()]
