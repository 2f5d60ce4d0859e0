"""The tools over follow-ups that exist: which wait or ended, and taking them out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from pydantic import JsonValue

from memory.domain.creator import Creator
from memory.domain.errors import NotAllowed
from memory.domain.ids import DraftId
from memory.domain.outreach import Draft
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Effect, Tool, TurnContext
from tools.crm.tool import AT_ONCE, DECIDE_WITHIN
from tools.follow_ups.arguments import WhoseFollowUpsArgs
from tools.naming import meant_creators

CANCEL = "cancel_follow_ups"
_LOOK_BACK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class FollowUpList:
    """Follow-ups that wait, soonest first, then those sent or ended in the last two weeks; as they were at `now`."""

    drafts: tuple[Draft, ...]
    waiting: int
    team_zone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class FollowUpsCancelled:
    """How many follow-ups were taken out, and of whom."""

    count: int
    handles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CancelWaiting:
    """More follow-ups than are taken out at once: 「取消 23 条跟进，请回：确认 C4」."""

    code: str
    count: int


def list_follow_ups(units: Units) -> Tool[WhoseFollowUpsArgs]:
    """Show what follows whom, when, and what ended why."""

    async def run(args: WhoseFollowUpsArgs, turn: TurnContext) -> FollowUpList:
        """None found is an answer, not an error. Raises those of `meant_creators` where creators are named."""
        async with units.unit(turn.scope) as unit:
            found = await _found(unit, args, turn)
            brands = await unit.people.brands()
            zone = brands[0].team_zone if brands else "UTC"
            return FollowUpList(tuple(found), sum(draft.waits for draft in found), zone, unit.now)

    about = "List planned follow-ups: of whom, which round and batch, when; and which ended, and why."
    return Tool("list_follow_ups", Effect.READS, WhoseFollowUpsArgs, run, about)


def cancel_follow_ups(units: Units) -> Tool[WhoseFollowUpsArgs]:
    """Take planned follow-ups out, approved or not; what was sent stays sent."""

    async def run(args: WhoseFollowUpsArgs, turn: TurnContext) -> FollowUpsCancelled | CancelWaiting:
        """At once up to ten of them; more wait for the member's confirmation.

        Raises those of `meant_creators` where creators are named, and NotAllowed (a viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            waiting = [draft for draft in await _found(unit, args, turn) if draft.waits]
            if len(waiting) > AT_ONCE:
                drafts: list[JsonValue] = [int(draft.id) for draft in waiting]
                creators = list(dict.fromkeys(draft.creator for draft in waiting))
                kept = await unit.waiting.add(creators, {CANCEL: drafts}, decide_by=unit.now + DECIDE_WITHIN)
                return CancelWaiting(kept.code, len(waiting))
            ended: list[DraftId] = []
            if await unit.first_time(turn.occasion):
                ended = await unit.steps.cancel_follow_ups([draft.id for draft in waiting])
            handles = dict.fromkeys(draft.handle for draft in waiting if draft.id in ended)
            return FollowUpsCancelled(len(ended), tuple(handles))

    about = "Cancel planned follow-ups of creators, or all of them. At most ten at once."
    return Tool("cancel_follow_ups", Effect.CHANGES, WhoseFollowUpsArgs, run, about)


async def _found(unit: Unit, args: WhoseFollowUpsArgs, turn: TurnContext) -> list[Draft]:
    creators: Sequence[Creator] | None = None
    if args.ranks or args.handles or args.segment:
        creators = await meant_creators(unit, turn, ranks=args.ranks, handles=args.handles, segment=args.segment)
    ids = [creator.id for creator in creators] if creators is not None else None
    return await unit.steps.follow_ups(creators=ids, since=unit.now - _LOOK_BACK)
