"""Charts of an answer as files, for chats that show no charts themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

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

    async def of(self, cards: Sequence[Card], run: TurnRun) -> tuple[FileOut, ...]:
        """A file a chart. A demo's picture says that its data is made up."""
        charts = [card for card in cards if isinstance(card, ChartCard)]
        if not charts:
            return ()
        async with self.units.unit(run.scope) as unit:
            is_demo = (await unit.people.workspace()).is_demo
        mark = self.texts.say("demo_mark", run.lang) if is_demo else ""
        try:
            drawn = [await self.painter.png(marked(chart.option, mark)) for chart in charts]
        except Unavailable as missing:
            log.warning("charts.not_drawn", key=missing.text_key, **missing.facts)
            return ()
        async with self.units.unit(run.scope, fence=run.fence) as unit:
            day = unit.now.date()
            names = [file_name(chart.title, day=day, extension="png", demo=is_demo) for chart in charts]
            kept = [
                await unit.files.keep(name=name, media_type=MEDIA_TYPE, content=content)
                for name, content in zip(names, drawn, strict=True)
            ]
        return tuple(
            FileOut(key=one.key, name=one.name, media_type=one.media_type, size=len(one.content), personal=False)
            for one in kept
        )
