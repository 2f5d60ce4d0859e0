"""A commission rate somebody agreed with a creator and writes down by hand."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from agent.sales.importing import shop_of
from agent.team.rights import needs
from memory.domain.errors import BadRequest, NotFound
from memory.domain.ids import CreatorId, ProductId
from memory.domain.import_stores import RowOutcome
from memory.domain.rate_forms import AgreeRate
from memory.domain.rates import AgreedRate
from memory.domain.stores import Unit
from memory.domain.workspace import Role
from tools.products.fields import parse_share

BY_HAND = "by_hand"
AGREED = "rate.agreed"


async def agree_by_hand(unit: Unit, form: AgreeRate) -> str:
    """Keep it; the creator's handle.

    Raises:
        NotAllowed: not an operator (not retryable).
        NotFound: no such creator (not retryable).
        BadRequest: no brand, or a field that cannot be read (not retryable).
    """
    needs(unit, Role.OPERATOR)
    brand = unit.scope.brand
    if brand is None:
        raise BadRequest("choose_a_brand")
    found = await unit.creators.by_handles([form.handle.removeprefix("@").lower()])
    creator = next(iter(found.values()), None)
    if creator is None:
        raise NotFound("creator_unknown", handles=f"@{form.handle[:40]}")
    rate_bp = _rate(form.rate)
    products = {str(product.id): product.id for product in await unit.products.all()}
    product = products.get(form.product)
    if form.product and product is None:
        raise BadRequest("rate_product_unknown", field="product")
    _, zone = await shop_of(unit, brand)
    day = _day(form.since) or unit.now.astimezone(zone).date()
    since = datetime.combine(day, time(), zone).astimezone(UTC)
    rate = AgreedRate(rate_bp, since, creator.id, product)
    known = await unit.sales.agreed(brand=brand, creators=[creator.id])
    before = next((one for one in known if (one.creator, one.product, one.since) == (creator.id, product, since)), None)
    (outcome,) = await unit.sales.agree([rate], brand=brand, source=BY_HAND, as_of=unit.now)
    if outcome is not RowOutcome.SAME:
        kept, stood = {"handle": creator.handle, **_snapshot(rate)}, _snapshot(before) if before else None
        await unit.audit.record(AGREED, subject=f"creator:{creator.id}", before=stood, after=kept)
    return creator.handle


def rate_of(kept: Mapping[str, Any], creator: CreatorId) -> AgreedRate:
    """A rate as the audit trail keeps it."""
    return AgreedRate(
        rate_bp=kept["rate_bp"],
        since=datetime.fromisoformat(kept["since"]),
        creator=creator,
        product=ProductId(kept["product"]) if kept["product"] is not None else None,
        until=datetime.fromisoformat(kept["until"]) if kept.get("until") else None,
        exact=kept.get("exact", False),
        collaboration=kept.get("collaboration", ""),
    )


def _snapshot(rate: AgreedRate) -> dict[str, Any]:
    return {
        "rate_bp": rate.rate_bp,
        "product": rate.product,
        "since": rate.since.isoformat(),
        "until": rate.until.isoformat() if rate.until else None,
        "exact": rate.exact,
        "collaboration": rate.collaboration,
    }


def _rate(text: str) -> int:
    try:
        rate = parse_share(text)
    except BadRequest as failure:
        raise BadRequest("share_unreadable", field="rate", text=text.strip()[:40]) from failure
    if not rate:
        raise BadRequest("share_unreadable", field="rate", text=text.strip()[:40])
    return rate


def _day(text: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError as failure:
        raise BadRequest("rate_day_unreadable", field="since", text=text.strip()[:40]) from failure
