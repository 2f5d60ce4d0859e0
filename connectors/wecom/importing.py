"""A table somebody sent: read into a previewed import, with buttons that carry it out or read it as something else."""

from dataclasses import dataclass
from typing import Final

from connectors.ports.desk import Desk
from connectors.ports.queries import ImportView, Queries
from connectors.wecom import cards
from connectors.wecom.cards import TemplateCard
from connectors.wecom.fetched import Fetched
from connectors.wecom.foreign import line
from connectors.wecom.keys import Importing as Starting
from connectors.wecom.keys import Reading
from connectors.wecom.saying import Say
from memory.domain.chat import ReadImportAs, Reply, RunImport
from memory.domain.ids import ImportRunId
from memory.domain.workspace import Lang, Scope

SHOWN_PROBLEMS: Final = 5


@dataclass(frozen=True, slots=True)
class Preview:
    """What importing a table would do, and the card that does it."""

    text: str
    card: TemplateCard


@dataclass(frozen=True, slots=True)
class Importing:
    """Previews tables and imports what was previewed. Every method raises what the desk raises."""

    desk: Desk
    queries: Queries
    say: Say

    async def preview(self, scope: Scope, file: Fetched, *, of: str) -> Preview:
        """Read a table sent as `of`: as what its columns say. Nothing is changed yet."""
        run = await self.desk.upload(scope, name=file.name, content=file.content, kind="")
        return await self._previewed(scope, run, of=of)

    async def read_as(self, scope: Scope, wish: Reading, *, of: str) -> Preview:
        """Read it again, as something else. Nothing is changed yet."""
        await self.desk.submit(scope, ReadImportAs(run=wish.run, of=wish.kind))
        return await self._previewed(scope, wish.run, of=of)

    async def start(self, scope: Scope, wish: Starting) -> Reply:
        """Carry a previewed import out as it was previewed, with its mapping."""
        view = await self.queries.import_run(scope, wish.run)
        return await self.desk.submit(scope, RunImport(run=wish.run, mapping=view.mapping, of=wish.kind))

    async def _previewed(self, scope: Scope, run: ImportRunId, *, of: str) -> Preview:
        view, lang = await self.queries.import_run(scope, run), scope.lang
        said = self.say(
            "wecom_file_read",
            lang,
            name=line(view.file_name),
            kind=self.say(f"web_import_{view.kind}", lang),
            rows=view.rows,
            good=view.good,
        )
        card = cards.import_card(view, task=cards.task_id("import", of), lang=lang, say=self.say)
        return Preview("\n".join((said, *self._problems(view, lang))), card)

    def _problems(self, view: ImportView, lang: Lang) -> list[str]:
        return [
            self.say("wecom_file_problem", lang, row=row, problem=line(problem))
            for row, problem in view.problems[:SHOWN_PROBLEMS]
        ]
