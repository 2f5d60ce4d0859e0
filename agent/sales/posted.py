"""Posts out of a handed-in table: kept as of the file, their sales attributed, the samples they answer moved."""

from collections.abc import Callable, Sequence

from agent.samples.posting import move_posted
from connectors.ports.files import PostRow
from memory.domain.ids import BrandId
from memory.domain.import_stores import ImportRun, RowOutcome, RowVerdict
from memory.domain.outreach import Flag
from memory.domain.stores import Units
from memory.domain.workspace import Scope

AT_ONCE = 1_000
Say = Callable[[tuple[Flag, ...]], str | None]
_ERASED = Flag("import_erased", {})


async def imported(
    units: Units, scope: Scope, run: ImportRun, rows: Sequence[PostRow], say: Say, *, brand: BrandId
) -> None:
    """Keep rows part by part; a second time they change nothing."""
    good = [row for row in rows if row.facts is not None]
    for start in range(0, len(good), AT_ONCE):
        part = good[start : start + AT_ONCE]
        posts = [row.facts for row in part if row.facts]
        async with units.unit(scope) as unit:
            outcomes = await unit.sales.add_posts(posts, brand=brand, source=f"file:{run.file_name}", as_of=run.made_at)
            await move_posted(unit, [post.content for post in posts], brand=brand)
            verdicts = [_verdict(row, outcome, say) for row, outcome in zip(part, outcomes, strict=True)]
            await unit.imports.judge(run.id, verdicts)


def _verdict(row: PostRow, outcome: RowOutcome, say: Say) -> RowVerdict:
    is_erased = outcome is RowOutcome.LEFT_OUT
    return RowVerdict(row.number, outcome, say((_ERASED,) if is_erased else row.problems), is_erased)
