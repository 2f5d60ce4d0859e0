"""Our own books about creators: stage, tags, notes, owner, block. Nothing here reaches a creator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from pydantic import Field, JsonValue, field_validator

from memory.domain.creator import Stage
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import CreatorId, MemberId
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.naming import named_creators

AT_ONCE = 10  # above ten rows a change waits for the member's confirmation
DECIDE_WITHIN = timedelta(hours=72)


class CrmUpdateArgs(Arguments):
    """What to change of whom; creators as ranks, handles, or the whole current shortlist."""

    ranks: tuple[int, ...] = ()
    handles: tuple[str, ...] = ()
    stage: Stage | None = None
    add_tags: tuple[str, ...] = Field(default=(), max_length=10)
    remove_tags: tuple[str, ...] = Field(default=(), max_length=10)
    note: str | None = Field(default=None, max_length=2000)
    owner: str | None = None
    blocked: bool | None = None

    @field_validator("add_tags", "remove_tags")
    @classmethod
    def _short(cls, tags: tuple[str, ...]) -> tuple[str, ...]:
        cleaned = tuple(tag.strip().lstrip("#") for tag in tags)
        if any(not tag or len(tag) > 30 for tag in cleaned):
            message = "a tag has 1 to 30 characters"
            raise ValueError(message)
        return cleaned


class KeptChange(Arguments):
    """A change with its owner already known by id: what is carried out now or after a confirmation."""

    stage: Stage | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    note: str | None = None
    owner: int | None = None
    blocked: bool | None = None


@dataclass(frozen=True, slots=True)
class CrmWaiting:
    """A change of more rows than run at once: 「改 23 位的阶段，请回：确认 C4」."""

    code: str
    count: int
    arguments: CrmUpdateArgs


@dataclass(frozen=True, slots=True)
class CrmChanged:
    """What was changed of whom."""

    handles: tuple[str, ...]
    changed: int
    arguments: CrmUpdateArgs


def crm_update(units: Units) -> Tool[CrmUpdateArgs]:
    """Change a brand's own view of creators."""

    async def run(args: CrmUpdateArgs, turn: TurnContext) -> CrmChanged | CrmWaiting:
        """Change at once for up to ten creators; more wait for the member's confirmation.

        Raises BadRequest (nothing to change, unknown member) and NotAllowed (a viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        wanted = args.model_dump(exclude={"ranks", "handles"}, exclude_defaults=True)
        if not wanted:
            raise BadRequest("nothing_to_change")
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            creators = await named_creators(unit, turn, ranks=args.ranks, handles=args.handles)
            ids = [creator.id for creator in creators]
            change = await _change(unit, args)
            if len(creators) > AT_ONCE:
                kept = await unit.waiting.add(ids, change, decide_by=unit.now + DECIDE_WITHIN)
                return CrmWaiting(kept.code, len(ids), args)
            changed = 0
            if await unit.first_time(turn.occasion):
                changed = await apply_change(unit, ids, change)
            return CrmChanged(tuple(creator.handle for creator in creators), changed, args)

    about = "Change our own notes about creators: stage, tags, note, owner, blocked. At most ten creators at once."
    return Tool("crm_update", Effect.CHANGES, CrmUpdateArgs, run, about)


async def apply_change(unit: Unit, creators: Sequence[CreatorId], change: Mapping[str, JsonValue]) -> int:
    """Carry out a change as it was kept; how many relations changed."""
    kept = KeptChange.model_validate(change)
    return await unit.relations.update(
        creators,
        stage=kept.stage,
        add_tags=kept.add_tags,
        remove_tags=kept.remove_tags,
        note=kept.note,
        owner=MemberId(kept.owner) if kept.owner is not None else None,
        blocked=kept.blocked,
    )


async def _change(unit: Unit, args: CrmUpdateArgs) -> dict[str, JsonValue]:
    kept = KeptChange(
        stage=args.stage,
        add_tags=args.add_tags,
        remove_tags=args.remove_tags,
        note=args.note,
        owner=await _member(unit, args.owner) if args.owner else None,
        blocked=args.blocked,
    )
    return kept.model_dump(mode="json")


async def _member(unit: Unit, name: str) -> MemberId:
    members = await unit.people.members()
    wanted = name.strip().lstrip("@").casefold()
    if wanted in {"me", "我", "自己"}:
        return unit.scope.member
    found = [member for member in members if wanted in {member.login.casefold(), member.name.casefold()}]
    if len(found) != 1:
        raise BadRequest("member_unknown", name=name, members="、".join(member.name for member in members))
    return found[0].id
