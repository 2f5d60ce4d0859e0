"""A table somebody sent: read into a previewed import, with a button that carries it out."""

import re
from dataclasses import dataclass
from typing import Final

from connectors.ports.desk import Desk
from connectors.ports.queries import ImportView, Queries
from connectors.wecom import cards
from connectors.wecom.cards import TemplateCard
from connectors.wecom.fetched import Fetched
from connectors.wecom.foreign import line
from connectors.wecom.saying import Say
from memory.domain.chat import Reply, RunImport
from memory.domain.ids import ImportRunId
from memory.domain.workspace import Lang, Scope

SHOWN_PROBLEMS: Final = 5
# What a file's name says it holds, the first that fits; creators where none does.
_KINDS: Final = (
    ("rates", re.compile(r"约定佣金|佣金率|佣金约定|\bcommissions?[ _-]?rates?\b|\brates\b", re.IGNORECASE)),
    ("orders", re.compile(r"订单|联盟单|order", re.IGNORECASE)),
    ("posts", re.compile(r"视频|直播|作品|内容|\bposts?\b|\bvideos?\b|\bcontents?\b", re.IGNORECASE)),
    ("products", re.compile(r"产品|商品|product", re.IGNORECASE)),
)


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
        """Read a table sent as `of`. Nothing is changed yet."""
        kind = next((kind for kind, named in _KINDS if named.search(file.name)), "creators")
        run = await self.desk.upload(scope, name=file.name, content=file.content, kind=kind)
        view = await self.queries.import_run(scope, run)
        title = self.say("wecom_file_read", scope.lang, name=line(view.file_name), rows=view.rows, good=view.good)
        card = cards.import_card(run, title, task=cards.task_id("import", of), lang=scope.lang, say=self.say)
        return Preview("\n".join((title, *self._problems(view, scope.lang))), card)

    async def start(self, scope: Scope, run: ImportRunId) -> Reply:
        """Carry a previewed import out, with the mapping it was previewed with."""
        view = await self.queries.import_run(scope, run)
        return await self.desk.submit(scope, RunImport(run=run, mapping=view.mapping))

    def _problems(self, view: ImportView, lang: Lang) -> list[str]:
        return [
            self.say("wecom_file_problem", lang, row=row, problem=line(problem))
            for row, problem in view.problems[:SHOWN_PROBLEMS]
        ]
