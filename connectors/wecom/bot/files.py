"""A table sent to the bot: read into a previewed import, with a button that carries it out."""

import re
from dataclasses import dataclass
from typing import Final

from connectors.ports.desk import Desk
from connectors.ports.queries import ImportView, Queries
from connectors.wecom import cards
from connectors.wecom.bot.answering import Answering, Talk
from connectors.wecom.bot.frames import Media
from connectors.wecom.bot.media import MediaDoor
from connectors.wecom.foreign import line
from connectors.wecom.saying import Say

SHOWN_PROBLEMS: Final = 5
_PRODUCTS = re.compile(r"产品|商品|product", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Files:
    """Takes files in 1:1 chats."""

    desk: Desk
    queries: Queries
    media: MediaDoor
    answering: Answering
    say: Say

    async def preview(self, talk: Talk, file: Media) -> None:
        """Fetch and read it, say what importing it would do. Nothing is changed yet.

        Raises what `MediaDoor.fetch`, `Desk.upload` and `Voice.say` raise.
        """
        lang = talk.guest.scope.lang
        fetched = await self.media.fetch(file)
        kind = "products" if _PRODUCTS.search(fetched.name) else "creators"
        run = await self.desk.upload(talk.guest.scope, name=fetched.name, content=fetched.content, kind=kind)
        view = await self.queries.import_run(talk.guest.scope, run)
        title = self.say("wecom_file_read", lang, name=line(view.file_name), rows=view.rows, good=view.good)
        await self.answering.text(talk, "\n".join((title, *self._problems(talk, view))))
        task = cards.task_id("import", talk.outside_id)
        card = cards.import_card(run, title, task=task, lang=lang, say=self.say)
        await talk.voice.show(cards.with_mark(card, talk.renderer.mark))

    def _problems(self, talk: Talk, view: ImportView) -> list[str]:
        return [
            self.say("wecom_file_problem", talk.guest.scope.lang, row=row, problem=line(problem))
            for row, problem in view.problems[:SHOWN_PROBLEMS]
        ]
