"""What channels ask about batches and imports, over the rows of an office; the rest is an invented one's."""

from connectors.ports.queries import BatchView, ImportView
from evals.suites.talking import Talk
from memory.database import Database
from memory.domain.errors import NotFound
from memory.domain.ids import ImportRunId
from memory.domain.workspace import Scope
from tests.support.fake_desk import FakeOffice, FakeQueries


class OfficeQueries(FakeQueries):
    """Satisfies `Queries` beside a desk that is real."""

    def __init__(self, talk: Talk, database: Database) -> None:
        super().__init__(FakeOffice())
        self._talk = talk
        self._database = database

    async def batch(self, scope: Scope, code: str) -> BatchView:
        """As it is now."""
        async with self._database.unit(scope) as unit:
            found = await unit.drafts.batch(code)
        if found is None:
            raise NotFound("no_such_batch", batch=code)
        return BatchView(found, (), {})

    async def import_run(self, scope: Scope, run: ImportRunId) -> ImportView:
        """As it is now."""
        return await self._talk.desk.forms.imports.view(scope, run)
