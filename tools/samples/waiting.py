"""What approves goods, or is of many, waits under a code: bound to how each sample stood when it was shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from pydantic import JsonValue

from memory.domain.errors import Conflict
from memory.domain.ids import ProductId
from memory.domain.money import Money
from memory.domain.sample import SampleStatus, kept_as
from memory.domain.stores import Unit
from memory.domain.waiting_stores import WaitingChange
from tools.samples.choosing import Wish
from tools.samples.recording import Goods, Intended, MaySign, Recorded, carry_out, goods, intend

_KEY = "samples"


def kept_for_later(intended: Sequence[Intended], wish: Wish, given: Sequence[Goods]) -> dict[str, JsonValue]:
    """A wish with how the samples stand now and what it gives away, JSON-shaped."""
    kept: dict[str, Any] = {"wish": _written(wish), "standing": _standing(intended), "goods": _goods(given)}
    return {_KEY: cast(JsonValue, kept)}


def is_of_samples(change: WaitingChange) -> bool:
    """Whether a waiting change is one of samples."""
    return _KEY in change.change


async def confirmed(unit: Unit, change: WaitingChange, may_sign: MaySign) -> list[Recorded]:
    """Carry it out as its member was shown it.

    Raises Conflict ("sample_changed_since"), NotAllowed (who may sign no more), BadRequest as `intend`.
    """
    brand = unit.scope.brand
    found = await unit.creators.by_ids(change.creators)
    creators = [found[creator] for creator in change.creators if creator in found]
    if brand is None or len(creators) < len(change.creators):
        raise Conflict("sample_changed_since")
    kept = cast(Mapping[str, Any], change.change[_KEY])
    intended = await intend(unit, creators, _read(kept["wish"]), brand=brand)
    given = await goods(unit, intended)
    if _standing(intended) != kept["standing"] or _goods(given) != kept["goods"]:
        raise Conflict("sample_changed_since")
    if given:
        await may_sign(unit, brand, given)
    return await carry_out(unit, intended, brand=brand)


def _standing(intended: Sequence[Intended]) -> list[list[int | str | None]]:
    """Creator, sample and what is recorded of it; of a new one the creator alone."""
    return [
        [one.creator.id, one.chosen.sample.id, kept_as(one.chosen.sample.status).value]
        if one.chosen.sample
        else [one.creator.id, None, None]
        for one in intended
    ]


def _goods(given: Sequence[Goods]) -> list[list[int | str] | None]:
    return [[one.cost.minor, one.cost.currency] if one.cost else None for one in given]


def _written(wish: Wish) -> dict[str, Any]:
    return {
        "status": wish.status.value if wish.status else None,
        "tracking_number": wish.tracking_number,
        "cost": [wish.cost.minor, wish.cost.currency] if wish.cost else None,
        "content_link": wish.content_link,
        "product": wish.product,
        "at": wish.at.isoformat() if wish.at else None,
    }


def _read(kept: Mapping[str, Any]) -> Wish:
    cost, product = kept["cost"], kept["product"]
    return Wish(
        status=SampleStatus(kept["status"]) if kept["status"] else None,
        tracking_number=kept["tracking_number"],
        cost=Money(cost[0], cost[1]) if cost else None,
        content_link=kept["content_link"],
        product=ProductId(product) if product is not None else None,
        at=datetime.fromisoformat(kept["at"]) if kept["at"] else None,
    )
