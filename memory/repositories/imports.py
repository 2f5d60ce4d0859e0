"""Import runs with their rows: kept whole, so that nothing of a file is lost on bad rows."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from memory.domain.errors import Conflict, NotFound
from memory.domain.ids import ImportRunId, MemberId
from memory.domain.import_stores import ImportedRow, ImportRun, ImportState, RowOutcome, RowVerdict
from memory.domain.workspace import Scope
from memory.models.books import ImportRowRow, ImportRunRow
from memory.tenancy import ScopedSession

_ENDED = (ImportState.DONE, ImportState.FAILED)
_CHUNK = 5_000


class ImportRepository:
    """Satisfies `memory.domain.import_stores.ImportStore`."""

    def __init__(self, session: ScopedSession, scope: Scope, now: datetime) -> None:
        self._session = session
        self._scope = scope
        self._now = now

    async def add(
        self,
        *,
        kind: str,
        file_name: str,
        headers: Sequence[str],
        rows: Sequence[ImportedRow],
        mapping: Mapping[str, str],
        mapping_name: str,
    ) -> ImportRunId:
        """See `ImportStore.add`."""
        run = ImportRunRow(
            kind=kind,
            brand_id=self._scope.brand,
            file_name=file_name,
            made_by=self._scope.member,
            state=ImportState.PREVIEWED,
            headers=list(headers),
            headers_key=_headers_key(headers),
            mapping=dict(mapping),
            mapping_name=mapping_name,
            made_at=self._now,
        )
        self._session.add(run)
        await self._session.flush()
        for start in range(0, len(rows), _CHUNK):
            await self._session.execute(
                insert(ImportRowRow),
                [
                    {
                        "run_id": run.id,
                        "brand_id": self._scope.brand,
                        "number": row.number,
                        "cells": list(row.cells),
                        "outcome": row.outcome,
                        "problem": row.problem,
                    }
                    for row in rows[start : start + _CHUNK]
                ],
                execution_options={"render_nulls": True},
            )
        return ImportRunId(run.id)

    async def by_id(self, run: ImportRunId) -> ImportRun | None:
        """See `ImportStore.by_id`."""
        row = await self._session.scalar(select(ImportRunRow).where(ImportRunRow.id == run))
        return _to_run(row) if row else None

    async def lock(self, run: ImportRunId) -> ImportRun:
        """See `ImportStore.lock`."""
        return _to_run(await self._locked(run))

    async def _locked(self, run: ImportRunId) -> ImportRunRow:
        row = await self._session.scalar(
            select(ImportRunRow)
            .where(ImportRunRow.id == run)
            .with_for_update(key_share=True)
            .execution_options(populate_existing=True)
        )
        if row is None:
            raise NotFound("import_not_found", run=run)
        return row

    async def rows(self, run: ImportRunId, *, after: int = 0, limit: int = 1000) -> list[ImportedRow]:
        """See `ImportStore.rows`."""
        rows = await self._session.scalars(
            select(ImportRowRow)
            .where(ImportRowRow.run_id == run, ImportRowRow.number > after)
            .order_by(ImportRowRow.number)
            .limit(limit)
        )
        return [
            ImportedRow(row.number, tuple(row.cells), RowOutcome(row.outcome) if row.outcome else None, row.problem)
            for row in rows
        ]

    async def judge(self, run: ImportRunId, verdicts: Sequence[RowVerdict]) -> None:
        """See `ImportStore.judge`. Rows of one verdict are written together."""
        alike: dict[tuple[RowOutcome | None, str | None, bool], list[int]] = {}
        for verdict in verdicts:
            alike.setdefault((verdict.outcome, verdict.problem, verdict.forget), []).append(verdict.number)
        for (outcome, problem, forget), numbers in alike.items():
            await self._session.execute(
                update(ImportRowRow)
                .where(ImportRowRow.run_id == run, ImportRowRow.number.in_(numbers))
                .values(outcome=outcome, problem=problem, **({"cells": []} if forget else {}))
                .execution_options(synchronize_session=False)
            )

    async def counts(self, run: ImportRunId) -> dict[str, int]:
        """See `ImportStore.counts`."""
        found = await self._session.execute(
            select(ImportRowRow.outcome, func.count(), func.count(ImportRowRow.problem))
            .where(ImportRowRow.run_id == run)
            .group_by(ImportRowRow.outcome)
        )
        counts = {outcome.value: 0 for outcome in RowOutcome} | {"rows": 0, "problems": 0}
        for outcome, rows, problems in found:
            counts["rows"] += rows
            counts["problems"] += problems
            if outcome is not None:
                counts[outcome] = rows
        return counts

    async def problems(self, run: ImportRunId, *, limit: int = 200) -> list[tuple[int, str]]:
        """See `ImportStore.problems`."""
        found = await self._session.execute(
            select(ImportRowRow.number, ImportRowRow.problem)
            .where(ImportRowRow.run_id == run, ImportRowRow.problem.is_not(None))
            .order_by(ImportRowRow.number)
            .limit(limit)
        )
        return [(number, problem or "") for number, problem in found]

    async def map(self, run: ImportRunId, mapping: Mapping[str, str], *, name: str, kind: str | None = None) -> None:
        """See `ImportStore.map`."""
        row = await self._locked(run)
        if row.state != ImportState.PREVIEWED:
            raise Conflict("import_begun", run=run)
        row.mapping, row.mapping_name, row.kind = dict(mapping), name, kind or row.kind
        await self._session.flush()

    async def move(self, run: ImportRunId, to: ImportState) -> None:
        """See `ImportStore.move`."""
        row = await self._locked(run)
        if row.state in _ENDED:
            return
        row.state = to
        row.ended_at = self._now if to in _ENDED else None
        await self._session.flush()

    async def learnt(self, kind: str, headers: Sequence[str]) -> dict[str, str] | None:
        """See `ImportStore.learnt`."""
        found = await self._session.scalar(
            select(ImportRunRow.mapping)
            .where(
                ImportRunRow.kind == kind,
                ImportRunRow.headers_key == _headers_key(headers),
                ImportRunRow.state == ImportState.DONE,
            )
            .order_by(ImportRunRow.id.desc())
            .limit(1)
        )
        return {str(header): str(field) for header, field in found.items()} if found else None


def _headers_key(headers: Sequence[str]) -> str:
    """Files with these headers, in any order and case, are of one make."""
    return "\n".join(sorted(header.strip().casefold() for header in headers))


def _to_run(row: ImportRunRow) -> ImportRun:
    return ImportRun(
        id=ImportRunId(row.id),
        kind=row.kind,
        file_name=row.file_name,
        made_by=MemberId(row.made_by),
        state=ImportState(row.state),
        headers=tuple(row.headers),
        mapping=dict(row.mapping),
        mapping_name=row.mapping_name,
        made_at=row.made_at,
        ended_at=row.ended_at,
    )
