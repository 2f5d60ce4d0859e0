"""The picture of a chart that follows what was pushed, drawn when it is handed over."""

from dataclasses import dataclass
from datetime import date

from agent.charts.painting import Painter, marked
from agent.deliveries.wording import chart_of
from connectors.ports.channels import Picture
from memory.domain.deliveries import Parcel, PushKind
from prompts.render import Texts
from tools.shortlists.writing import file_name


@dataclass(frozen=True, slots=True)
class PushPictures:
    """Draws what parcels show. A demo's picture says that its data is made up."""

    painter: Painter
    texts: Texts

    async def of(self, parcel: Parcel) -> Picture | None:
        """The picture a parcel is; None of one that is words.

        Raises:
            Unavailable: what charts are drawn with is not there (retryable).
        """
        delivery, is_demo = parcel.deliveries[0], parcel.audience.is_demo
        if delivery.kind is not PushKind.PICTURE:
            return None
        chart, day = chart_of(delivery), date.fromisoformat(str(delivery.subject["day"]))
        mark = self.texts.say("demo_mark", "en" if parcel.channel.options.get("lang") == "en" else "zh")
        content = await self.painter.png(marked(chart.option, mark if is_demo else ""))
        return Picture(file_name(chart.title, day=day, extension="png", demo=is_demo), content)
