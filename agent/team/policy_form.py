"""Changes what a brand allows: own drafts, ceilings, sequences, cool-down, nights, rest days, new contacts, cards."""

from dataclasses import fields, replace

from agent.team.rights import look_again, needs
from memory.domain.chat import SavePolicy
from memory.domain.errors import BadRequest
from memory.domain.stores import Unit
from memory.domain.workspace import BrandPolicy, Role
from tools.products.fields import parse_money, parse_share

MOST_AT_ONCE = 200
LONGEST_COOL_DOWN = 365
MOST_CONTACTS = 9_999


async def save_policy(unit: Unit, form: SavePolicy) -> None:
    """Carry the form out; a field left None stays as it is, an empty amount or number of contacts is no limit.

    Raises:
        NotAllowed: not a lead (not retryable).
        BadRequest: no brand, or what was typed does not read; `field` names where (not retryable).
    """
    needs(unit, Role.LEAD)
    if unit.scope.brand is None:
        raise BadRequest("choose_a_brand")
    brand = await unit.people.brand(unit.scope.brand)
    before = await unit.people.policy(brand.id)
    after = read_policy(form, before, currency=brand.currency)
    await unit.people.save_policy(brand.id, after)
    await unit.audit.record("policy.changed", subject=f"brand:{brand.id}", before=_shown(before), after=_shown(after))
    await look_again(unit)


def read_policy(form: SavePolicy, before: BrandPolicy, *, currency: str) -> BrandPolicy:
    """The policy after the form. Pure. Raises BadRequest as `save_policy`."""
    return replace(
        before,
        own_drafts_approvable=form.own_drafts_approvable,
        commission_ceiling_bp=_share(form.commission_ceiling),
        fee_ceiling_minor=_amount(form.fee_ceiling, "fee_ceiling", currency, before.fee_ceiling_minor),
        sample_ceiling_minor=_amount(form.sample_ceiling, "sample_ceiling", currency, before.sample_ceiling_minor),
        batch_ceiling=_whole(form.batch_ceiling, "batch_ceiling", 1, MOST_AT_ONCE, before.batch_ceiling),
        cool_down_days=_whole(form.cool_down_days, "cool_down_days", 0, LONGEST_COOL_DOWN, before.cool_down_days),
        night_by_hand=_yes(form.night_by_hand, before.night_by_hand),
        rest_on_holidays=_yes(form.rest_on_holidays, before.rest_on_holidays),
        rest_on_saturdays=_yes(form.rest_on_saturdays, before.rest_on_saturdays),
        rest_on_sundays=_yes(form.rest_on_sundays, before.rest_on_sundays),
        contacts_per_week=_contacts(form.contacts_per_week, before.contacts_per_week),
        whole_sequences=_yes(form.whole_sequences, before.whole_sequences),
        product_cards=_yes(form.product_cards, before.product_cards),
        collaboration_cards=_yes(form.collaboration_cards, before.collaboration_cards),
        sample_cards=_yes(form.sample_cards, before.sample_cards),
    )


def _yes(said: bool | None, before: bool) -> bool:  # noqa: FBT001  # a box and what it was
    return before if said is None else said


def _contacts(text: str | None, before: int | None) -> int | None:
    if text is not None and not text.strip():
        return None
    return before if text is None else _whole(text, "contacts_per_week", 1, MOST_CONTACTS, 0)


def _share(text: str) -> int:
    try:
        return parse_share(text)
    except BadRequest as failure:
        raise BadRequest("share_unreadable", text=text, field="commission_ceiling") from failure


def _amount(text: str | None, field: str, currency: str, before: int | None) -> int | None:
    if text is None:
        return before
    if not text.strip():
        return None
    if "-" in text:
        raise BadRequest("amount_negative", text=text, field=field)
    try:
        amount = parse_money(text, default_currency=currency)
    except BadRequest as failure:
        raise BadRequest("money_unreadable", text=text, field=field) from failure
    if amount.currency != currency:
        raise BadRequest("ceiling_other_currency", currency=currency, field=field)
    return amount.minor


def _whole(text: str | None, field: str, low: int, high: int, before: int) -> int:
    if text is None:
        return before
    typed = text.strip()
    if not (typed.isascii() and typed.isdecimal() and len(typed) <= 4 and low <= int(typed) <= high):
        raise BadRequest("whole_number_between", text=typed, low=low, high=high, field=field)
    return int(typed)


def _shown(policy: BrandPolicy) -> dict[str, str]:
    return {entry.name: str(getattr(policy, entry.name)) for entry in fields(policy)}
