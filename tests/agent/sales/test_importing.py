"""Sales out of files: kept with their sources, told line by line where another file says otherwise, nothing lost."""

from datetime import date

from agent.imports import Imports
from connectors.files.reader import FileReader
from connectors.ports.queries import ImportView
from memory.database import Database
from memory.domain.performance import GroupBy, Metric, Query
from memory.domain.periods import Period, PeriodName
from memory.domain.workspace import Scope
from prompts.render import texts
from tests.support.database import Office

HEAD = "Order ID,SKU ID,Time Created,Product Name,Price,Quantity,Creator Username,Est. standard commission payment\n"
FIRST = (
    f"{HEAD}A1,S1,2026-10-03 10:00,Litter Box,30.00,1,cat_mama,4.50\n"
    "A2,S1,2026-10-04 10:00,Litter Box,30.00,2,dog_dad,9.00\n"
    "A3,S1,no day,Litter Box,30.00,2,dog_dad,9.00\n"
)
SECOND = (
    f"{HEAD}A1,S1,2026-10-03 10:00,Litter Box,30.00,1,cat_mama,4.50\n"
    "A2,S1,2026-10-04 10:00,Litter Box,30.00,1,dog_dad,4.50\n"
)


async def handed_in(database: Database, scope: Scope, text: str, *, only_preview: bool = False) -> ImportView:
    imports = Imports(database, FileReader(), texts())
    run = await imports.preview(scope, name="orders.csv", content=text.encode(), kind="orders")
    if not only_preview:
        await imports.start(scope, run, {})
        await imports.carry_out(scope, run)
    return await imports.view(scope, run)


async def test_a_file_of_orders_is_kept_and_the_next_one_is_compared_with_it(
    database: Database, office: Office
) -> None:
    scope = office.operator()
    first = await handed_in(database, scope, FIRST)
    assert (first.rows, first.good, first.added) == (3, 2, 2)
    assert [row for row, _ in first.problems] == [4]
    previewed = await handed_in(database, scope, SECOND, only_preview=True)
    assert [(row, told.split("：")[0], "file:orders.csv" in told) for row, told in previewed.problems] == [
        (3, "金额", True)
    ]
    second = await handed_in(database, scope, SECOND)
    assert (second.same, second.changed) == (1, 1)
    assert len(second.problems) == 1
    october = Period(PeriodName.CUSTOM, date(2026, 10, 1), date(2026, 10, 31))
    asked = (Metric.GMV, Metric.COMMISSION)
    async with database.unit(scope) as unit:
        report = await unit.performance.report(Query(october, asked, group_by=GroupBy.CREATOR))
        products = await unit.products.all()
    assert {row.key.label: [row.figures[m].value for m in asked] for row in report.rows} == {
        "cat_mama": [3000, 450],
        "dog_dad": [3000, 450],
    }
    assert [product.name for product in products] == ["Litter Box"]
