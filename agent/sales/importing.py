"""Sales out of a handed-in table: told where they differ from what is kept, then kept as of the file."""

from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

from connectors.ports.files import SaleRow
from memory.domain.ids import BrandId
from memory.domain.import_stores import ImportRun, RowOutcome, RowVerdict
from memory.domain.markets import MARKETS, reporting_zone
from memory.domain.outreach import Flag
from memory.domain.sales import Difference
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Lang, Scope
from prompts.render import Texts

AT_ONCE = 2_000
Say = Callable[[tuple[Flag, ...]], str | None]


async def shop_of(unit: Unit, brand: BrandId) -> tuple[str, ZoneInfo]:
    """The currency and the reporting zone of a brand's shop: what a file that names neither is in."""
    own = await unit.people.brand(brand)
    market = MARKETS.get(own.market)
    return market.currency if market else own.currency, reporting_zone(own.market)


async def judged(
    unit: Unit, rows: Sequence[SaleRow], say: Say, *, brand: BrandId, lang: Lang, texts: Texts
) -> list[RowVerdict]:
    """What is wrong with rows, and where they say otherwise than what is kept; nothing is changed."""
    good = [row for row in rows if row.facts is not None]
    found = await unit.sales.differences([row.facts for row in good if row.facts], brand=brand)
    differing = {row.number: flags_of(one, lang=lang, texts=texts) for row, one in zip(good, found, strict=True)}
    return [
        RowVerdict(
            row.number,
            None if row.facts else RowOutcome.LEFT_OUT,
            say((*row.problems, *differing.get(row.number, ()))),
        )
        for row in rows
    ]


def flags_of(found: Sequence[Difference], *, lang: Lang, texts: Texts) -> Iterator[Flag]:
    """Differences as a person reads them, each with who said the other."""
    for one in found:
        yield Flag(
            "sale_differs",
            {
                "field": texts.say(f"sale_field_{one.field}", lang),
                "ours": one.ours,
                "theirs": one.theirs,
                "source": one.source,
                "day": f"{one.as_of:%Y-%m-%d}",
            },
            blocking=False,
        )


async def imported(
    units: Units, scope: Scope, run: ImportRun, rows: Sequence[SaleRow], say: Say, *, brand: BrandId, texts: Texts
) -> None:
    """Keep rows part by part; a second time they change nothing."""
    good = [row for row in rows if row.facts is not None]
    for start in range(0, len(good), AT_ONCE):
        part = good[start : start + AT_ONCE]
        sales = [row.facts for row in part if row.facts]
        async with units.unit(scope) as unit:
            differing = await unit.sales.differences(sales, brand=brand)
            outcomes = await unit.sales.upsert(sales, brand=brand, source=f"file:{run.file_name}", as_of=run.made_at)
            await unit.imports.judge(
                run.id,
                [
                    RowVerdict(row.number, outcome, say((*row.problems, *flags_of(one, lang=scope.lang, texts=texts))))
                    for row, outcome, one in zip(part, outcomes, differing, strict=True)
                ],
            )
