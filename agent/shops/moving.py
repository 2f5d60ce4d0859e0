"""Creators who are to be taken out of one collaboration for another: whether what they have now is what was shown."""

from collections.abc import Sequence
from typing import Any

from connectors.ports.collaborations import Clash, CollaborationPlatform
from connectors.ports.shops import LinkedShop


async def old_terms_changed(
    platform: CollaborationPlatform,
    at: LinkedShop,
    shown: Sequence[dict[str, Any]],
    clashes: Sequence[Clash],
    *,
    product: str,
) -> list[str]:
    """Who of them has other terms by now than the decider saw. Raises as the platform; a request an old one."""
    rates: dict[str, int | None] = {}
    for old in dict.fromkeys(clash.collaboration for clash in clashes):
        found = await platform.collaboration(at, old)
        rates[old] = next((rated.rate_bp for rated in found.products if rated.product == product), None)
    return [
        each["handle"]
        for each in shown
        if each["collaboration"] in rates and each["rate_bp"] not in (None, rates[each["collaboration"]])
    ]
