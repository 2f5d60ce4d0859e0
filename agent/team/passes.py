"""A lead's word that one creator may be written to first again although the cool-down has not passed."""

from datetime import timedelta

from agent.team.rights import look_again, needs
from connectors.ports.queries import FirstState
from memory.domain.chat import GiveFirstMessagePass
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import CreatorId
from memory.domain.stores import Unit
from memory.domain.workspace import Role


async def first_state(unit: Unit, creator: CreatorId) -> FirstState | None:
    """Who wrote first, whether the cool-down runs and whether a pass is open; None: nobody, or no brand is chosen."""
    brand = unit.scope.brand
    contact = (await unit.steps.first_contacts([creator], brand=brand)).get(creator) if brand else None
    if brand is None or contact is None:
        return None
    gone = (await unit.steps.first_contacts([creator], brand=brand, open_too=False)).get(creator)
    days = (await unit.people.policy(brand)).cool_down_days
    runs = gone is not None and gone.bars(now=unit.now, days=days)
    return FirstState(
        contact=contact,
        until=gone.at + timedelta(days=days) if gone and runs else None,
        given=(await unit.steps.open_passes([creator], brand=brand)).get(creator),
    )


async def give_pass(unit: Unit, form: GiveFirstMessagePass) -> str:
    """Give it; the handle it is for.

    Raises:
        NotAllowed: not a lead (not retryable).
        NotFound: no such creator (not retryable).
        BadRequest: no brand, no reason, or nothing to let through (not retryable).
    """
    needs(unit, Role.LEAD)
    brand = unit.scope.brand
    if brand is None:
        raise BadRequest("choose_a_brand")
    reason = form.reason.strip()
    if not reason:
        raise BadRequest("pass_needs_reason", field="reason")
    found = await unit.creators.by_handles([form.handle.removeprefix("@").lower()])
    creator = next(iter(found.values()), None)
    if creator is None:
        raise NotFound("creator_unknown", handles=f"@{form.handle[:40]}")
    gone = await unit.steps.first_contacts([creator.id], brand=brand, open_too=False)
    contact, days = gone.get(creator.id), (await unit.people.policy(brand)).cool_down_days
    if contact is None or not contact.bars(now=unit.now, days=days):
        raise BadRequest("pass_not_needed", handle=creator.handle)
    await unit.steps.give_pass(creator.id, brand=brand, reason=reason)
    await unit.audit.record(
        "first_message.pass_given",
        subject=f"creator:{creator.id}",
        after={"handle": creator.handle, "brand": brand, "reason": reason, "earlier_batch": contact.batch_code},
    )
    await look_again(unit)
    return creator.handle
