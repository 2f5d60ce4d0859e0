"""A text or picture to pass on where no bot may join (转发版): what was shown last, as figures anybody may read."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from memory.domain.cards import ChartCard, CreatorCard, PlanCard, ReportCard, ShortlistCard
from memory.domain.chat_stores import Author, Message
from memory.domain.errors import BadRequest
from memory.domain.stores import Units
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.team_zone import team_zone

LOOKED_BACK: Final = 60  # lines of the conversation

Shareable = ShortlistCard | CreatorCard | PlanCard | ReportCard


class ShareTextArgs(Arguments):
    """`ranks` of the list shown last; none: as much from its top as fits. `image`: as a picture instead of a text."""

    ranks: tuple[Annotated[int, Field(ge=1)], ...] = ()
    image: bool = False


@dataclass(frozen=True, slots=True)
class Shared:
    """What is to be put into words. `ranks` of its rows, empty for all; `demo`: the data is made up.

    `chart`: drawn of the same figures; `zone`: whose clock its time is read by.
    """

    card: Shareable
    ranks: tuple[int, ...]
    demo: bool
    zone: str
    image: bool = False
    chart: ChartCard | None = None


def share_text(units: Units) -> Tool[ShareTextArgs]:
    """Put what was shown last into a short text or a picture, without contacts."""

    async def run(args: ShareTextArgs, turn: TurnContext) -> Shared:
        """The newest list, profile, plan or report of the conversation; for ranks its newest list.

        Drafts and what creators wrote are nobody else's business and are passed over.

        Raises BadRequest: "nothing_to_share", or "rank_missing" for a rank that is not on the list.
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            lines = await unit.conversations.lines(turn.conversation, before=None, limit=LOOKED_BACK)
            demo, zone = (await unit.people.workspace()).is_demo, await team_zone(unit)
        shown = _newest(lines, lists_only=bool(args.ranks))
        if shown is None:
            raise BadRequest("nothing_to_share")
        card, chart = shown
        listed = {row.rank for row in card.items} if isinstance(card, ShortlistCard) else set()
        for rank in args.ranks:
            if rank not in listed:
                raise BadRequest("rank_missing", rank=rank, total=len(listed))
        return Shared(card, args.ranks, demo, zone, image=args.image, chart=chart)

    about = (
        "Put the newest list, profile, plan or report into a short text the member can paste into another chat, or"
        " (image) into a picture."
    )
    return Tool("share_text", Effect.READS, ShareTextArgs, run, about)


def _newest(lines: list[Message], *, lists_only: bool) -> tuple[Shareable, ChartCard | None] | None:
    """The newest card of those that may be shared, with the chart that came with it."""
    for line in reversed(lines):
        if line.author is not Author.MEMBER:
            for card in reversed(line.reply.cards):
                if isinstance(card, ShortlistCard if lists_only else Shareable):
                    charts = [one for one in line.reply.cards if isinstance(one, ChartCard)]
                    return card, charts[0] if len(charts) == 1 else None
    return None
