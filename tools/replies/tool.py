"""The tool that lists who wrote back, oldest first, each with a summary and a suggested answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from memory.domain.ids import BrandId
from memory.domain.outreach import CreatorMessage, Intent
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, TextModel, Tool, TurnContext
from tools.drafting.batching import DECIDE_HOURS
from tools.drafting.messengers import Messengers
from tools.naming import brand_names
from tools.replies.suggesting import with_suggestion
from tools.replies.summary import SummaryLine, heading_of, summarise
from tools.replies.translating import translated
from tools.replies.understanding import all_understood
from tools.team_zone import team_zone

AT_MOST = 20


class ListRepliesArgs(Arguments):
    """Which messages: by state (unanswered when absent), intent, or creators."""

    status: Literal["unread", "unanswered", "all"] = "unanswered"
    intent: Intent | None = None
    handles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReplyShown:
    """One message as read: heading and lines are text keys; the message holds the original and the suggestion."""

    message: CreatorMessage
    heading: str
    summary: tuple[SummaryLine, ...]


@dataclass(frozen=True, slots=True)
class Replies:
    """Messages, oldest first, as they were at `now`. `total` counts all that match, `items` at most twenty.

    `thread`: (us | creator, text, time) of the one creator asked for, oldest first, the last twenty lines;
    `zone`: the team's. `brands`: what each is called, where the scope holds several.
    """

    total: int
    items: tuple[ReplyShown, ...]
    status: str
    now: datetime
    thread: tuple[tuple[str, str, datetime], ...] = ()
    zone: str = "UTC"
    brands: Mapping[BrandId, str] = field(default_factory=dict)


def list_replies(
    units: Units, messengers: Messengers, model: TextModel | None = None, *, decide_hours: int = DECIDE_HOURS
) -> Tool[ListRepliesArgs]:
    """Show creators' messages and suggest answers; with a model each is understood and translated, and that is kept."""

    async def prepared(unit: Unit, shown: Sequence[CreatorMessage], turn: TurnContext) -> list[CreatorMessage]:
        """As an operator reads them: with suggestions, and read from now on. A viewer's stay as they are."""
        if not turn.scope.role.covers(Role.OPERATOR):
            return list(shown)
        suggested = [
            await with_suggestion(unit, message, turn, messengers, decide_hours=decide_hours) for message in shown
        ]
        await unit.creator_messages.mark_read([message.id for message in suggested])
        return suggested

    async def run(args: ListRepliesArgs, turn: TurnContext) -> Replies:
        """Oldest first; marks what is shown as read. None found is an answer, not an error.

        Suggested answers are drafts kept with the turn; a viewer sees only those that exist, and marks nothing.
        """
        handles = [handle.removeprefix("@").strip().lower() for handle in args.handles]
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            now = unit.now
            found = await unit.creator_messages.find(status=args.status, intent=args.intent, handles=handles)
            shown = found[:AT_MOST]
            thread, zone = await _thread(unit, handles), await team_zone(unit)
            brands = await brand_names(unit)
            if model is None:
                shown = await prepared(unit, shown, turn)
        if model is not None:  # asked while no transaction waits
            before, shown = shown, await all_understood(shown, model)
            async with units.unit(turn.scope, fence=turn.fence) as unit:
                await _keep_gists(unit, turn, before, shown)
                shown = await prepared(unit, shown, turn)
            before, shown = shown, await translated(shown, model, to=turn.lang)
            if turn.scope.role.covers(Role.OPERATOR):
                await _keep(units, turn, before, shown)
        items = tuple(ReplyShown(message, heading_of(message), summarise(message.gist)) for message in shown)
        return Replies(len(found), items, args.status, now, thread, zone, brands)

    about = "List creators' replies, oldest first, with a suggested answer."
    return Tool("list_replies", Effect.READS, ListRepliesArgs, run, about)


async def _keep_gists(
    unit: Unit, turn: TurnContext, before: Sequence[CreatorMessage], after: Sequence[CreatorMessage]
) -> None:
    for early, late in zip(before, after, strict=True):
        if late.gist != early.gist and turn.scope.role.covers(Role.OPERATOR):
            await unit.creator_messages.keep_gist(late.id, late.gist)


async def _keep(
    units: Units, turn: TurnContext, before: Sequence[CreatorMessage], after: Sequence[CreatorMessage]
) -> None:
    new = [late for early, late in zip(before, after, strict=True) if late.translation and not early.translation]
    if not new:
        return
    async with units.unit(turn.scope, fence=turn.fence) as unit:
        for message in new:
            await unit.creator_messages.keep_translation(message.id, message.translation or "")


async def _thread(unit: Unit, handles: Sequence[str]) -> tuple[tuple[str, str, datetime], ...]:
    """What was said with the one creator named; of several, or of nobody known, nothing."""
    if len(handles) != 1:
        return ()
    creator = next(iter((await unit.creators.by_handles(handles)).values()), None)
    return tuple((await unit.creator_messages.thread(creator.id))[-AT_MOST:]) if creator else ()
