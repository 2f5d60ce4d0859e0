"""A text to paste where no bot may join (转发版): what the conversation showed last, as figures anybody may read."""

from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import Field

from memory.domain.cards import CreatorCard, PlanCard, ReportCard, ShortlistCard
from memory.domain.chat_stores import Author, Message
from memory.domain.errors import BadRequest
from memory.domain.stores import Units
from tools.contract import Arguments, Effect, Tool, TurnContext

LOOKED_BACK: Final = 60  # lines of the conversation

Shareable = ShortlistCard | CreatorCard | PlanCard | ReportCard


class ShareTextArgs(Arguments):
    """`ranks` of the list shown last; none: as much from its top as fits."""

    ranks: tuple[Annotated[int, Field(ge=1)], ...] = ()


@dataclass(frozen=True, slots=True)
class Shared:
    """What is to be put into words. `ranks` of its rows, empty for all; `demo`: the data is made up."""

    card: Shareable
    ranks: tuple[int, ...]
    demo: bool


def share_text(units: Units) -> Tool[ShareTextArgs]:
    """Put what was shown last into a short text without contacts."""

    async def run(args: ShareTextArgs, turn: TurnContext) -> Shared:
        """The newest list, profile, plan or report of the conversation; for ranks its newest list.

        Drafts and what creators wrote are nobody else's business and are passed over.

        Raises BadRequest: "nothing_to_share", or "rank_missing" for a rank that is not on the list.
        """
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            lines = await unit.conversations.lines(turn.conversation, before=None, limit=LOOKED_BACK)
            demo = (await unit.people.workspace()).is_demo
        shown = _newest(lines, lists_only=bool(args.ranks))
        if shown is None:
            raise BadRequest("nothing_to_share")
        listed = {row.rank for row in shown.items} if isinstance(shown, ShortlistCard) else set()
        for rank in args.ranks:
            if rank not in listed:
                raise BadRequest("rank_missing", rank=rank, total=len(listed))
        return Shared(shown, args.ranks, demo)

    about = "Put the newest list, profile, plan or report into a short text the member can paste into another chat."
    return Tool("share_text", Effect.READS, ShareTextArgs, run, about)


def _newest(lines: list[Message], *, lists_only: bool) -> Shareable | None:
    for line in reversed(lines):
        if line.author is not Author.MEMBER:
            for card in reversed(line.reply.cards):
                if isinstance(card, ShortlistCard if lists_only else Shareable):
                    return card
    return None
