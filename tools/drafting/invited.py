"""Who wrote to a creator first already: said while drafting, so that nobody writes what cannot be sent."""

from collections.abc import Sequence

from memory.domain.creator import Creator
from memory.domain.ids import BrandId, CreatorId
from memory.domain.outreach import Flag
from memory.domain.stores import Unit


async def invited_flags(
    unit: Unit, creators: Sequence[Creator], *, brand: BrandId
) -> dict[CreatorId, tuple[Flag, ...]]:
    """A remark on each creator who has an open first message, or whose cool-down has not passed: who, what, when."""
    ids = [creator.id for creator in creators]
    contacts = await unit.steps.first_contacts(ids, brand=brand)
    if not contacts:
        return {}
    days = (await unit.people.policy(brand)).cool_down_days
    passes = await unit.steps.open_passes(ids, brand=brand)
    found: dict[CreatorId, tuple[Flag, ...]] = {}
    for creator, contact in contacts.items():
        if not contact.bars(now=unit.now, days=days):
            continue
        if not contact.settled:
            found[creator] = (Flag("already_invited", contact.facts(), blocking=False),)
        elif creator in passes:
            found[creator] = (Flag("invited_with_pass", contact.facts(), blocking=False),)
        else:
            found[creator] = (Flag("invited_lately", contact.facts(), blocking=False),)
    return found
