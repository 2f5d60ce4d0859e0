"""Files handed in: previewed at once, carried out by a job, with a report per row. Nothing is lost on bad rows."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import structlog

from agent.cards.drafts import flag_text
from agent.import_kinds import NEEDED, likeliest, readable
from agent.sales import agreed, posted
from agent.sales import importing as importing_sales
from agent.samples.importing import imported, judged
from connectors.ports.files import (
    CreatorRow,
    GuessedMapping,
    PostRow,
    ProductRow,
    RateRow,
    SaleRow,
    SampleRow,
    Sheet,
    SheetReader,
)
from connectors.ports.queries import ImportView
from memory.domain import jobs
from memory.domain.chat import Reply
from memory.domain.errors import AppError, BadRequest, Conflict, NotAllowed, NotFound
from memory.domain.ids import BrandId, ImportRunId
from memory.domain.import_stores import KINDS, ImportRun, ImportState, RowOutcome, RowVerdict
from memory.domain.outreach import Flag
from memory.domain.stores import Change, Unit, Units
from memory.domain.workspace import Role, Scope
from prompts.render import Texts

log = structlog.get_logger()

AT_ONCE = 500
_OUTCOMES = {
    Change.ADDED: RowOutcome.ADDED,
    Change.CHANGED: RowOutcome.CHANGED,
    Change.SAME: RowOutcome.SAME,
    Change.REFUSED: RowOutcome.LEFT_OUT,
}


@dataclass(frozen=True, slots=True)
class Imports:
    """Previews and carries out imports of one workspace."""

    units: Units
    reader: SheetReader
    texts: Texts

    async def preview(
        self, scope: Scope, *, name: str, content: bytes, kind: str, mapping: str | None = None
    ) -> ImportRunId:
        """Read a file and judge every row without changing anything; `mapping` names one, else it is recognised.

        So is the kind where it is "". Raises BadRequest, NotAllowed.
        """
        if not scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if kind and kind not in KINDS:
            raise BadRequest("kind_unknown", kind=kind)
        sheet = await asyncio.to_thread(self.reader.read, name=name, content=content)
        async with self.units.unit(scope) as unit:
            known = {
                one: await self._mapping(unit, one, sheet.headers, mapping) for one in ((kind,) if kind else KINDS)
            }
            chosen = kind or likeliest({one: {*found.fields.values()} for one, found in known.items()}, file_name=name)
            run = await unit.imports.add(
                kind=chosen,
                file_name=name[:200],
                headers=sheet.headers,
                rows=sheet.rows,
                mapping=known[chosen].fields,
                mapping_name=known[chosen].name,
            )
            kept = await unit.imports.lock(run)
            await self._judge(unit, kept, sheet)
        return run

    async def _mapping(self, unit: Unit, kind: str, headers: Sequence[str], named: str | None = None) -> GuessedMapping:
        """What the headers mean: as such a file was last carried out, else as they are known; or by a named mapping."""
        learnt = None if named else await unit.imports.learnt(kind, headers)
        return GuessedMapping("learnt", learnt) if learnt else self.reader.guess(headers, kind=kind, name=named)

    async def read_as(self, scope: Scope, run: ImportRunId, kind: str) -> Reply:
        """Judge a previewed file as one of another kind. Raises as `start`."""
        if not scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        if kind not in KINDS:
            raise BadRequest("kind_unknown", kind=kind)
        async with self.units.unit(scope) as unit:
            kept = await unit.imports.lock(run)
            found = await self._mapping(unit, kind, kept.headers)
            await unit.imports.map(run, found.fields, name=found.name, kind=kind)
            kept = await unit.imports.lock(run)
            await self._judge(unit, kept, await self._sheet(unit, kept))
        return Reply(text=self.texts.say(f"web_import_{kind}", scope.lang))

    async def start(self, scope: Scope, run: ImportRunId, mapping: Mapping[str, str], *, kind: str = "") -> Reply:
        """Queue a previewed run, with the mapping a person chose. Raises BadRequest, NotFound, Conflict.

        `kind`: as what they saw it read; by now it may be read as something else.
        """
        if not scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with self.units.unit(scope) as unit:
            kept = await unit.imports.lock(run)
            if kind and kind != kept.kind:
                raise Conflict("import_other_kind", kind=self.texts.say(f"web_import_{kept.kind}", scope.lang))
            chosen = {header: field for header, field in mapping.items() if field} if mapping else kept.mapping
            for field, without in NEEDED[kept.kind]:
                if field not in chosen.values():
                    raise BadRequest(without)
            if mapping and chosen != kept.mapping:
                await unit.imports.map(run, chosen, name="chosen")
            await unit.imports.move(run, ImportState.QUEUED)
            await unit.defer(jobs.run_import(run, scope=scope))
            counts = await unit.imports.counts(run)
        return Reply(text=self.texts.say("import_started", scope.lang, rows=counts.get("rows", 0)))

    async def remap(self, scope: Scope, run: ImportRunId, mapping: Mapping[str, str]) -> None:
        """Judge every row again with another mapping; nothing is changed. Raises Conflict once it runs."""
        async with self.units.unit(scope) as unit:
            kept = await unit.imports.lock(run)
            await unit.imports.map(run, dict(mapping), name="chosen")
            kept = await unit.imports.lock(run)
            await self._judge(unit, kept, await self._sheet(unit, kept))

    async def carry_out(self, scope: Scope, run: ImportRunId) -> None:
        """Do what a queued run says; a second call after a crash continues, an upsert repeated changes nothing."""
        try:
            async with self.units.unit(scope) as unit:
                kept = await unit.imports.lock(run)
                if kept.state in (ImportState.DONE, ImportState.FAILED):
                    return
                await unit.imports.move(run, ImportState.RUNNING)
                sheet = await self._sheet(unit, kept)
            if kept.kind == "creators":
                await self._creators(scope, kept, sheet)
            elif kept.kind == "samples":
                await self._samples(scope, kept, sheet)
            elif kept.kind == "orders":
                await self._orders(scope, kept, sheet)
            elif kept.kind == "posts":
                await self._posts(scope, kept, sheet)
            elif kept.kind == "rates":
                await self._rates(scope, kept, sheet)
            else:
                await self._products(scope, kept, sheet)
        except AppError as failure:
            if failure.retryable:
                raise
            log.warning("import.failed", run=run, error=failure.text_key)
            async with self.units.unit(scope) as unit:
                await unit.imports.move(run, ImportState.FAILED)
            return
        async with self.units.unit(scope) as unit:
            await unit.imports.move(run, ImportState.DONE)
            await unit.defer(jobs.index_creators(scope.tenant))

    async def _creators(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        rows = [row for row in await asyncio.to_thread(self._read_creators, run, sheet, scope) if row.facts]
        for start in range(0, len(rows), AT_ONCE):
            part = rows[start : start + AT_ONCE]
            async with self.units.unit(scope) as unit:
                facts = [row.facts for row in part if row.facts]
                changes = await unit.creators.upsert(facts, source=f"file:{run.file_name}", as_of=run.made_at)
                verdicts = [
                    RowVerdict(row.number, _OUTCOMES[change], self._about(row, change, scope), change is Change.REFUSED)
                    for row, change in zip(part, changes, strict=True)
                ]
                await unit.imports.judge(run.id, verdicts)

    async def _products(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        if scope.brand is None:
            raise BadRequest("choose_a_brand")
        async with self.units.unit(scope) as unit:
            kept = {product.name.casefold(): product for product in await unit.products.all()}
            verdicts = []
            for row in await asyncio.to_thread(self._read_products, run, sheet):
                if row.fields is None:
                    continue
                name = str(row.fields["name"]).casefold()
                present = kept.get(name)
                kept[name] = await unit.products.save(present, row.fields, brand=scope.brand)
                same = present == kept[name]
                outcome = RowOutcome.SAME if same else RowOutcome.CHANGED if present else RowOutcome.ADDED
                verdicts.append(RowVerdict(row.number, outcome, self._said(row.problems, scope)))
            await unit.imports.judge(run.id, verdicts)

    async def _samples(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        rows = await asyncio.to_thread(self._read_samples, run, sheet)
        async with self.units.unit(scope) as unit:
            said = partial(self._said, scope=scope)
            await unit.imports.judge(run.id, await imported(unit, rows, said, brand=_brand(scope)))

    async def _orders(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        brand = _brand(scope)
        async with self.units.unit(scope) as unit:
            rows = await self._read_orders(unit, run, sheet, brand)
        said = partial(self._said, scope=scope)
        await importing_sales.imported(self.units, scope, run, rows, said, brand=brand, texts=self.texts)

    async def _posts(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        brand = _brand(scope)
        async with self.units.unit(scope) as unit:
            rows = await self._read_posts(unit, run, sheet, brand)
        await posted.imported(self.units, scope, run, rows, partial(self._said, scope=scope), brand=brand)

    async def _read_posts(self, unit: Unit, run: ImportRun, sheet: Sheet, brand: BrandId) -> list[PostRow]:
        _, zone = await importing_sales.shop_of(unit, brand)
        return await asyncio.to_thread(self.reader.posts, sheet, run.mapping, zone=zone)

    async def _rates(self, scope: Scope, run: ImportRun, sheet: Sheet) -> None:
        brand = _brand(scope)
        async with self.units.unit(scope) as unit:
            rows = await self._read_rates(unit, run, sheet, brand)
            await agreed.imported(unit, run, rows, partial(self._said, scope=scope), brand=brand)

    async def _read_rates(self, unit: Unit, run: ImportRun, sheet: Sheet, brand: BrandId) -> list[RateRow]:
        _, zone = await importing_sales.shop_of(unit, brand)
        return await asyncio.to_thread(self.reader.rates, sheet, run.mapping, zone=zone)

    async def _read_orders(self, unit: Unit, run: ImportRun, sheet: Sheet, brand: BrandId) -> list[SaleRow]:
        currency, zone = await importing_sales.shop_of(unit, brand)
        return await asyncio.to_thread(self.reader.orders, sheet, run.mapping, currency=currency, zone=zone)

    async def _judge(self, unit: Unit, run: ImportRun, sheet: Sheet) -> None:
        if run.kind == "orders":
            brand, lang = _brand(unit.scope), unit.scope.lang
            sold = await self._read_orders(unit, run, sheet, brand)
            about = partial(self._said, scope=unit.scope)
            verdicts = await importing_sales.judged(unit, sold, about, brand=brand, lang=lang, texts=self.texts)
            await unit.imports.judge(run.id, verdicts)
            return
        if run.kind == "rates":
            held = await self._read_rates(unit, run, sheet, _brand(unit.scope))
            await unit.imports.judge(run.id, await agreed.judged(unit, held, partial(self._said, scope=unit.scope)))
            return
        if run.kind == "samples":
            read, said = await asyncio.to_thread(self._read_samples, run, sheet), partial(self._said, scope=unit.scope)
            await unit.imports.judge(run.id, await judged(unit, read, said, brand=_brand(unit.scope)))
            return
        rows: list[CreatorRow] | list[ProductRow] | list[PostRow]
        if run.kind == "posts":
            rows = await self._read_posts(unit, run, sheet, _brand(unit.scope))
        elif run.kind == "creators":
            rows = await asyncio.to_thread(self._read_creators, run, sheet, unit.scope)
        else:
            rows = await asyncio.to_thread(self._read_products, run, sheet)
        verdicts = []
        for row in rows:
            usable = (row.fields if isinstance(row, ProductRow) else row.facts) is not None
            verdicts.append(
                RowVerdict(row.number, None if usable else RowOutcome.LEFT_OUT, self._said(row.problems, unit.scope))
            )
        await unit.imports.judge(run.id, verdicts)

    def _read_creators(self, run: ImportRun, sheet: Sheet, scope: Scope) -> list[CreatorRow]:
        del scope
        return self.reader.creators(sheet, run.mapping, mapping_name=run.mapping_name, currency="USD")

    def _read_products(self, run: ImportRun, sheet: Sheet) -> list[ProductRow]:
        return self.reader.products(sheet, run.mapping, mapping_name=run.mapping_name, currency="USD")

    def _read_samples(self, run: ImportRun, sheet: Sheet) -> list[SampleRow]:
        return self.reader.samples(sheet, run.mapping, currency="USD")

    async def _sheet(self, unit: Unit, run: ImportRun) -> Sheet:
        rows = []
        last = 0
        while part := await unit.imports.rows(run.id, after=last, limit=5000):
            rows += part
            last = part[-1].number
        return Sheet(run.headers, tuple(rows))

    def _about(self, row: CreatorRow, change: Change, scope: Scope) -> str | None:
        """What is said of a row: its problems, or that the creator was erased and stays out."""
        if change is Change.REFUSED:
            return self.texts.say("import_erased", scope.lang)
        return self._said(row.problems, scope)

    def _said(self, problems: tuple[Flag, ...], scope: Scope) -> str | None:
        said = [flag_text(problem, lang=scope.lang, texts=self.texts, now=None) for problem in problems]
        return "；".join(said) or None

    async def view(self, scope: Scope, run: ImportRunId) -> ImportView:
        """One import as its page shows it. Raises NotFound."""
        async with self.units.unit(scope) as unit:
            kept = await unit.imports.by_id(run)
            if kept is None:
                raise NotFound("import_unknown")
            counts = await unit.imports.counts(run)
            problems = await unit.imports.problems(run)
            sample = await unit.imports.rows(run, limit=8)
        rows = counts.get("rows", 0)
        return ImportView(
            run=run,
            kind=kept.kind,
            file_name=kept.file_name,
            state=kept.state,
            headers=kept.headers,
            mapping=kept.mapping,
            mapping_name=kept.mapping_name,
            fields=self.reader.fields(kept.kind),
            kinds=readable({kind: {*self.reader.guess(kept.headers, kind=kind).fields.values()} for kind in KINDS}),
            rows=rows,
            good=rows - counts.get(RowOutcome.LEFT_OUT, 0),
            added=counts.get(RowOutcome.ADDED, 0),
            changed=counts.get(RowOutcome.CHANGED, 0),
            same=counts.get(RowOutcome.SAME, 0),
            problems=tuple(problems),
            sample=tuple(dict(zip(kept.headers, row.cells, strict=False)) for row in sample),
        )


def _brand(scope: Scope) -> BrandId:
    """The one brand a file of samples or orders is of. Raises BadRequest in a scope of several."""
    if scope.brand is None:
        raise BadRequest("choose_a_brand")
    return scope.brand
