"""Charts and posters of an answer as files, for chats that show no charts themselves."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import structlog

from agent.cards.piece import Piece, file_out
from agent.charts.painting import Painter, marked
from agent.nodes.run import TurnRun
from memory.domain.cards import Card, ChartCard
from memory.domain.chat import FileOut
from memory.domain.errors import Unavailable
from memory.domain.stores import Units
from prompts.render import Texts
from tools.shortlists.writing import file_name

log = structlog.get_logger()

MEDIA_TYPE = "image/png"


@dataclass(frozen=True, slots=True)
class Pictures:
    """Keeps a picture of every chart of an answer; a chart that cannot be drawn is still said in words."""

    units: Units
    painter: Painter
    texts: Texts

    async def drawn(self, piece: Piece, run: TurnRun) -> Piece:
        """The piece with a file for each of its charts, and for its poster; what could not be drawn is said."""
        files = await self.of(piece.cards, run)
        if piece.poster is None:
            return replace(piece, files=(*piece.files, *files))
        try:
            picture = await self.painter.poster(piece.poster)
        except Unavailable as missing:
            log.warning("charts.not_drawn", key=missing.text_key, **missing.facts)
            return replace(piece, text=self.texts.say("share_not_drawn", run.lang), files=(*piece.files, *files))
        kept = await self._kept([(piece.poster.title, picture)], run, is_demo=bool(piece.poster.mark))
        return replace(piece, files=(*piece.files, *files, *kept))

    async def of(self, cards: Sequence[Card], run: TurnRun) -> tuple[FileOut, ...]:
        """A file a chart. A demo's picture says that its data is made up."""
        charts = [card for card in cards if isinstance(card, ChartCard)]
        if not charts:
            return ()
        async with self.units.unit(run.scope) as unit:
            is_demo = (await unit.people.workspace()).is_demo
        mark = self.texts.say("demo_mark", run.lang) if is_demo else ""
        try:
            drawn = [(chart.title, await self.painter.png(marked(chart.option, mark))) for chart in charts]
        except Unavailable as missing:
            log.warning("charts.not_drawn", key=missing.text_key, **missing.facts)
            return ()
        return await self._kept(drawn, run, is_demo=is_demo)

    async def _kept(
        self, pictures: Sequence[tuple[str, bytes]], run: TurnRun, *, is_demo: bool
    ) -> tuple[FileOut, ...]:  # fmt: skip
        """Pictures by their titles, as files of whoever asked."""
        async with self.units.unit(run.scope, fence=run.fence) as unit:
            day = unit.now.date()
            kept = [
                await unit.files.keep(
                    name=file_name(title, day=day, extension="png", demo=is_demo),
                    media_type=MEDIA_TYPE,
                    content=content,
                )
                for title, content in pictures
            ]
        return tuple(file_out(one, personal=False) for one in kept)
