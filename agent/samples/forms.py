"""A sample recorded on its page: the member's own act, with the same moves and signs as in chat."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from agent.cards.samples import samples_recorded
from agent.samples.signing import may_sign
from agent.team.rights import needs
from memory.domain.chat import Reply
from memory.domain.creator import Creator
from memory.domain.errors import BadRequest, Conflict, NotFound
from memory.domain.ids import BrandId
from memory.domain.sample import SampleStatus, kept_as, way
from memory.domain.sample_forms import RecordSample
from memory.domain.stores import Unit
from memory.domain.workspace import Role
from prompts.render import Texts
from tools.products.fields import parse_link, parse_money
from tools.samples.choosing import Chosen, Wish
from tools.samples.recording import Intended, carry_out, goods, intend
from tools.samples.tool import recorded_lines


async def record_sample(unit: Unit, form: RecordSample, texts: Texts) -> Reply:
    """Record it at once; a way that approves goods takes who may sign.

    Raises BadRequest, NotFound and NotAllowed by their texts, Conflict where the sample changed since it was shown.
    """
    needs(unit, Role.OPERATOR)
    brand = unit.scope.brand
    if brand is None:
        raise BadRequest("choose_a_brand")
    wish = await _wish(unit, form, brand)
    if form.id is None:
        intended = await intend(unit, [await _creator(unit, form.handle)], wish, brand=brand)
    else:
        intended = [await _of_sample(unit, form, wish, brand)]
    given = await goods(unit, intended)
    if given:
        await may_sign(unit, brand, given)
    recorded = await recorded_lines(unit, await carry_out(unit, intended, brand=brand))
    return Reply(text=samples_recorded(recorded, unit.scope.lang, texts).text)


async def _of_sample(unit: Unit, form: RecordSample, wish: Wish, brand: BrandId) -> Intended:
    found = await unit.samples.by_id(form.id) if form.id else None
    if found is None:
        raise NotFound("sample_unknown")
    creator = (await unit.creators.by_ids([found.creator]))[found.creator]
    locked = await unit.samples.lock([found.creator], brand=brand)
    sample = next((one for one in locked if one.id == found.id), None)
    if sample is None or kept_as(sample.status).value != form.seen:
        raise Conflict("sample_changed_since")
    if wish.at is not None and wish.at > unit.now:
        raise BadRequest("sample_future")
    if wish.status in (None, kept_as(sample.status)):
        return Intended(creator, Chosen(sample), wish)
    steps = way(sample.status, wish.status)
    if not steps:
        raise BadRequest("sample_no_way", handle=creator.handle)
    return Intended(creator, Chosen(sample, steps), wish)


async def _creator(unit: Unit, handle: str) -> Creator:
    plain = handle.strip().removeprefix("@").lower()
    if not plain:
        raise BadRequest("sample_needs_handle")
    found = (await unit.creators.by_handles([plain])).get(plain)
    if found is None:
        raise NotFound("creator_unknown", handles=f"@{plain}")
    return found


async def _wish(unit: Unit, form: RecordSample, brand: BrandId) -> Wish:
    if form.status and form.status not in set(SampleStatus):
        raise BadRequest("bad_request")
    if form.product is not None and await unit.products.by_id(form.product) is None:
        raise NotFound("product_not_found", product=form.product)
    shop = await unit.people.brand(brand)
    return Wish(
        status=SampleStatus(form.status) if form.status else None,
        tracking_number=form.tracking_number.strip() or None,
        cost=parse_money(form.cost, default_currency=shop.currency) if form.cost.strip() else None,
        content_link=parse_link(form.content_link),
        product=form.product,
        at=_moment(form.on, zone=shop.team_zone, now=unit.now),
    )


def _moment(said: str, *, zone: str, now: datetime) -> datetime | None:
    """Noon of a day in the team's zone; None for today."""
    if not said.strip():
        return None
    try:
        day = date.fromisoformat(said.strip())
    except ValueError as failure:
        raise BadRequest("day_unreadable", text=said) from failure
    local = ZoneInfo(zone)
    return None if day == now.astimezone(local).date() else datetime.combine(day, time(12), local).astimezone(UTC)
