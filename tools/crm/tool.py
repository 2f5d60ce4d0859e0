"""Our own books about creators: stage, tags, notes, owner, block. Nothing here reaches a creator."""

from dataclasses import dataclass

from pydantic import Field, field_validator

from memory.domain.creator import Stage
from memory.domain.errors import BadRequest, NotAllowed
from memory.domain.ids import MemberId
from memory.domain.stores import Unit, Units
from memory.domain.workspace import Role
from tools.contract import Arguments, Effect, Tool, TurnContext
from tools.naming import named_creators

AT_ONCE = 10  # DESIGN.md §5: above ten rows a change waits for the member's confirmation


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


@dataclass(frozen=True, slots=True)
class CrmChanged:
    """What was changed of whom."""

    handles: tuple[str, ...]
    changed: int
    arguments: CrmUpdateArgs


def crm_update(units: Units) -> Tool[CrmUpdateArgs]:
    """Change a brand's own view of creators."""

    async def run(args: CrmUpdateArgs, turn: TurnContext) -> CrmChanged:
        """Change at once for up to ten creators; more must be named in smaller groups or confirmed.

        Raises BadRequest (nothing to change, too many, unknown member) and NotAllowed (a viewer).
        """
        if not turn.scope.role.covers(Role.OPERATOR):
            raise NotAllowed("needs_role", role=Role.OPERATOR)
        wanted = args.model_dump(exclude={"ranks", "handles"}, exclude_defaults=True)
        if not wanted:
            raise BadRequest("nothing_to_change")
        async with units.unit(turn.scope, fence=turn.fence) as unit:
            creators = await named_creators(unit, turn, ranks=args.ranks, handles=args.handles)
            if len(creators) > AT_ONCE:
                raise BadRequest("too_many_to_change", count=len(creators), limit=AT_ONCE)
            changed = 0
            if await unit.first_time(turn.occasion):
                changed = await unit.relations.update(
                    [creator.id for creator in creators],
                    stage=args.stage,
                    add_tags=args.add_tags,
                    remove_tags=args.remove_tags,
                    note=args.note,
                    owner=await _member(unit, args.owner) if args.owner else None,
                    blocked=args.blocked,
                )
            return CrmChanged(tuple(creator.handle for creator in creators), changed, args)

    about = "Change our own notes about creators: stage, tags, note, owner, blocked. At most ten creators at once."
    return Tool("crm_update", Effect.CHANGES, CrmUpdateArgs, run, about)


async def _member(unit: Unit, name: str) -> MemberId:
    members = await unit.people.members()
    wanted = name.strip().lstrip("@").casefold()
    if wanted in {"me", "我", "自己"}:
        return unit.scope.member
    found = [member for member in members if wanted in {member.login.casefold(), member.name.casefold()}]
    if len(found) != 1:
        raise BadRequest("member_unknown", name=name, members="、".join(member.name for member in members))
    return found[0].id
