"""Lets a member stand in for another one until a date, and takes it back. A lead only, and not one who stands in."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from agent.team.rights import look_again, needs_own
from memory.domain.chat import RevokeDeputy, SaveDeputy
from memory.domain.deputies import Deputy
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import MemberId
from memory.domain.stores import Unit
from memory.domain.workspace import Member, Role
from tools.team_zone import team_zone

LONGEST_DAYS = 366


async def save_deputy(unit: Unit, form: SaveDeputy) -> Deputy:
    """Make one, or move the end of the one in force.

    Raises:
        NotAllowed: not a lead of their own right (not retryable).
        NotFound: no such active member (not retryable).
        BadRequest: the same person, other brands, or a date that is past, too far or unreadable (not retryable).
    """
    members = await unit.people.members()
    needs_own(unit, members, Role.LEAD)
    member, principal = _active(members, form.member, "member"), _active(members, form.stands_for, "stands_for")
    if member.id == principal.id:
        raise BadRequest("deputy_of_oneself", field="stands_for")
    if member.brand is not None and principal.brand not in (None, member.brand):
        raise BadRequest("deputy_other_brand", member=member.name, principal=principal.name, field="stands_for")
    until = read_end(form.until, zone=await team_zone(unit), now=unit.now)
    present = await unit.people.deputies()
    before = next((one for one in present if (one.member, one.stands_for) == (member.id, principal.id)), None)
    saved = await unit.people.save_deputy(member.id, stands_for=principal.id, until=until)
    await unit.audit.record(
        "deputy.saved", subject=f"deputy:{saved.id}", before=_shown(before) if before else None, after=_shown(saved)
    )
    await look_again(unit)
    return saved


async def revoke_deputy(unit: Unit, form: RevokeDeputy) -> Deputy:
    """Take one back; what was decided under it counts no more. Raises NotAllowed, NotFound as `save_deputy`."""
    needs_own(unit, await unit.people.members(), Role.LEAD)
    revoked = await unit.people.revoke_deputy(form.deputy)
    await unit.audit.record("deputy.revoked", subject=f"deputy:{revoked.id}", before=_shown(revoked))
    await look_again(unit)
    return revoked


def read_end(text: str, *, zone: str, now: datetime) -> datetime:
    """The end of the day typed (2026-12-05) in a zone, UTC. Pure. Raises BadRequest as `save_deputy`."""
    try:
        day = date.fromisoformat(text.strip())
    except ValueError as failure:
        raise BadRequest("day_unreadable", text=text[:20], field="until") from failure
    today = now.astimezone(ZoneInfo(zone)).date()
    if day < today:
        raise BadRequest("day_is_past", text=text.strip(), field="until")
    if day > today + timedelta(days=LONGEST_DAYS):
        raise BadRequest("deputy_too_long", limit=LONGEST_DAYS, field="until")
    return datetime.combine(day + timedelta(days=1), time(0), ZoneInfo(zone)).astimezone(UTC)


def _active(members: list[Member], wanted: MemberId, field: str) -> Member:
    found = next((member for member in members if member.id == wanted and member.active), None)
    if found is None:
        raise NotFound("no_such_member", login=wanted, field=field)
    return found


def _shown(deputy: Deputy) -> dict[str, str | int]:
    return {"member": deputy.member, "stands_for": deputy.stands_for, "until": deputy.until.isoformat()}
